"""`slipcast policy can-i` and `who-can`, and the same below `adm policy`."""

from __future__ import annotations

import pytest

from slipcast.cli import accessquestions
from unit.cli.conftest import Call


@pytest.fixture(autouse=True)
def ben(call: Call) -> str:
    """Somebody who looks at the namespace."""
    call("policy", "add-role-to-user", "view", "ben")
    return "ben"


def test_an_answer_is_said_and_is_no_failure(call: Call) -> None:
    yes = call("policy", "can-i", "list", "builds", "--as=ben")
    no = call("policy", "can-i", "create", "builds", "--as=ben")

    assert (yes.code, yes.stdout) == (0, "yes\n")
    assert (no.code, no.stdout) == (0, "no\n")


def test_a_quiet_answer_is_the_exit_code(call: Call) -> None:
    yes = call("adm", "policy", "can-i", "list", "builds", "--as=ben", "-q")
    no = call("adm", "policy", "can-i", "create", "builds", "--as=ben", "-q")

    assert (yes.code, yes.stdout) == (0, "")
    assert (no.code, no.stdout) == (2, "")


def test_a_question_may_be_about_every_namespace(call: Call) -> None:
    assert call("policy", "can-i", "list", "builds", "-A", "--as=ben").stdout == "no\n"


def test_a_question_may_be_asked_with_fewer_scopes(call: Call) -> None:
    ended = call("policy", "can-i", "list", "builds", "--scopes=user:info")

    assert ended.stdout == "no\n"


def test_what_may_be_done_is_listed_as_rules(call: Call) -> None:
    ended = call("policy", "can-i", "--list", "--as=ben")

    head, *rules = ended.stdout.splitlines()
    assert head.split("  ")[0] == "Verbs"
    assert any("[builds/log]" in rule or "builds/log" in rule for rule in rules)


def test_who_may_is_told(call: Call) -> None:
    ended = call("policy", "who-can", "list", "builds")

    assert ended.code == 0
    assert "Verb:      list\nResource:  builds.build.openshift.io\n\nUsers:  ben\n" in ended.stdout
    assert "\n\nGroups: system:cluster-admins\n        system:cluster-readers\n" in ended.stdout


def test_who_may_is_told_to_programs(call: Call) -> None:
    ended = call("adm", "policy", "who-can", "list", "builds", "-o", "json")

    assert '"kind": "ResourceAccessReviewResponse"' in ended.stdout


def test_who_may_is_not_told_to_everybody(call: Call) -> None:
    ended = call("policy", "who-can", "list", "builds", "--as=ben")

    assert ended.code == 1
    assert "localresourceaccessreviews" in ended.stderr


def test_nobody_is_none() -> None:
    lines = accessquestions.told({"users": None, "groups": []}, "get", "pods")

    assert lines[0] == "Namespace: <all>"
    assert lines[4:] == ["Users:  none", "", "Groups: none", ""]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("can-i", "get"), "two or three arguments"),
        (("who-can",), "two or three arguments"),
        (("can-i", "--list", "get", "builds"), "mutually exclusive"),
        (("can-i", "--list", "-A"), "mutually exclusive"),
        (("can-i", "get", "builds", "--scopes=a", "--ignore-scopes"), "mutually exclusive"),
    ],
)
def test_words_that_do_not_fit_are_refused(call: Call, words: tuple[str, ...], said: str) -> None:
    ended = call("policy", *words)

    assert ended.code != 0
    assert said in ended.stderr
