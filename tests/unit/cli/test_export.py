"""`slipcast export`: objects printed as they can be made again (EX-1)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call


@pytest.fixture
def toolbox(toolbox: FakeToolbox) -> FakeToolbox:
    """A server with two config maps and what goes with one of them."""
    head = {"apiVersion": "v1", "kind": "ConfigMap"}
    owner = {"apiVersion": "v1", "kind": "ConfigMap", "name": "a", "uid": "1", "controller": True}
    toolbox.server.put(
        {**head, "metadata": {"name": "a", "labels": {"app": "x"}}, "data": {"k": "v"}},
        {**head, "metadata": {"name": "b"}},
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "owned", "labels": {"app": "x"}, "ownerReferences": [owner]},
            "spec": {"ports": [{"port": 80}]},
        },
    )
    return toolbox


def test_one_object_is_printed_as_yaml_ex_1(call: Call) -> None:
    ended = call("export", "cm/a")

    assert ended.code == 0
    assert yaml.safe_load(ended.stdout) == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "a", "labels": {"app": "x"}},
        "data": {"k": "v"},
    }


def test_several_objects_are_a_list_ex_1(call: Call) -> None:
    made = call("export", "cm", "a", "b", "-o", "json").document

    assert made["kind"] == "List"
    assert [each["metadata"]["name"] for each in made["items"]] == ["a", "b"]


def test_a_list_of_one_object_is_a_list(call: Call) -> None:
    made = call("export", "cm", "-l", "app=x", "-o", "json").document

    assert [each["metadata"]["name"] for each in made["items"]] == ["a"]


def test_objects_become_a_template_ex_1(call: Call) -> None:
    made = call("export", "cm", "-l", "app=x", "--as-template=mine", "-o", "json").document

    assert (made["apiVersion"], made["kind"]) == ("template.openshift.io/v1", "Template")
    assert made["metadata"] == {"name": "mine"}
    assert [each["metadata"]["name"] for each in made["objects"]] == ["a"]


def test_what_something_makes_by_itself_is_exported_only_by_name(call: Call) -> None:
    listed, named = (
        call("export", "cm,svc", "-l", "app=x", "-o", "json"),
        call("export", "svc/owned"),
    )

    assert [each["kind"] for each in listed.document["items"]] == ["ConfigMap"]
    assert "name: owned\n" in named.stdout


def test_exactly_means_with_the_namespace_ex_1(call: Call) -> None:
    made = call("export", "cm/a", "--exact", "-o", "json").document

    assert made["metadata"]["namespace"] == "default"
    assert "uid" not in made["metadata"]


def test_raw_means_as_it_is_ex_1(call: Call) -> None:
    made = call("export", "cm/a", "--raw", "-o", "json").document

    assert made["metadata"]["uid"]


def test_what_is_exported_is_taken_by_another_namespace(
    call: Call, toolbox: FakeToolbox, tmp_path: Path
) -> None:
    toolbox.server.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "other"}})
    (tmp_path / "all.json").write_text(json.dumps(call("export", "cm", "-o", "json").document))

    ended = call("apply", "-f", "all.json", "-n", "other")

    assert (ended.code, ended.stdout) == (0, "configmap/a created\nconfigmap/b created\n")


def test_nothing_found_is_an_error_ex_1(call: Call) -> None:
    ended = call("export", "cm", "-l", "app=nobody")

    assert (ended.code, ended.stdout) == (1, "")
    assert "no resources found - nothing to export" in ended.stderr


def test_what_is_not_there_is_an_error_ex_1(call: Call) -> None:
    ended = call("export", "cm/gone", "cm/a")

    assert (ended.code, ended.stdout) == (1, "")
    assert 'configmaps "gone" not found' in ended.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "Required resource not specified."),
        (("cm", "--exact", "--raw"), "--exact and --raw may not both be specified"),
        (("cm", "-o", "wide"), 'output format "wide" not recognized'),
    ],
)
def test_what_does_not_go_together_is_refused_ex_1(
    call: Call, words: tuple[str, ...], told: str
) -> None:
    ended = call("export", *words)

    assert ended.code == 1
    assert told in ended.stderr
