"""`slipcast edit`: what was typed is taken, or kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from slipcast.cli import editing
from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call


def typing(*changes: tuple[str, str]) -> Callable[[Sequence[str]], int]:
    """An editor that replaces one text by another, a pair each time; then it does nothing."""
    waiting = iter(changes)

    def edit(words: Sequence[str]) -> int:
        file = Path(words[-1])
        old, new = next(waiting, ("", ""))
        file.write_text(file.read_text().replace(old, new) if old else file.read_text())
        return 0

    return edit


@pytest.fixture(autouse=True)
def _there(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    call("create", "cm", "a", "--from-literal=colour=red")


def test_what_was_changed_is_sent(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.programs.does = typing(("colour: red", "colour: blue"))

    ended = call("edit", "cm", "a")

    assert (ended.code, ended.stdout) == (0, "configmap/a edited\n")
    assert call("get", "cm", "a", "-o", "json").document["data"] == {"colour": "blue"}


def test_nothing_changed_is_nothing_sent(call: Call, tmp_path: Path) -> None:
    ended = call("edit", "cm", "a")

    assert (ended.code, ended.stderr) == (0, "Edit cancelled, no changes made.\n")
    assert list(tmp_path.glob("slipcast-edit-*")) == []


def test_what_is_refused_is_shown_again_with_the_reason(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.programs.does = typing(("colour: red", "c@lour: red"), ("c@lour", "hue"))

    ended = call("edit", "cm", "a")

    assert (ended.code, ended.stdout) == (0, "configmap/a edited\n")
    assert len(toolbox.programs.ran) == 2


def test_what_is_given_up_is_kept_in_a_file_that_is_named(
    call: Call, toolbox: FakeToolbox, tmp_path: Path
) -> None:
    toolbox.programs.does = typing(("colour: red", "c@lour: red"))

    ended = call("edit", "cm", "a")

    kept = next(tmp_path.glob("slipcast-edit-*"))
    assert ended.code == 1
    assert f'A copy of your changes has been stored to "{kept}"' in ended.stderr
    assert "Edit cancelled, no valid changes were saved." in ended.stderr
    assert "was not valid:" in kept.read_text()
    assert "c@lour" in kept.read_text()


def test_what_is_no_yaml_any_more_is_shown_again(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.programs.does = typing(("colour: red", "colour: [red"), ("[red", "green"))

    ended = call("edit", "cm", "a")

    assert (ended.code, ended.stdout) == (0, "configmap/a edited\n")


def test_an_object_stays_the_one_it_is(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.programs.does = typing(("name: a", "name: b"))

    ended = call("edit", "cm", "a")

    assert ended.code == 1
    assert "no valid changes" in ended.stderr


def test_an_editor_that_fails_ends_it(call: Call, toolbox: FakeToolbox, tmp_path: Path) -> None:
    toolbox.programs.does = lambda _words: 3

    ended = call("edit", "cm", "a")

    assert ended.code == 1
    assert "there was a problem with the editor" in ended.stderr
    assert list(tmp_path.glob("slipcast-edit-*")) == []


def test_several_objects_are_edited_as_a_list(call: Call, toolbox: FakeToolbox) -> None:
    call("create", "cm", "b", "--from-literal=colour=blue")
    toolbox.programs.does = typing(("colour: blue", "colour: green"))

    ended = call("edit", "cm", "a", "b")

    assert ended.stdout == "configmap/a skipped\nconfigmap/b edited\n"


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, ["vi"]),
        ({"EDITOR": "nano -w"}, ["nano", "-w"]),
        ({"EDITOR": "nano", "KUBE_EDITOR": "'my editor'"}, ["my editor"]),
    ],
)
def test_the_editor_is_the_users(environment: dict[str, str], words: list[str]) -> None:
    assert editing.editor(environment) == words
