"""`slipcast wait`: until objects are as they should be."""

from __future__ import annotations

import pytest

from slipcast.cli import awaiting
from slipcast.testing.toolbox import FakeToolbox
from slipcast.values.faults import UsageFault
from unit.cli.conftest import Call

CONFIG = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "a", "labels": {"x": "y"}},
    "data": {"phase": "Done"},
}


@pytest.mark.parametrize(
    "what", ["jsonpath={.data.phase}=Done", "jsonpath={.data.phase}", "create"]
)
def test_what_holds_already_is_not_waited_for(call: Call, toolbox: FakeToolbox, what: str) -> None:
    toolbox.server.put(CONFIG)

    ended = call("wait", "cm/a", f"--for={what}")

    assert (ended.code, ended.stdout) == (0, "configmap/a condition met\n")


def test_objects_are_waited_for_by_label(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.server.put(CONFIG)

    ended = call("wait", "cm", "-l", "x=y", "--for=jsonpath={.data.phase}=Done")

    assert ended.stdout == "configmap/a condition met\n"


@pytest.mark.parametrize("what", ["condition=Ready", "delete", "jsonpath={.data.phase}=No"])
def test_waiting_has_an_end(call: Call, toolbox: FakeToolbox, what: str) -> None:
    toolbox.server.put(CONFIG)

    ended = call("wait", "cm/a", f"--for={what}", "--timeout=50ms")

    assert ended.code == 1
    assert ended.stderr == "error: timed out waiting for the condition on configmaps/a\n"


def test_what_never_comes_is_not_waited_for_either(call: Call) -> None:
    ended = call("wait", "cm/a", "--for=create", "--timeout=50ms")

    assert (ended.code, ended.stderr) == (1, "error: timed out waiting for the condition\n")


def test_what_is_gone_is_gone(call: Call) -> None:
    ended = call("wait", "cm/a", "--for=delete")

    assert (ended.code, ended.stdout, ended.stderr) == (0, "", "")


def test_what_is_not_there_has_no_condition(call: Call) -> None:
    ended = call("wait", "cm/a", "--for=condition=Ready")

    assert ended.stderr == 'Error from server (NotFound): configmaps "a" not found\n'


def test_nothing_selected_is_an_error(call: Call) -> None:
    ended = call("wait", "cm", "-l", "x=y", "--for=condition=Ready")

    assert (ended.code, ended.stderr) == (1, "error: no matching resources found\n")


@pytest.mark.parametrize("what", ["", "Ready", "ready=true"])
def test_what_is_waited_for_has_to_be_said(call: Call, what: str) -> None:
    ended = call("wait", "cm/a", f"--for={what}")

    assert ended.stderr.startswith(f'error: unrecognized condition: "{what}"\n')


def condition(status: str, **fields: object) -> dict[str, object]:
    """An object with a condition."""
    conditions = [{"type": "Available", "status": status, **fields}]
    return {"metadata": {"generation": 2}, "status": {"conditions": conditions}}


@pytest.mark.parametrize(
    ("what", "content", "holds"),
    [
        ("condition=available", condition("True"), True),
        ("condition=Available=false", condition("False"), True),
        ("condition=Available", condition("Unknown"), False),
        ("condition=Available", condition("True", observedGeneration=1), False),
        ("condition=Other", condition("True"), False),
        ("condition=Available", {"metadata": {}}, False),
    ],
)
def test_a_condition_is_about_the_object_as_it_is(
    what: str, content: dict[str, object], *, holds: bool
) -> None:
    assert awaiting.met(what)(content) is holds


@pytest.mark.parametrize(
    ("text", "path", "wanted"),
    [
        ("{.a}=b", "{.a}", "b"),
        ("{.a}", "{.a}", None),
        ("'{.a}'=b", "{.a}", "b"),
        (".a=b", "{.a}", "b"),
        ('{.a[?(@.x=="y")].b}=c', '{.a[?(@.x=="y")].b}', "c"),
    ],
)
def test_a_path_and_its_value_are_told_apart(text: str, path: str, wanted: str | None) -> None:
    assert awaiting.split(text) == (path, wanted)


def test_a_path_leads_to_one_value() -> None:
    holds = awaiting.met("jsonpath={.a[*]}=1")

    with pytest.raises(UsageFault, match="more than one value"):
        holds({"a": [1, 2]})


def test_looking_once_is_not_waiting(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.server.put(CONFIG)

    ended = call("wait", "cm/a", "--for=condition=Ready", "--timeout=0")

    assert ended.stderr == "error: condition not met for configmaps/a\n"
