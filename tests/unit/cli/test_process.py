"""`slipcast process`: templates.md section 6."""

from __future__ import annotations

import json
from typing import Any

import pytest

from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call, Called

TEMPLATE: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Template",
    "metadata": {"name": "t"},
    "message": "hi ${A}",
    "labels": {"from": "t"},
    "parameters": [
        {"name": "A", "value": "one", "description": "the A"},
        {"name": "B", "generate": "expression", "from": "[a-c]{3}"},
    ],
    "objects": [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "cm"},
            "data": {"k": "${A}"},
        },
        {"apiVersion": "x/v1", "kind": "Wat", "metadata": {"name": "${A}"}, "b": "${B}"},
    ],
}


@pytest.fixture(autouse=True)
def _file(toolbox: FakeToolbox) -> None:
    (toolbox.directory / "t.json").write_text(json.dumps(TEMPLATE))


@pytest.fixture(params=["server", "local"])
def processing(request: pytest.FixtureRequest, call: Call) -> Call:
    """Processes the template by the server, and without one."""
    more = ("--local",) if request.param == "local" else ()

    def run(*words: str) -> Called:
        return call("process", "-f", "t.json", *words, *more)

    return run


def test_a_list_is_printed_and_nothing_made_tp_62(processing: Call) -> None:
    ended = processing("A=two")

    config_map, strange = ended.document["items"]
    assert (ended.code, ended.document["kind"]) == (0, "List")
    assert config_map["data"] == {"k": "two"}
    assert config_map["metadata"] == {"name": "cm", "labels": {"from": "t"}}
    assert strange["metadata"]["name"] == "two"
    assert set(strange["b"]) <= set("abc")


@pytest.mark.parametrize(
    ("words", "stdout"),
    [
        (("-o", "name"), "configmap/cm\nwat.x/one\n"),
        (("-o", "jsonpath={.items[0].data.k}"), "one"),
        (("-o", "jsonpath={.metadata.name}:", "--raw"), "cm:one:"),
    ],
)
def test_objects_are_printed_in_other_forms(
    processing: Call, words: tuple[str, ...], stdout: str
) -> None:
    assert processing(*words).stdout == stdout


def test_raw_objects_are_no_list(processing: Call) -> None:
    assert processing("--raw", "-o", "yaml").stdout.count("\n---\n") == 1


def test_labels_of_the_user_win(processing: Call) -> None:
    config_map = processing("-l", "from=me,x=y").document["items"][0]

    assert config_map["metadata"]["labels"] == {"from": "me", "x": "y"}


def test_a_value_is_given_in_each_way_tp_53(processing: Call, toolbox: FakeToolbox) -> None:
    (toolbox.directory / "p.env").write_text("# c\n\nexport B='x y'\nA=file\n")

    ended = processing("-p", "A=1=2", "--param-file", "p.env")

    first, second = ended.document["items"]
    assert (first["data"]["k"], second["b"]) == ("1=2", "x y")
    assert "ignoring value from file 'p.env'" in ended.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-p", "NOPE=1", "-p", "NO=2"), '"NOPE": template "t" has A, B\nunknown parameter name'),
        (("-p", "A=1", "A=2"), "The following parameters were provided more than once: A"),
        (("-p", "A"), "invalid parameter assignment: 'A'"),
        (("-p", "=2"), "invalid parameter assignment: ''"),
        (("-o", "wat"), 'output format "wat" not recognized'),
        (("--param-file", "none.env"), "none.env cannot be read"),
        (("-l", "x"), "unexpected label spec: x"),
        (("-l", "a b=c d"), "must"),
        (("--parameters", "A=1"), "--parameters cannot be used with --value"),
    ],
)
def test_what_cannot_be_is_refused_tp_52_to_tp_56(
    processing: Call, words: tuple[str, ...], said: str
) -> None:
    ended = processing(*words)

    assert ended.code == 1
    assert said in ended.stderr
    assert ended.stdout == ""


def test_unknown_parameters_may_be_let_be(processing: Call) -> None:
    assert processing("-p", "NOPE=1", "--ignore-unknown-parameters").code == 0


