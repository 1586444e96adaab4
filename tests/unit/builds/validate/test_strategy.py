"""How a build may make its image: build-api.md section 5."""

from typing import Any

import pytest

from slipcast.builds.validate.config import build_config
from slipcast.builds.validate.strategy import strategy, unrecognized
from verdicts import GIT, IMAGE, a_config, of_config

SOURCE = "spec.strategy.sourceStrategy"
DOCKER = "spec.strategy.dockerStrategy"


def of_source(**strategy: Any) -> list[str]:
    """What is wrong with a source strategy."""
    return of_config(strategy={"sourceStrategy": {"from": IMAGE, **strategy}})


def of_docker(**strategy: Any) -> list[str]:
    """What is wrong with a docker strategy."""
    return of_config(strategy={"dockerStrategy": strategy})


def of_pipeline(**strategy: Any) -> list[str]:
    """What is wrong with a pipeline."""
    return of_config(strategy={"jenkinsPipelineStrategy": strategy})


def test_there_is_one_strategy_and_nothing_else_is_said_ba_80() -> None:
    both = {"dockerStrategy": {"dockerfilePath": "/x"}, "sourceStrategy": {"from": {}}}

    assert of_config(strategy={}) == ["spec.strategy Invalid"]
    assert of_config(strategy=both) == ["spec.strategy Invalid"]


def test_strategies_that_exclude_each_other_are_named_as_they_are_written_ba_80() -> None:
    both = a_config(strategy={"dockerStrategy": {}, "sourceStrategy": {"from": {}}})

    (cause,) = strategy(both.spec.strategy, "spec.strategy")

    assert 'Invalid value: ["sourceStrategy","dockerStrategy"]' in cause.message


def test_no_strategy_is_none_that_anybody_may_use_ba_80() -> None:
    assert unrecognized(a_config(strategy={}).spec.strategy)
    assert not unrecognized(a_config().spec.strategy)


def test_secrets_in_variables_are_not_repeated_ba_80() -> None:
    env = [{"name": "PASSWORD", "value": "open sesame"}]
    both = {"dockerStrategy": {"env": env}, "customStrategy": {"from": IMAGE, "env": env}}

    wrong = build_config(a_config(strategy=both), None)

    assert "open sesame" not in repr(wrong)


@pytest.mark.parametrize("name", ["a b", "1A", "a=b", "ä"])
def test_variables_have_names_of_variables_ba_82(name: str) -> None:
    wrong = of_source(env=[{"name": "", "value": "1"}, {"name": name}])

    assert wrong == [f"{SOURCE}.env[0].name Required", f"{SOURCE}.env[1].name Invalid"]


def test_variables_may_be_said_twice_and_hold_dots_ba_82_ba_85() -> None:
    assert of_source(env=[{"name": "A.b-c"}, {"name": "A.b-c"}]) == []


def test_variables_may_come_from_secrets_but_not_from_resources_ba_83() -> None:
    secret = {"secretKeyRef": {"name": "s", "key": "k"}}
    resource = {"resourceFieldRef": {"resource": "limits.cpu"}}

    wrong = of_source(
        env=[{"name": "A", "valueFrom": secret}, {"name": "B", "valueFrom": resource}]
    )

    assert wrong == [f"{SOURCE}.env[1].valueFrom.ResourceFieldRef Invalid"]


def test_a_pull_secret_has_a_name_ba_84() -> None:
    assert of_source(pullSecret={}) == [f"{SOURCE}.pullSecret.name Required"]
    assert of_docker(pullSecret={}) == [f"{DOCKER}.pullSecret.name Required"]


def test_an_image_to_run_in_has_a_name_and_excludes_increments_ba_562() -> None:
    nameless = of_source(runtimeImage={"kind": "ImageStreamTag"})
    incremental = of_source(runtimeImage=IMAGE, incremental=True)

    assert nameless == [f"{SOURCE}.runtimeImage Required"]
    assert incremental == [f"{SOURCE}.runtimeImage Invalid"]


@pytest.mark.parametrize("path", ["/Dockerfile", "../Dockerfile", "a/../../b"])
def test_the_dockerfile_is_in_the_source_ba_570(path: str) -> None:
    assert of_docker(dockerfilePath=path) == [f"{DOCKER}.dockerfilePath Invalid"]


