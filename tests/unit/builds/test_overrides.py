"""What a cluster says about all builds: build-lifecycle.md section 8."""

from typing import Any

import pytest

from slipcast.api.build import Build, EnvVar, ImageLabel
from slipcast.api.container import Container
from slipcast.api.env import ResourceRequirements
from slipcast.api.meta import ObjectMeta
from slipcast.api.pod import Pod, PodSpec
from slipcast.api.scheduling import Toleration
from slipcast.builds.overrides import (
    BuildDefaults,
    BuildOverrides,
    SourceStrategyDefaults,
    with_defaults,
    with_overrides,
    with_pod_defaults,
)
from verdicts import PULLED, a_build

PROXIES = BuildDefaults(git_http_proxy="http://p", git_https_proxy="http://q", git_no_proxy="x")
INCREMENTAL = BuildDefaults(source_strategy_defaults=SourceStrategyDefaults(incremental=True))


def git_proxies(**git: str) -> tuple[str | None, str | None, str | None]:
    source = {"git": {"uri": "https://example.com/x", **git}}
    found = with_defaults(a_build(source=source), PROXIES).spec.source.git
    assert found is not None
    return found.http_proxy, found.https_proxy, found.no_proxy


def of_source(**strategy: Any) -> Build:
    return a_build(strategy={"sourceStrategy": {"from": PULLED, **strategy}})


def test_proxies_are_for_repositories_that_say_none_bl_553() -> None:
    assert git_proxies() == ("http://p", "http://q", "x")
    assert git_proxies(httpProxy="", noProxy="y") == ("", "http://q", "y")


def test_nothing_is_cloned_without_a_repository_bl_553() -> None:
    assert with_defaults(a_build(source={}), PROXIES).spec.source.git is None


def test_no_defaults_change_nothing() -> None:
    build = a_build()

    assert with_defaults(build, BuildDefaults()) == build
    assert with_overrides(build, BuildOverrides()) == build


def test_variables_are_added_where_the_name_is_absent_bl_554() -> None:
    env = (EnvVar(name="A", value="theirs"), EnvVar(name="B", value="ours"))

    build = with_defaults(of_source(env=[{"name": "A", "value": "1"}]), BuildDefaults(env=env))

    strategy = build.spec.strategy.source_strategy
    assert strategy is not None
    assert strategy.env == (EnvVar(name="A", value="1"), EnvVar(name="B", value="ours"))


@pytest.mark.parametrize(
    ("said", "found"), [({}, True), ({"incremental": False}, False), ({"incremental": True}, True)]
)
def test_builds_are_incremental_unless_they_say_otherwise_bl_555(
    *, said: dict[str, bool], found: bool
) -> None:
    strategy = with_defaults(of_source(**said), INCREMENTAL).spec.strategy.source_strategy

    assert strategy is not None
    assert strategy.incremental is found


def test_labels_are_added_and_overridden_bl_556_bl_562() -> None:
    output = {"imageLabels": [{"name": "a", "value": "1"}]}
    given = (ImageLabel(name="a", value="2"), ImageLabel(name="b", value="3"))

    added = with_defaults(a_build(output=output), BuildDefaults(image_labels=given))
    replaced = with_overrides(a_build(output=output), BuildOverrides(image_labels=given))

    assert added.spec.output.image_labels == (ImageLabel(name="a", value="1"), given[1])
    assert replaced.spec.output.image_labels == given


@pytest.mark.parametrize(
    ("said", "found"), [(None, {"zone": "a"}), ({}, {}), ({"x": "y"}, {"x": "y"})]
)
def test_a_selector_of_nothing_keeps_the_default_away_bl_557(
    said: dict[str, str] | None, found: dict[str, str]
) -> None:
    build = with_defaults(a_build(nodeSelector=said), BuildDefaults(node_selector={"zone": "a"}))

    assert build.spec.node_selector == found


@pytest.mark.parametrize("said", [None, {"zone": "b"}])
def test_a_selector_is_overridden_key_by_key_bl_563(said: dict[str, str] | None) -> None:
    overrides = BuildOverrides(node_selector={"zone": "a", "disk": "ssd"})

    build = with_overrides(a_build(nodeSelector=said), overrides)

    assert build.spec.node_selector == {"zone": "a", "disk": "ssd"}


def test_resources_are_for_every_build_that_lacks_them_bl_559() -> None:
    defaults = BuildDefaults(
        resources=ResourceRequirements(limits={"cpu": "2", "memory": "1Gi"}, requests={"cpu": "1"})
    )

    build = with_defaults(a_build(source={}, resources={"limits": {"cpu": "4"}}), defaults)

    assert build.spec.resources.limits == {"cpu": "4", "memory": "1Gi"}
    assert build.spec.resources.requests == {"cpu": "1"}


@pytest.mark.parametrize("kind", ["sourceStrategy", "dockerStrategy", "customStrategy"])
@pytest.mark.parametrize(("force", "found"), [(True, True), (False, False), (None, True)])
def test_images_are_pulled_as_the_cluster_says_bl_561(
    *, kind: str, force: bool | None, found: bool
) -> None:
    build = a_build(strategy={kind: {"from": PULLED, "forcePull": True}})

    strategy = with_overrides(build, BuildOverrides(force_pull=force)).spec.strategy

    chosen = strategy.source_strategy or strategy.docker_strategy or strategy.custom_strategy
    assert chosen is not None
    assert chosen.force_pull is found


def test_annotations_of_pods_are_added_and_overridden_bl_558_bl_564() -> None:
    pod = Pod(metadata=ObjectMeta(annotations={"a": "1", "b": "1"}))
    defaults = BuildDefaults(annotations={"a": "2", "c": "2"})
    overrides = BuildOverrides(annotations={"b": "3"})

    annotations = with_pod_defaults(pod, defaults, overrides).metadata.annotations

    assert annotations == {"a": "1", "b": "3", "c": "2"}


def test_proxies_of_the_cluster_are_in_every_container_bl_560() -> None:
    pod = Pod(spec=PodSpec(containers=(Container(),), init_containers=(Container(),)))

    spec = with_pod_defaults(pod, BuildDefaults(https_proxy="p"), BuildOverrides()).spec

    proxies = (EnvVar(name="HTTPS_PROXY", value="p"), EnvVar(name="https_proxy", value="p"))
    assert spec.containers[0].env == proxies
    assert spec.init_containers[0].env == proxies


def test_tolerations_are_replaced_bl_565() -> None:
    overrides = BuildOverrides(tolerations=(Toleration(key="builds"),))

    pod = with_pod_defaults(Pod(), BuildDefaults(), overrides)

    assert pod.spec.tolerations == (Toleration(key="builds"),)
