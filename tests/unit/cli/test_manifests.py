"""Objects in files."""

from __future__ import annotations

import io
import sys

import pytest

from slipcast.cli import manifests
from slipcast.testing.toolbox import FakeToolbox
from slipcast.values.faults import UsageFault

ONE = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {}\n"
LIST = '{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Secret"}]}'


def names(toolbox: FakeToolbox, *filenames: str, recursive: bool = False) -> list[str]:
    return [each.name for each in manifests.read(filenames, toolbox, recursive=recursive)]


def test_a_file_may_hold_several_objects(toolbox: FakeToolbox) -> None:
    (toolbox.directory / "a.yaml").write_text(f"{ONE.format('a')}---\n{ONE.format('b')}---\n")

    assert names(toolbox, "a.yaml") == ["a", "b"]


def test_a_directory_is_read_in_the_order_of_names(toolbox: FakeToolbox) -> None:
    (toolbox.directory / "b.yml").write_text(ONE.format("b"))
    (toolbox.directory / "a.yaml").write_text(ONE.format("a"))
    (toolbox.directory / "README").write_text("no object")

    assert names(toolbox, ".") == ["a", "b"]


def test_directories_below_are_read_when_asked_for(toolbox: FakeToolbox) -> None:
    (toolbox.directory / "below").mkdir()
    (toolbox.directory / "below/a.json").write_text(LIST)

    assert names(toolbox, ".") == []
    assert len(names(toolbox, ".", recursive=True)) == 1


def test_lists_are_taken_apart(toolbox: FakeToolbox) -> None:
    (toolbox.directory / "a.json").write_text(LIST)

    (found,) = manifests.read(["a.json"], toolbox, recursive=False)

    assert found.kind.name == "Secret"


def test_a_url_is_fetched(toolbox: FakeToolbox) -> None:
    toolbox.downloads.pages["https://example.com/a.yaml"] = ONE.format("a").encode()

    assert names(toolbox, "https://example.com/a.yaml") == ["a"]


def test_standard_input_is_a_file_as_well(
    toolbox: FakeToolbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(ONE.format("a").encode())))

    assert names(toolbox, "-") == ["a"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("kind: ConfigMap\n", "apiVersion not set"),
        ("apiVersion: v1\n", "kind not set"),
        ("apiVersion: v9\nkind: Cake\n", 'no matches for kind "Cake" in version "v9"'),
        ("apiVersion: autoscaling/v1\nkind: Scale\n", 'no matches for kind "Scale"'),
        ("{", "error parsing"),
        ("- a\n", "error parsing"),
    ],
)
def test_what_is_no_object_is_refused_with_its_file(
    toolbox: FakeToolbox, text: str, why: str
) -> None:
    (toolbox.directory / "a.yaml").write_text(text)

    with pytest.raises(UsageFault, match=why) as refused:
        names(toolbox, "a.yaml")

    assert "a.yaml" in refused.value.message


def test_a_path_that_is_not_there_is_refused(toolbox: FakeToolbox) -> None:
    with pytest.raises(UsageFault, match='the path "nowhere" does not exist'):
        names(toolbox, "nowhere")