def test_lists_with_commas_are_one_value_na_23(processing: Call) -> None:
    ended = processing("-p", "A=1,B=2")

    assert ended.document["items"][0]["data"]["k"] == "1,B=2"
    assert "no longer accepts comma-separated lists" in ended.stderr


def test_what_cannot_be_made_is_told_with_its_place_tp_64(
    processing: Call, toolbox: FakeToolbox
) -> None:
    parameters = [{"name": "A", "required": True}, {"name": "B", "generate": "dice"}]
    wrong = {**TEMPLATE, "parameters": parameters}
    (toolbox.directory / "t.json").write_text(json.dumps(wrong))

    ended = processing()

    assert ended.code == 1
    assert 'error processing the template "t"' in ended.stderr
    assert "template.parameters[0]: Required value" in ended.stderr
    assert "template.parameters[1]: Invalid value" in ended.stderr


def test_parameters_are_listed_tp_57(processing: Call) -> None:
    lines = processing("--parameters").stdout.splitlines()

    assert [line.split() for line in lines] == [
        ["NAME", "DESCRIPTION", "GENERATOR", "VALUE"],
        ["A", "the", "A", "one"],
        ["B", "expression", "[a-c]{3}"],
    ]


def test_only_the_first_of_several_templates_counts_tp_61(
    processing: Call, toolbox: FakeToolbox
) -> None:
    (toolbox.directory / "t.json").write_text(2 * json.dumps(TEMPLATE))

    ended = processing("-o", "name")

    assert ended.stdout == "configmap/cm\nwat.x/one\n"
    assert ended.stderr.startswith("2 input templates found")


@pytest.mark.parametrize("name", ["t", "template/t", "default//t", "default/templates/t"])
def test_a_stored_template_is_named_tp_58(call: Call, toolbox: FakeToolbox, name: str) -> None:
    toolbox.server.put({**TEMPLATE, "apiVersion": "template.openshift.io/v1"})

    assert call("process", name, "-o", "name").stdout == "configmap/cm\nwat.x/one\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Must pass a filename or name of stored template"),
        (("a", "b"), "template name must be specified only once: b"),
        (("a", "-f", "t.json"), "template name must be specified only once: a"),
        (("nosuch",), '"nosuch" not found'),
        (("pod/t",), "unable to process invalid resource 'pod'"),
        (("a/b/c/d",), "invalid argument 'a/b/c/d'"),
        (("-f", "none.json"), 'the path "none.json" does not exist'),
        (("-f", "cm.json"), "not a valid Template but 'ConfigMap'"),
        (("t", "--local"), "--local works with -f only"),
    ],
)
def test_what_names_no_template_is_refused_tp_50_tp_51_tp_58_to_tp_60(
    call: Call, toolbox: FakeToolbox, words: tuple[str, ...], said: str
) -> None:
    (toolbox.directory / "cm.json").write_text('{"apiVersion": "v1", "kind": "ConfigMap"}')

    ended = call("process", *words)

    assert ended.code == 1
    assert said in ended.stderr


def test_a_template_is_described_as_it_becomes_tp_63(call: Call) -> None:
    ended = call("process", "-f", "t.json", "A=two", "-o", "describe")

    assert ended.code == 0
    assert "hi two" in ended.stdout
    assert "Wat two" in ended.stdout


def test_a_template_is_described_with_its_values_tp_63(processing: Call) -> None:
    ended = processing("-o", "describe", "-p", "A=two")

    assert ended.code == 0, ended.stderr
    assert "Name:" in ended.stdout
    assert "two" in ended.stdout
    assert "ConfigMap" in ended.stdout


def test_a_number_is_read_as_the_text_it_is_and_that_is_said_t_18(
    processing: Call, toolbox: FakeToolbox
) -> None:
    parameters = [{"name": "A", "value": 3}, {"name": "B", "value": True}, {"name": "C"}]
    template = {**TEMPLATE, "parameters": parameters}
    (toolbox.directory / "t.json").write_text(json.dumps(template))

    ended = processing("-o", "jsonpath={.items[0].data.k}{.items[1].b}")

    assert ended.stdout == "3true"
    assert ended.stderr.splitlines()[:2] == [
        "warning: the value of parameter A is read as a text",
        "warning: the value of parameter B is read as a text",
    ]
