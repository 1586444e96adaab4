"""A Build out of a BuildConfig: build-api.md section 9, build-lifecycle.md section 2."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from slipcast.api.build import Build, BuildConfig, BuildRequest, EnvVar
from slipcast.builds.defaults import defaulted_build
from slipcast.builds.generate import Resolved, Unresolved, generated, wanted
from slipcast.builds.triggers import Reference
from slipcast.values.apifaults import BadRequest, InternalError, Invalid
from verdicts import GIT, IMAGE, a_config, seen

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
RUBY = Reference(kind="ImageStreamTag", namespace="shop", name="ruby:2.3")
RUBY_SPEC = "r.example.com/shop/ruby@sha256:" + "a" * 64
OTHER = Reference(kind="ImageStreamTag", namespace="lib", name="assets:1")
OTHER_SPEC = "r.example.com/lib/assets@sha256:" + "b" * 64
FOUND: Resolved = {RUBY: RUBY_SPEC, OTHER: OTHER_SPEC}
ASSETS = {"kind": "ImageStreamTag", "namespace": "lib", "name": "assets:1"}
ON_IMAGE = {"type": "ImageChange", "imageChange": {}}
ON_ASSETS = {"type": "ImageChange", "imageChange": {"from": ASSETS}}
CUSTOM = {"customStrategy": {"from": IMAGE}}
DOCKER = {"dockerStrategy": {"buildArgs": [{"name": "A", "value": "1"}]}}


def config(last_version: int = 6, **spec: Any) -> BuildConfig:
    made = a_config(**spec)
    status = replace(made.status, last_version=last_version)
    metadata = replace(
        made.metadata, uid="u-1", labels={"app": "shop"}, annotations={"note": "mine"}
    )
    return replace(made, metadata=metadata, status=status)


def request(**content: Any) -> BuildRequest:
    return seen(BuildRequest, metadata=content.pop("metadata", {}), **content)


def the_build(**spec: Any) -> Build:
    return generated(config(**spec), request(), FOUND, NOW).build


def asked(content: dict[str, Any], **spec: Any) -> Build:
    return generated(config(**spec), request(**content), FOUND, NOW).build


def test_a_build_has_the_next_number_and_is_new_ba_22_ba_600() -> None:
    made = generated(config(), request(), FOUND, NOW)

    assert made.config is not None
    assert made.config.status.last_version == 7
    assert made.build.metadata.name == "frontend-7"
    assert made.build.metadata.annotations["openshift.io/build.number"] == "7"
    assert made.build.status.phase == "New"
    assert made.build.status.config is not None
    assert made.build.status.config.name == "frontend"


def test_numbers_go_on_where_builds_of_an_earlier_config_ended_up_27() -> None:
    made = generated(config(0), request(), FOUND, NOW, newest=41)

    assert made.build.metadata.name == "frontend-42"


def test_labels_of_the_config_are_kept_and_annotations_are_not_ba_26() -> None:
    metadata = {"labels": {"app": "x", "by": "me"}, "annotations": {"why": "because"}}

    build = asked({"metadata": metadata})

    assert build.metadata.labels == {
        "app": "shop",
        "by": "me",
        "buildconfig": "frontend",
        "openshift.io/build-config.name": "frontend",
        "openshift.io/build.start-policy": "Serial",
    }
    assert build.metadata.annotations == {
        "why": "because",
        "openshift.io/build.number": "7",
        "openshift.io/build-config.name": "frontend",
    }


def test_a_build_belongs_to_its_config_ba_27() -> None:
    (owner,) = the_build().metadata.owner_references

    assert (owner.kind, owner.name, owner.uid) == ("BuildConfig", "frontend", "u-1")


def test_the_spec_is_that_of_the_moment_ba_120_ba_518() -> None:
    spec = the_build(completionDeadlineSeconds=60, nodeSelector={}, postCommit={"script": "x"}).spec

    assert spec.service_account == "builder"
    assert spec.completion_deadline_seconds == 60
    assert spec.node_selector == {}
    assert spec.post_commit.script == "x"
    assert spec.source.git is not None


def test_images_are_named_by_their_pull_specs_bl_17() -> None:
    strategy = the_build().spec.strategy.source_strategy

    assert strategy is not None
    assert (strategy.from_.kind, strategy.from_.name) == ("DockerImage", RUBY_SPEC)


def test_an_image_that_is_not_found_refuses_the_request_ba_116() -> None:
    missing: Resolved = {RUBY: Unresolved(why="unable to find latest tagged image")}

    with pytest.raises(Invalid) as caught:
        generated(config(), request(), missing, NOW)

    fault = caught.value
    assert fault.plural == "ImageStreamTag"
    assert fault.message == (
        "Error resolving ImageStreamTag ruby:2.3 in namespace shop: "
        "unable to find latest tagged image"
    )
    assert [cause.field for cause in fault.causes] == ["from"]


def test_an_image_of_unknown_kind_is_our_fault_ba_116() -> None:
    runtime = {"from": IMAGE, "runtimeImage": {"name": "x"}}

    with pytest.raises(InternalError, match="Unknown From Kind"):
        generated(config(strategy={"sourceStrategy": runtime}), request(), FOUND, NOW)


def test_what_must_be_looked_up_is_said_once_bl_10() -> None:
    images = [{"from": ASSETS, "paths": []}, {"from": {"kind": "DockerImage", "name": "x"}}]

    places = wanted(config(source={"images": images}, triggers=[ON_IMAGE, ON_ASSETS]), request())

    assert places == (RUBY, OTHER)


def test_the_image_of_the_request_is_built_with_tr_102_bl_10() -> None:
    newer = "r.example.com/shop/ruby@sha256:" + "c" * 64
    content = {"triggeredByImage": {"kind": "DockerImage", "name": newer}, "from": IMAGE}

    made = generated(config(triggers=[ON_IMAGE]), request(**content), FOUND, NOW)

    strategy = made.build.spec.strategy.source_strategy
    assert strategy is not None
    assert strategy.from_.name == newer
    assert made.config is not None
    (status,) = made.config.status.image_change_triggers
    assert (status.last_triggered_image_id, status.last_trigger_time) == (
        newer,
        "2026-11-22T18:00:00Z",
    )


def test_an_image_starts_one_build_only_ba_115_tr_96() -> None:
    used = {"type": "ImageChange", "imageChange": {"lastTriggeredImageID": RUBY_SPEC}}
    content = {"triggeredByImage": {"kind": "DockerImage", "name": RUBY_SPEC}, "from": IMAGE}

    with pytest.raises(InternalError, match="already instantiated a build for imageid"):
        asked(content, triggers=[used])


def test_every_start_refreshes_all_triggers_tr_97_ba_36() -> None:
    made = generated(config(triggers=[ON_IMAGE, ON_ASSETS]), request(), FOUND, NOW)

    assert made.config is not None
    ids = [
        each.image_change.last_triggered_image_id
        for each in made.config.spec.triggers
        if each.image_change
    ]
    assert ids == [RUBY_SPEC, OTHER_SPEC]
    assert [each.last_trigger_time for each in made.config.status.image_change_triggers] == [
        "",
        "",
    ]


def test_a_tag_that_is_gone_is_a_warning_and_its_image_stays_known_bl_10() -> None:
    kept = {"from": ASSETS, "lastTriggeredImageID": OTHER_SPEC}
    triggers = [{"type": "ImageChange", "imageChange": kept}]
    found: Resolved = {RUBY: RUBY_SPEC, OTHER: Unresolved(why="stream not found")}

    made = generated(config(triggers=triggers), request(), found, NOW)

    assert made.config is not None
    change = made.config.spec.triggers[0].image_change
    assert change is not None
    assert change.last_triggered_image_id == OTHER_SPEC
    assert made.warnings == (
        "Error resolving ImageStreamTag assets:1 in namespace lib: stream not found",
    )


def test_images_of_the_source_follow_the_triggers_bl_16() -> None:
    source = {"images": [{"from": ASSETS, "paths": []}, {"from": IMAGE, "paths": []}]}

    build = the_build(source=source, triggers=[ON_IMAGE, ON_ASSETS])

    assert [each.from_.name for each in build.spec.source.images] == [OTHER_SPEC, RUBY_SPEC]


def test_images_of_the_source_are_looked_up_without_triggers_bl_16() -> None:
    build = the_build(source={"images": [{"from": ASSETS, "paths": []}]})

    assert [each.from_.name for each in build.spec.source.images] == [OTHER_SPEC]


def test_a_paused_config_makes_nothing_ba_115() -> None:
    quiet = config()
    annotations = {"openshift.io/build-config.paused": "True"}
    quiet = replace(quiet, metadata=replace(quiet.metadata, annotations=annotations))

    with pytest.raises(BadRequest) as caught:
        generated(quiet, request(), FOUND, NOW)

    assert caught.value.message == (
        "can't instantiate from BuildConfig shop/frontend: BuildConfig is paused"
    )


def test_another_last_version_is_refused_ba_115() -> None:
    with pytest.raises(BadRequest) as caught:
        asked({"lastVersion": 5})

    assert caught.value.message == (
        "the LastVersion(6) on build config shop/frontend does not match the build request"
        " LastVersion(5)"
    )


@pytest.mark.parametrize(
    "strategy",
    [
        {"sourceStrategy": {"from": IMAGE, "env": [{"name": "A"}, {"name": "B"}]}},
        {"dockerStrategy": {"env": [{"name": "A"}, {"name": "B"}]}},
        {"jenkinsPipelineStrategy": {"jenkinsfile": "x", "env": [{"name": "A"}, {"name": "B"}]}},
    ],
)
def test_variables_of_the_request_stand_for_those_of_the_same_name_ba_117(
    strategy: dict[str, Any],
) -> None:
    build = asked({"env": [{"name": "C"}, {"name": "A", "value": "2"}]}, strategy=strategy)

    spec = build.spec.strategy
    chosen = spec.source_strategy or spec.docker_strategy or spec.jenkins_pipeline_strategy
    assert chosen is not None
    assert chosen.env == (EnvVar(name="B"), EnvVar(name="C"), EnvVar(name="A", value="2"))


@pytest.mark.parametrize("env", [[], [{"name": "OPENSHIFT_CUSTOM_BUILD_BASE_IMAGE", "value": "x"}]])
def test_a_custom_image_is_told_its_own_name_bl_18(env: list[dict[str, str]]) -> None:
    build = the_build(strategy={"customStrategy": {"from": IMAGE, "env": env}})

    custom = build.spec.strategy.custom_strategy
    assert custom is not None
    assert custom.env == (EnvVar(name="OPENSHIFT_CUSTOM_BUILD_BASE_IMAGE", value=RUBY_SPEC),)


def test_docker_options_are_laid_over_the_strategy_ba_653_ba_654() -> None:
    args = [{"name": "B", "value": "2"}, {"name": "A", "value": "3"}]

    build = asked({"dockerStrategyOptions": {"buildArgs": args, "noCache": True}}, strategy=DOCKER)

    docker = build.spec.strategy.docker_strategy
    assert docker is not None
    assert docker.build_args == (EnvVar(name="A", value="3"), EnvVar(name="B", value="2"))
    assert docker.no_cache


def test_source_options_are_laid_over_the_strategy_ba_655() -> None:
    strategy = asked({"sourceStrategyOptions": {"incremental": True}}).spec.strategy

    assert strategy.source_strategy is not None
    assert strategy.source_strategy.incremental is True


@pytest.mark.parametrize(
    ("options", "strategy", "kind"),
    [
        ({"dockerStrategyOptions": {"noCache": False}}, CUSTOM, "Docker"),
        ({"dockerStrategyOptions": {"buildArgs": [{"name": "A"}]}}, CUSTOM, "Docker"),
        ({"sourceStrategyOptions": {"incremental": False}}, DOCKER, "Source"),
    ],
)
def test_options_of_another_strategy_are_refused_ba_653_ba_655(
    options: dict[str, Any], strategy: dict[str, Any], kind: str
) -> None:
    with pytest.raises(BadRequest) as caught:
        asked(options, strategy=strategy)

    assert caught.value.message == (
        f"Cannot specify {kind} build specific options on shop/frontend, not a {kind} build."
    )


def test_empty_options_ask_for_nothing() -> None:
    options: dict[str, Any] = {"dockerStrategyOptions": {}, "sourceStrategyOptions": {}}

    assert asked(options, strategy=DOCKER).spec.strategy.docker_strategy is not None


def test_a_binary_config_started_without_content_has_no_source_ba_50() -> None:
    source = defaulted_build(the_build(source={"binary": {}})).spec.source

    assert source.binary is None
    assert source.type == "None"


@pytest.mark.parametrize(("name", "dockerfile"), [("Dockerfile", None), ("", "FROM x")])
def test_what_is_sent_along_stands_for_the_repository_ba_51(
    name: str, dockerfile: str | None
) -> None:
    source = {**GIT, "dockerfile": "FROM x", "contextDir": "app"}

    build = asked({"binary": {"asFile": name}}, source=source)

    assert build.spec.source.git is None
    assert build.spec.source.binary is not None
    assert build.spec.source.type == "Binary"
    assert build.spec.source.context_dir == "app"
    assert build.spec.source.dockerfile == dockerfile


def test_causes_are_kept_as_sent_ba_652_ba_125() -> None:
    assert [each.message for each in the_build().spec.triggered_by] == ["Manually triggered"]
    assert asked({"binary": {}}).spec.triggered_by == ()
    assert [
        each.message for each in asked({"triggeredBy": [{"message": "x"}]}).spec.triggered_by
    ] == ["x"]


def test_the_image_of_a_strategy_refuses_the_request_though_a_trigger_watches_it_bl_10() -> None:
    missing: Resolved = {RUBY: Unresolved(why="stream not found")}

    with pytest.raises(Invalid, match="stream not found"):
        generated(config(triggers=[ON_IMAGE]), request(), missing, NOW)


def test_triggers_that_watch_no_image_are_kept_as_they_are_ba_36() -> None:
    triggers = [{"type": "ConfigChange"}, {"type": "Generic", "generic": {"secret": "s"}}]

    made = generated(config(triggers=triggers), request(), FOUND, NOW)

    assert made.config is not None
    assert [each.type for each in made.config.spec.triggers] == ["ConfigChange", "Generic"]
    assert made.config.status.image_change_triggers == ()


def test_a_tag_that_was_never_there_is_a_warning_only_bl_10() -> None:
    found: Resolved = {RUBY: RUBY_SPEC}

    made = generated(config(triggers=[ON_ASSETS]), request(), found, NOW)

    assert made.warnings == (
        "Error resolving ImageStreamTag assets:1 in namespace lib: nothing was found",
    )


@pytest.mark.parametrize(
    "image", [{"kind": "DockerImage", "name": "x"}, {"kind": "ImageStreamTag", "name": "ruby:2.3"}]
)
def test_all_images_of_a_build_are_pull_specs_ba_105(image: dict[str, str]) -> None:
    runtime = {"sourceStrategy": {"from": image, "runtimeImage": image}}

    source = the_build(strategy=runtime).spec.strategy.source_strategy
    docker = the_build(strategy={"dockerStrategy": {"from": image}}).spec.strategy.docker_strategy

    assert source is not None
    assert docker is not None
    assert source.runtime_image is not None
    assert source.runtime_image == source.from_ == docker.from_
    assert source.from_.kind == "DockerImage"
    assert wanted(config(strategy=runtime), request()) == (() if "x" in image.values() else (RUBY,))


def test_a_pipeline_and_a_dockerfile_may_start_from_nothing() -> None:
    pipeline = {"jenkinsPipelineStrategy": {"jenkinsfile": "x"}}

    assert wanted(config(strategy=pipeline), request()) == ()
    assert wanted(config(strategy=DOCKER), request()) == ()


def test_a_request_may_name_an_image_that_no_trigger_watches_tr_96() -> None:
    content = {"triggeredByImage": {"kind": "DockerImage", "name": "r/x@1"}, "from": ASSETS}

    made = generated(config(triggers=[ON_IMAGE]), request(**content), FOUND, NOW)

    assert made.config is not None
    assert made.config.status.image_change_triggers[0].last_triggered_image_id == RUBY_SPEC
