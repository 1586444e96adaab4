"""`slipcast delete`: objects removed, and told as kubectl tells it."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call


def config_map(name: str, **metadata: object) -> dict[str, object]:
    """A config map."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **metadata}}


def test_objects_are_deleted_by_name(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.server.put(config_map("a"), config_map("b"))

    ended = call("delete", "cm", "a", "b")

    assert ended.stdout == 'configmap "a" deleted\nconfigmap "b" deleted\n'
    assert call("get", "cm", "-o", "name").stdout == ""


def test_one_that_is_missing_does_not_stop_the_others(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.server.put(config_map("b"))

    ended = call("delete", "cm", "a", "b")

    assert (ended.code, ended.stdout) == (1, 'configmap "b" deleted\n')
    assert ended.stderr == 'Error from server (NotFound): configmaps "a" not found\n'


def test_what_is_missing_may_be_ignored(call: Call) -> None:
    ended = call("delete", "cm", "a", "--ignore-not-found")

    assert (ended.code, ended.stdout, ended.stderr) == (0, "", "")


def test_objects_are_deleted_by_label(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.server.put(config_map("a", labels={"x": "y"}), config_map("b"))

    assert call("delete", "cm", "-l", "x=y").stdout == 'configmap "a" deleted\n'
    assert call("delete", "cm", "-l", "x=y").stdout == "No resources found\n"


def test_all_objects_of_a_type_are_deleted(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.server.put(config_map("a"), config_map("b"))

    ended = call("delete", "cm", "--all", "-o", "name")

    assert ended.stdout == "configmap/a\nconfigmap/b\n"


def test_objects_are_deleted_by_file(call: Call, toolbox: FakeToolbox, tmp_path: Path) -> None:
    toolbox.server.put(config_map("a"))
    (tmp_path / "a.json").write_text(
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}'
    )

    first, second = call("delete", "-f", "a.json"), call("delete", "-f", "a.json")

    assert first.stdout == 'configmap "a" deleted\n'
    assert second.stderr == (
        'Error from server (NotFound): error when deleting "a.json": configmaps "a" not found\n'
    )


@pytest.mark.parametrize(
    ("dry", "suffix"), [("client", " (dry run)"), ("server", " (server dry run)")]
)
def test_a_trial_deletes_nothing(call: Call, toolbox: FakeToolbox, dry: str, suffix: str) -> None:
    toolbox.server.put(config_map("a"))

    ended = call("delete", "cm", "a", f"--dry-run={dry}")

    assert ended.stdout == f'configmap "a" deleted{suffix}\n'
    assert call("get", "cm", "a").code == 0


def test_force_warns(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.server.put(config_map("a"))

    ended = call("delete", "cm", "a", "--force")

    assert ended.stdout == 'configmap "a" force deleted\n'
    assert ended.stderr.startswith("Warning: Immediate deletion does not wait")


def test_what_is_held_back_is_waited_for(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.server.put(config_map("a", finalizers=["example.com/hold"]))

    ended = call("delete", "cm", "a", "--timeout=50ms")

    assert ended.code == 1
    assert "error: timed out waiting for the condition on configmaps/a" in ended.stderr


def test_what_is_held_back_need_not_be_waited_for(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.server.put(config_map("a", finalizers=["example.com/hold"]))

    assert call("delete", "cm", "a", "--wait=false").code == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "You must provide one or more resources by argument or filename."),
        (("cm",), "resource(s) were provided, but no name was specified"),
        (("cm", "a", "-l", "x=y"), "name cannot be provided when a selector is specified"),
        (("cm", "a", "--all"), "name cannot be provided when a selector is specified"),
        (("cm", "--all", "-l", "x=y"), "setting 'all' parameter but found a non empty selector."),
        (("cm", "a", "--cascade=no"), "invalid cascade value (no)"),
        (("cm", "a", "--now", "--grace-period=3"), "--now and --grace-period cannot be"),
        (("cm", "a", "-o", "json"), "We only support '-o name'"),
    ],
)
def test_what_does_not_go_together_is_refused(
    call: Call, words: tuple[str, ...], told: str
) -> None:
    ended = call("delete", *words)

    assert ended.code == 1
    assert told in ended.stderr