def test_layers_are_joined_in_known_ways_ba_572() -> None:
    assert of_docker(imageOptimizationPolicy="SkipLayers") == []
    assert of_docker(imageOptimizationPolicy="Squash") == [
        f"{DOCKER}.imageOptimizationPolicy Invalid"
    ]


def test_a_docker_build_may_name_no_image_ba_565() -> None:
    assert of_docker() == []
    assert of_docker(**{"from": {"kind": "Foo", "name": "x"}}) == [f"{DOCKER}.from.kind Invalid"]


def test_a_custom_build_needs_its_image_ba_574() -> None:
    wrong = of_config(strategy={"customStrategy": {"env": []}})

    assert wrong == ["spec.strategy.customStrategy.from.name Required"]


def test_a_pipeline_is_written_here_or_in_the_source_ba_581() -> None:
    wrong = of_pipeline(jenkinsfile="node {}", jenkinsfilePath="/a")

    assert wrong == ["spec.strategy.jenkinsPipelineStrategy Invalid"]


def test_a_pipeline_has_at_most_100000_bytes_ba_581() -> None:
    assert of_pipeline(jenkinsfile="x" * 100_000) == []
    assert of_pipeline(jenkinsfile="x" * 100_001) == [
        "spec.strategy.jenkinsPipelineStrategy.jenkinsfile Invalid"
    ]


@pytest.mark.parametrize("path", ["/a", "../a"])
def test_the_jenkinsfile_is_in_the_source_ba_582(path: str) -> None:
    assert of_pipeline(jenkinsfilePath=path) == [
        "spec.strategy.jenkinsPipelineStrategy.jenkinsfilePath Invalid"
    ]


def test_volumes_have_a_name_a_source_and_places() -> None:
    wrong = of_source(volumes=[{"name": "Bad", "source": {}}])
    nameless = of_source(volumes=[{}])

    assert nameless[0] == f"{SOURCE}.volumes[0].name Required"
    assert wrong == [
        f"{SOURCE}.volumes[0].name Invalid",
        f"{SOURCE}.volumes[0].source.type Required",
        f"{SOURCE}.volumes[0].source Invalid",
        f"{SOURCE}.volumes[0].mounts Required",
    ]


def test_a_volume_has_the_one_source_that_its_type_says() -> None:
    secret, config = {"secretName": ""}, {"name": "c"}
    mounts = [{"destinationPath": "/x"}]
    volumes = [
        {"name": "a", "source": {"type": "ConfigMap", "secret": secret}, "mounts": mounts},
        {"name": "a", "source": {"type": "Secret", "secret": secret, "configMap": config}},
    ]

    wrong = of_docker(volumes=volumes)

    assert wrong == [
        f"{DOCKER}.volumes[0].source.type Invalid",
        f"{DOCKER}.volumes[0].source.secret.secretName Required",
        f"{DOCKER}.volumes[1].name Duplicate",
        f"{DOCKER}.volumes[1].source Invalid",
        f"{DOCKER}.volumes[1].source.secret.secretName Required",
        f"{DOCKER}.volumes[1].mounts Required",
    ]


def test_a_volume_is_seen_at_absolute_paths() -> None:
    places = ["", "a:b", "..", "/x", "/x"]
    mounts = [{"destinationPath": place} for place in places]
    csi = {"type": "CSI", "csi": {"driver": "d"}}

    wrong = of_source(volumes=[{"name": "a", "source": csi, "mounts": mounts}])

    assert wrong == [
        f"{SOURCE}.volumes[0].mounts.destinationPath Required",
        f"{SOURCE}.volumes[0].mounts[1].destinationPath Invalid",
        f"{SOURCE}.volumes[0].mounts[1].destinationPath Invalid",
        f"{SOURCE}.volumes[0].mounts[2].destinationPath Invalid",
        f"{SOURCE}.volumes[0].mounts[2].destinationPath Invalid",
        f"{SOURCE}.volumes[0].mounts[4].destinationPath Duplicate",
    ]


def test_a_volume_may_be_a_config_map() -> None:
    source = {"type": "ConfigMap", "configMap": {"name": "c"}}
    volume = {"name": "a", "source": source, "mounts": [{"destinationPath": "/x"}]}

    assert of_config(source=GIT, strategy={"dockerStrategy": {"volumes": [volume]}}) == []
