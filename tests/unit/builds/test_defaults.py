"""What is filled in of BuildConfigs and Builds: build-api.md sections 3 and 11."""

from typing import Any

import pytest

from slipcast.api.build import BuildConfig
from slipcast.builds.defaults import defaulted_config
from verdicts import GIT, IMAGE, a_build, a_config, seen


def test_builds_run_one_after_another_unless_said_otherwise_ba_160() -> None:
    assert a_config().spec.run_policy == "Serial"
    assert a_config(runPolicy="Parallel").spec.run_policy == "Parallel"


@pytest.mark.parametrize(
    ("creating", "legacy", "limit"),
    [(True, False, 5), (True, True, None), (False, False, None)],
)
def test_history_is_limited_for_new_configs_of_the_group_ba_30(
    *, creating: bool, legacy: bool, limit: int | None
) -> None:
    spec = defaulted_config(seen(BuildConfig), creating=creating, legacy=legacy).spec

    assert spec.successful_builds_history_limit == limit
    assert spec.failed_builds_history_limit == limit


def test_no_history_is_a_limit_too_ba_30() -> None:
    config = seen(BuildConfig, spec={"successfulBuildsHistoryLimit": 0})

    assert defaulted_config(config, creating=True, legacy=False).spec == (
        defaulted_config(
            seen(
                BuildConfig, spec={"successfulBuildsHistoryLimit": 0, "failedBuildsHistoryLimit": 5}
            ),
            creating=False,
            legacy=False,
        ).spec
    )


@pytest.mark.parametrize(
    ("source", "type_"),
    [
        ({**GIT, "dockerfile": "FROM x", "type": "Binary!"}, "Git"),
        ({"binary": {}, "dockerfile": ""}, "Binary"),
        ({"dockerfile": ""}, "Dockerfile"),
        ({"images": [{}]}, "Image"),
        ({"type": "Git"}, "None"),
    ],
)
def test_the_type_of_a_source_follows_from_it_ba_528(source: dict[str, Any], type_: str) -> None:
    assert a_config(source=source).spec.source.type == type_


def test_types_stand_for_empty_blocks_ba_161_ba_162_ba_164() -> None:
    spec = a_config(
        source={"type": "Binary"}, strategy={"type": "Docker"}, triggers=[{"type": "ConfigChange"}]
    ).spec
    watched = a_config(triggers=[{"type": "ImageChange"}]).spec.triggers[0]

    assert spec.source.binary is not None
    assert spec.strategy.docker_strategy is not None
    assert spec.triggers[0].image_change is None
    assert watched.image_change is not None


def test_the_type_of_the_strategy_before_makes_up_none_beside_the_new_one() -> None:
    strategy = {"type": "Docker", "customStrategy": {}}

    config = seen(BuildConfig, spec={"strategy": strategy})
    made = defaulted_config(config, creating=True, legacy=False).spec.strategy
    changed = defaulted_config(config, creating=False, legacy=False).spec.strategy

    assert (changed.docker_strategy, changed.type) == (None, "Custom")
    assert made.docker_strategy is not None


@pytest.mark.parametrize("type_", ["Source", "Custom", "JenkinsPipeline"])
def test_no_other_strategy_is_made_up_ba_162(type_: str) -> None:
    assert a_config(strategy={"type": type_}).spec.strategy.type == ""


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"name": "x:1"}, "x:1"),
        ({"kind": "ImageStream", "name": "x"}, "x:latest"),
        ({"kind": "ImageStream", "name": ""}, ""),
    ],
)
def test_a_builder_image_is_a_tag_unless_said_otherwise_ba_163_ba_165(
    given: dict[str, str], name: str
) -> None:
    source = a_config(strategy={"sourceStrategy": {"from": given}}).spec.strategy.source_strategy
    docker = a_config(strategy={"dockerStrategy": {"from": given}}).spec.strategy.docker_strategy
    custom = a_config(strategy={"customStrategy": {"from": given}}).spec.strategy.custom_strategy

    assert source is not None
    assert docker is not None
    assert custom is not None
    assert source.from_ == docker.from_ == custom.from_
    assert (source.from_.kind, source.from_.name) == ("ImageStreamTag", name)


