"""Another Build like an earlier one: build-api.md section 9.4."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from slipcast.api.build import Build, BuildRequest
from slipcast.builds.clone import cloned
from slipcast.builds.defaults import defaulted_build
from slipcast.values.apifaults import BadRequest, InternalError
from verdicts import PULLED, a_config, seen

NOW = datetime(2026, 11, 22, 18, 0, 0, 250, tzinfo=UTC)
CONFIG = a_config()
ANNOTATIONS = {
    "openshift.io/build.number": "3",
    "openshift.io/build-config.name": "frontend",
    "openshift.io/build.pod-name": "frontend-3-build",
    "openshift.io/jenkins-build-uri": "http://x",
    "build.slipcast.io/upload": "u-3",
    "build.slipcast.io/upload-server": "gone",
    "note": "mine",
}


def a_build(**spec: Any) -> Build:
    source = {"type": "Binary", "binary": {}}
    given = {"strategy": {"dockerStrategy": {"from": PULLED}}, "source": source, **spec}
    owner = {"kind": "BuildConfig", "name": "frontend", "uid": "u-1"}
    metadata = {
        "name": "frontend-3",
        "namespace": "shop",
        "uid": "b-3",
        "labels": {"app": "shop"},
        "annotations": ANNOTATIONS,
        "ownerReferences": [owner],
    }
    status = {
        "phase": "Failed",
        "reason": "x",
        "config": {"kind": "BuildConfig", "name": "frontend"},
    }
    return seen(Build, metadata=metadata, spec=given, status=status)


def test_a_clone_is_a_new_build_of_the_config_ba_131() -> None:
    build = a_build()

    made = cloned(build, BuildRequest(), CONFIG, NOW)

    assert made.config is not None
    assert made.config.status.last_version == 1
    assert made.build.metadata.name == "frontend-1"
    assert made.build.metadata.uid == ""
    assert made.build.metadata.labels == build.metadata.labels
    assert made.build.metadata.owner_references == build.metadata.owner_references
    assert made.build.metadata.annotations == {
        "openshift.io/build-config.name": "frontend",
        "openshift.io/build.clone-of": "frontend-3",
        "openshift.io/build.number": "1",
        "note": "mine",
    }
    assert (made.build.status.phase, made.build.status.reason) == ("New", "")
    assert made.build.status.config == build.status.config


def test_a_clone_starts_from_the_same_images_without_what_was_sent_along_ba_132() -> None:
    made = cloned(a_build(revision={"git": {"commit": "c0ffee"}}), BuildRequest(), CONFIG, NOW)

    docker = made.build.spec.strategy.docker_strategy
    assert docker is not None
    assert docker.from_ is not None
    assert docker.from_.name == PULLED["name"]
    assert made.build.spec.revision is not None
    assert defaulted_build(made.build).spec.source.binary is None


def test_a_clone_whose_config_is_gone_has_no_number_ba_24_ba_133() -> None:
    made = cloned(a_build(), BuildRequest(), None, NOW)

    assert made.config is None
    assert made.build.metadata.name == "frontend-3-0000250000"
    assert "openshift.io/build.number" not in made.build.metadata.annotations


def test_a_paused_config_makes_no_clone_ba_133() -> None:
    annotations = {"openshift.io/build-config.paused": "true"}
    quiet = replace(CONFIG, metadata=replace(CONFIG.metadata, annotations=annotations))

    with pytest.raises(InternalError) as caught:
        cloned(a_build(), BuildRequest(), quiet, NOW)

    assert caught.value.message == (
        "Internal error occurred: fatal error generating Build from BuildConfig: can't instantiate"
        " from BuildConfig shop/frontend: BuildConfig is paused"
    )


def test_a_clone_takes_variables_arguments_and_causes_ba_134() -> None:
    request = seen(
        BuildRequest,
        env=[{"name": "A"}],
        dockerStrategyOptions={"buildArgs": [{"name": "B"}]},
        triggeredBy=[{"message": "again"}],
    )

    spec = cloned(a_build(), request, CONFIG, NOW).build.spec

    docker = spec.strategy.docker_strategy
    assert docker is not None
    assert [each.name for each in (*docker.env, *docker.build_args)] == ["A", "B"]
    assert [each.message for each in spec.triggered_by] == ["again"]


def test_arguments_of_another_strategy_are_refused_ba_653() -> None:
    request = seen(BuildRequest, dockerStrategyOptions={"buildArgs": [{"name": "B"}]})
    build = a_build(strategy={"sourceStrategy": {"from": PULLED}})

    with pytest.raises(BadRequest, match="Cannot specify build args on shop/frontend-3"):
        cloned(build, request, CONFIG, NOW)
