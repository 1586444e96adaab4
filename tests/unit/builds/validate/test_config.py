"""What a BuildConfig may say: build-api.md sections 3 and 7, triggers.md TR-1 to TR-9."""

from typing import Any

import pytest

from slipcast.api.build import BuildConfig
from slipcast.builds.validate.config import build_config
from slipcast.builds.validate.triggers import triggers
from verdicts import IMAGE, a_config, brief, of_config, seen


@pytest.mark.parametrize("policy", ["Never", "serial"])
def test_run_policies_are_three_ba_514(policy: str) -> None:
    wrong = build_config(a_config(runPolicy=policy), None)

    assert brief(wrong) == ["spec.runPolicy Invalid"]
    assert "run policy must Parallel, Serial, or SerialLatestOnly" in wrong[0].message


def test_history_limits_are_not_negative_ba_515_ba_516() -> None:
    wrong = of_config(successfulBuildsHistoryLimit=-1, failedBuildsHistoryLimit=-1)

    assert wrong == [
        "spec.successfulBuildsHistoryLimit Invalid",
        "spec.failedBuildsHistoryLimit Invalid",
    ]


@pytest.mark.parametrize("seconds", [0, -1])
def test_a_deadline_is_ahead_ba_525(seconds: int) -> None:
    assert of_config(completionDeadlineSeconds=seconds) == [
        "spec.completionDeadlineSeconds Invalid"
    ]


def test_nodes_are_selected_by_labels_ba_526() -> None:
    wrong = of_config(nodeSelector={"bad key!": "b", "a": "b c", "fine": ""})

    assert wrong == ["spec.nodeSelector[bad key!] Invalid", "spec.nodeSelector[a] Invalid"]


def test_a_hook_is_a_script_or_a_command_ba_100() -> None:
    assert of_config(postCommit={"script": "a", "command": ["b"]}) == ["spec.postCommit Invalid"]
    assert of_config(postCommit={"script": "a", "args": ["b"]}) == []


def test_all_that_is_wrong_is_said_at_once_ba_12() -> None:
    wrong = of_config(
        runPolicy="Z",
        source={"git": {"uri": ""}, "contextDir": "../x"},
        strategy={"sourceStrategy": {"from": {"kind": "X", "name": ""}}},
        output={"to": {"kind": "ImageStreamTag", "name": "a"}},
        completionDeadlineSeconds=-5,
    )

    assert wrong == [
        "spec.runPolicy Invalid",
        "spec.source.git.uri Required",
        "spec.source.contextDir Invalid",
        "spec.completionDeadlineSeconds Invalid",
        "spec.output.to.name Invalid",
        "spec.strategy.sourceStrategy.from.kind Invalid",
    ]


def test_a_trigger_has_its_block_tr_1() -> None:
    wrong = of_config(triggers=[{"type": "GitHub"}, {"type": "Bitbucket"}, {"type": "ImageChange"}])

    assert wrong == ["spec.triggers[0].github Required", "spec.triggers[1].bitbucket Required"]


def test_a_block_of_another_type_is_no_block_tr_9() -> None:
    assert of_config(triggers=[{"type": "GitHub", "generic": {"secret": "x"}}]) == [
        "spec.triggers[0].github Required"
    ]


def test_a_webhook_has_a_secret_or_names_one_tr_2() -> None:
    triggers = [
        {"type": "GitHub", "github": {}},
        {"type": "Generic", "generic": {"secret": ""}},
        {"type": "GitLab", "gitlab": {"secretReference": {}}},
        {"type": "GitLab", "gitlab": {"secretReference": {"name": "s"}}},
    ]

    assert of_config(triggers=triggers) == [
        "spec.triggers[0].github.secret Required",
        "spec.triggers[1].generic.secret Required",
        "spec.triggers[2].gitlab.secretReference.name Required",
    ]


def test_only_generic_webhooks_pass_variables_and_no_secret_is_repeated_tr_3() -> None:
    hook = {"secret": "sesame", "allowEnv": True}
    listed = [{"type": "GitHub", "github": hook}, {"type": "Generic", "generic": hook}]

    wrong = build_config(a_config(triggers=listed), None)

    assert brief(wrong) == ["spec.triggers[0].github.allowEnv Invalid"]
    assert "sesame" not in wrong[0].message


def test_only_tags_are_watched_tr_5_tr_6() -> None:
    listed = [
        {"type": "ImageChange", "imageChange": {"from": {"kind": "DockerImage", "name": ""}}},
        {"type": "ImageChange", "imageChange": {"from": {"kind": "ImageStreamTag", "name": "a"}}},
    ]

    assert of_config(triggers=listed) == [
        "spec.triggers[0].imageChange.from.kind Invalid",
        "spec.triggers[1].from.name Invalid",
    ]


def watching(name: str, namespace: str = "") -> dict[str, Any]:
    """A trigger that watches a tag."""
    from_ = {"kind": "ImageStreamTag", "name": name, "namespace": namespace}
    return {"type": "ImageChange", "imageChange": {"from": from_}}


@pytest.mark.parametrize(
    "second", [{"type": "ImageChange"}, watching("ruby:2.3"), watching("ruby:2.3", "shop")]
)
def test_a_tag_is_watched_once_tr_7(second: dict[str, Any]) -> None:
    wrong = of_config(triggers=[{"type": "ImageChange"}, second])

    assert wrong == ["spec.triggers Invalid"]


def test_several_webhooks_of_a_type_are_fine_tr_8() -> None:
    hook = {"type": "GitHub", "github": {"secret": "a"}}

    assert of_config(triggers=[hook, hook, watching("ruby:1")]) == []


def test_triggers_that_defaults_would_drop_are_refused_ba_32_tr_1_tr_4() -> None:
    listed: list[dict[str, Any]] = [
        {},
        {"type": "Weather"},
        {"type": "ImageChange"},
        {"type": "ImageChange", "imageChange": {}},
    ]
    strategy: dict[str, Any] = {"dockerStrategy": {}}
    config = seen(BuildConfig, spec={"strategy": strategy, "triggers": listed})

    wrong = brief(triggers(config, "spec.triggers"))

    assert wrong == [
        "spec.triggers[0].type Required",
        "spec.triggers[1].type NotSupported",
        "spec.triggers[2].imageChange Required",
        "spec.triggers[3].imageChange Invalid",
    ]


def test_a_config_that_is_fine_is_fine_with_an_image_of_its_own() -> None:
    assert (
        of_config(triggers=[{"type": "ImageChange"}], output={"to": {**IMAGE, "name": "a:b"}}) == []
    )
