"""`slipcast set image-lookup`: cli.md IL-1 to IL-4."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call

ANNOTATION = "alpha.image.policy.openshift.io/resolve-names"
STREAM = {"apiVersion": "image.openshift.io/v1", "kind": "ImageStream"}
TEMPLATE = {
    "metadata": {"labels": {"a": "b"}},
    "spec": {"containers": [{"name": "c", "image": "x"}]},
}
DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web"},
    "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": TEMPLATE},
}
SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}}


@pytest.fixture(autouse=True)
def _there(toolbox: FakeToolbox) -> None:
    local = {"spec": {"lookupPolicy": {"local": True}}}
    labelled = {"metadata": {"name": "ruby", "labels": {"lang": "ruby"}}}
    toolbox.server.put({**STREAM, **labelled}, {**STREAM, "metadata": {"name": "web"}, **local})
    toolbox.server.put(DEPLOYMENT, SECRET)


def table(call: Call, *words: str) -> list[list[str]]:
    """The rows that a command shows."""
    return [line.split() for line in call("set", "image-lookup", *words).stdout.splitlines()]


def marks(call: Call, name: str) -> Any:
    """Annotations of the pods that a deployment makes, or of a Secret."""
    document = call("get", name, "-o", "json").document
    holder = document["spec"]["template"] if name.startswith("deploy") else document
    return holder["metadata"].get("annotations")


def test_all_streams_are_shown_where_nothing_is_said_il_1(call: Call) -> None:
    assert table(call) == [["NAME", "LOCAL"], ["ruby", "false"], ["web", "true"]]


def test_what_is_named_is_shown_il_1(call: Call) -> None:
    assert table(call, "ruby", "deploy/web", "--list") == [
        ["NAME", "LOCAL"],
        ["ruby", "false"],
        ["deployment.apps/web", "false"],
    ]


@pytest.mark.parametrize("words", [("ruby",), ("is/ruby",), ("--all",), ("-l", "lang=ruby")])
def test_names_of_a_stream_are_let_mean_its_tags_il_2(call: Call, words: tuple[str, ...]) -> None:
    ended = call("set", "image-lookup", *words)

    assert "imagestream.image.openshift.io/ruby updated\n" in ended.stdout
    assert ["ruby", "true"] in table(call)


def test_names_of_a_stream_are_let_mean_nothing_more_il_2(call: Call) -> None:
    call("set", "image-lookup", "web", "--enabled=false")

    assert ["web", "false"] in table(call)


@pytest.mark.parametrize("name", ["deploy/web", "secret/s"])
def test_other_objects_say_it_by_an_annotation_il_3(call: Call, name: str) -> None:
    call("set", "image-lookup", name)

    assert marks(call, name) == {ANNOTATION: "*"}


@pytest.mark.parametrize("name", ["deploy/web", "secret/s"])
def test_other_objects_say_it_no_more_il_3(call: Call, name: str) -> None:
    call("set", "image-lookup", name)

    call("set", "image-lookup", name, "--enabled=false")

    assert marks(call, name) is None


def test_objects_in_files_are_changed_where_they_are_il_4(call: Call, toolbox: FakeToolbox) -> None:
    text = "apiVersion: image.openshift.io/v1\nkind: ImageStream\nmetadata: {name: x}\n"
    Path(toolbox.directory / "is.yaml").write_text(text)

    ended = call("set", "image-lookup", "-f", "is.yaml", "--local", "-o", "json")

    assert ended.document["spec"] == {"lookupPolicy": {"local": True}}


def test_local_changes_need_files_il_4(call: Call) -> None:
    ended = call("set", "image-lookup", "ruby", "--local")

    assert (ended.code, ended.stdout) == (1, "")