@pytest.mark.parametrize(("name", "full"), [("app", "app:latest"), ("app:v1", "app:v1")])
@pytest.mark.parametrize("kind", ["", "ImageStream"])
def test_the_output_is_a_tag_and_latest_only_where_none_is_said_ba_76(
    kind: str, name: str, full: str
) -> None:
    to = a_config(output={"to": {"kind": kind, "name": name}}).spec.output.to

    assert to is not None
    assert (to.kind, to.name) == ("ImageStreamTag", full)


@pytest.mark.parametrize(
    ("given", "kept"),
    [("./a//b/", "a/b"), (".", ""), ("/a/.", "/a"), ("//a", "/a"), ("../a", "../a")],
)
def test_directories_are_tidied_ba_166(given: str, kept: str) -> None:
    assert a_config(source={**GIT, "contextDir": given}).spec.source.context_dir == kept


def test_paths_of_files_are_tidied_where_they_are_right_ba_166() -> None:
    docker = a_config(strategy={"dockerStrategy": {"dockerfilePath": "./a//D"}}).spec.strategy
    pipeline = a_config(strategy={"jenkinsPipelineStrategy": {"jenkinsfilePath": "/a/../b"}}).spec

    assert docker.docker_strategy is not None
    assert docker.docker_strategy.dockerfile_path == "a/D"
    assert pipeline.strategy.jenkins_pipeline_strategy is not None
    assert pipeline.strategy.jenkins_pipeline_strategy.jenkinsfile_path == "/a/../b"


@pytest.mark.parametrize(
    ("given", "kept"), [("a/../app.war", "app.war"), ("/x", "x"), ("a/b", "a/b")]
)
def test_the_name_of_a_sent_file_is_tidied_ba_534(given: str, kept: str) -> None:
    binary = a_config(source={"binary": {"asFile": given}}).spec.source.binary

    assert binary is not None
    assert binary.as_file == kept


def test_a_revision_is_one_of_git_ba_167() -> None:
    revision = a_config(revision={"type": "Svn", "git": {"commit": "abc"}}).spec.revision

    assert revision is not None
    assert revision.type == "Git"


def test_old_spellings_are_rewritten_and_unknown_triggers_dropped_ba_32() -> None:
    types = ["github", "generic", "imageChange", "configChange", "Weather", "", "GitLab"]

    kept = a_config(triggers=[{"type": each} for each in types]).spec.triggers

    assert [trigger.type for trigger in kept] == ["GitHub", "Generic", "ImageChange", "GitLab"]


@pytest.mark.parametrize(
    "strategy",
    [
        {"dockerStrategy": {}},
        {"sourceStrategy": {"from": {"kind": "DockerImage", "name": "a"}}},
        {"jenkinsPipelineStrategy": {}},
    ],
)
def test_a_trigger_on_no_tag_is_dropped_ba_33(strategy: dict[str, Any]) -> None:
    named = {"type": "ImageChange", "imageChange": {"from": IMAGE}}

    kept = a_config(strategy=strategy, triggers=[{"type": "ImageChange"}, named]).spec.triggers

    assert [trigger.image_change is not None for trigger in kept] == [True]


def test_a_new_build_is_new_ba_107() -> None:
    assert a_build().status.phase == "New"
    assert a_build({"phase": "Complete"}).status.phase == "Complete"


def test_what_is_filled_in_once_stays_as_it_is_ba_168() -> None:
    once = a_config(
        source={**GIT, "contextDir": "./a"},
        output={"to": {"name": "app"}},
        triggers=[{"type": "imageChange"}, {"type": "x"}],
    )

    assert defaulted_config(once, creating=False, legacy=False) == once
