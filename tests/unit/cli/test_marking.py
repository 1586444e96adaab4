"""`slipcast label` and `slipcast annotate`."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipcast.cli import pairs
from slipcast.testing.toolbox import FakeToolbox
from slipcast.values.faults import UsageFault
from unit.cli.conftest import Call


@pytest.fixture(autouse=True)
def _there(toolbox: FakeToolbox) -> None:
    metadata = {"name": "a", "labels": {"x": "y"}, "annotations": {"x": "y"}}
    toolbox.server.put({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("k=v",), "configmap/a labeled\n"),
        (("x=y",), "configmap/a not labeled\n"),
        (("x-",), "configmap/a unlabeled\n"),
        (("z-",), 'label "z" not found.\nconfigmap/a not labeled\n'),
        (("x=z", "--overwrite"), "configmap/a labeled\n"),
        (("k=v", "--dry-run=client"), "configmap/a labeled (dry run)\n"),
        (("k=v", "--dry-run=server"), "configmap/a labeled (server dry run)\n"),
        (("--list",), "x=y\n"),
    ],
)
def test_what_was_done_to_labels_is_told(call: Call, words: tuple[str, ...], said: str) -> None:
    ended = call("label", "cm", "a", *words)

    assert (ended.code, ended.stdout) == (0, said)


def test_labels_change(call: Call) -> None:
    call("label", "cm/a", "k=v", "x-")

    metadata = call("get", "cm", "a", "-o", "json").document["metadata"]
    assert metadata["labels"] == {"k": "v"}


def test_another_value_is_kept_unless_told_otherwise(call: Call) -> None:
    label, annotate = call("label", "cm", "a", "x=z"), call("annotate", "cm", "a", "x=z")

    assert label.stderr == "error: 'x' already has a value (y), and --overwrite is false\n"
    assert annotate.stderr == (
        "error: --overwrite is false but found the following declared annotation(s): "
        "'x' already has a value (y)\n"
    )


def test_all_objects_are_labelled(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.server.put({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "b"}})

    ended = call("label", "cm", "--all", "k=v")

    assert ended.stdout == "configmap/a labeled\nconfigmap/b labeled\n"


@pytest.mark.parametrize("words", [("k=v",), ("x=y",), ("x-",), ("z-",)])
def test_annotations_are_annotated_whatever_happens(call: Call, words: tuple[str, ...]) -> None:
    assert call("annotate", "cm", "a", *words).stdout == "configmap/a annotated\n"


def test_a_stale_version_is_refused(call: Call) -> None:
    ended = call("annotate", "cm", "a", "k=v", "--resource-version=1")

    assert ended.code == 1
    assert "the object has been modified" in ended.stderr


def test_files_are_changed_without_a_server(call: Call, tmp_path: Path) -> None:
    (tmp_path / "f.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: f}\n")

    ended = call("label", "--local", "-f", "f.yaml", "k=v", "-o", "json")

    assert ended.document["metadata"]["labels"] == {"k": "v"}
    assert call("get", "cm", "f").code == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "one or more resources must be specified as <resource> <name>"),
        (("cm", "a"), "at least one label update is required"),
        (("cm", "x=y", "a"), "all resources must be specified before label changes: a"),
        (("cm", "a", "x=y", "x-"), "can not both modify and remove a label"),
        (("cm", "a", "x=y!"), "invalid label value"),
        (("cm", "x=y"), "resource(s) were provided, but no name was specified"),
    ],
)
def test_what_makes_no_sense_is_refused(call: Call, words: tuple[str, ...], told: str) -> None:
    ended = call("label", *words)

    assert ended.code == 1
    assert told in ended.stderr


def test_an_annotation_may_hold_anything() -> None:
    assert pairs.parse(["a=b c=d!"], labels=False).set == {"a": "b c=d!"}


def test_a_key_is_a_qualified_name() -> None:
    with pytest.raises(UsageFault, match="invalid annotation key"):
        pairs.parse(["a b=c"], labels=False)
