"""Templates processed: templates.md sections 2, 4 and 5."""

from typing import Any

import pytest

from slipcast.api.template import Template
from slipcast.templates.process import Processed, processed, with_values
from verdicts import brief, seen


def result(objects: list[Any], values: dict[str, Any] | None = None, **more: Any) -> Template:
    """A template processed, its parameters given as names and values."""
    parameters = [{"name": name, "value": value} for name, value in (values or {}).items()]
    template = seen(Template, objects=objects, **{"parameters": parameters, **more})
    made = processed(template, lambda _below: 0)
    assert isinstance(made, Processed), made
    return made.template


def wrong(objects: list[Any], **more: Any) -> list[str]:
    """What is wrong with a template."""
    made = processed(seen(Template, objects=objects, **more), lambda _below: 0)
    assert isinstance(made, tuple)
    return brief(made)


@pytest.mark.parametrize(
    ("text", "values", "becomes"),
    [
        ("${A}-${B}-${A}", {"A": "1", "B": "2"}, "1-2-1"),
        ("${{A}}", {"A": "3"}, 3),
        ("${{A}}", {"A": "abc"}, "abc"),
        ("${{A}}", {"A": "[1,2]"}, [1, 2]),
        ("${{A}}", {"A": "true"}, True),
        ("${{A}}", {"A": '"q"'}, "q"),
        ("${{A}}", {}, "${{A}}"),
        ("x-${{A}}", {"A": "3"}, "x-${{A}}"),
        ("${A}${{A}}", {"A": "3"}, "3${{A}}"),
        ("${NOPE}", {"A": "3"}, "${NOPE}"),
        ("$A $(A) $${A} ${ A } ${A", {"A": "1"}, "$A $(A) $1 ${ A } ${A"),
        ("${A} ${B}", {"A": "${B}", "B": "b"}, "${B} b"),
        ("${A}", {"A": ""}, ""),
    ],
)
def test_parameters_are_put_in_once_tp_30_to_tp_36(
    text: str, values: dict[str, str], becomes: Any
) -> None:
    made = result([{"kind": "K", "spec": {"x": [text]}}], values)

    assert made.objects[0]["spec"] == {"x": [becomes]}


def test_keys_and_kinds_are_texts_too_tp_34() -> None:
    made = result([{"kind": "${A}", "data": {"${A}": "v", "n": 1}}], {"A": "kk"})

    assert made.objects == ({"kind": "kk", "data": {"kk": "v", "n": 1}},)


def test_a_key_that_is_no_text_is_refused_tp_35() -> None:
    parameters = [{"name": "A", "value": "3"}]

    assert wrong([{"kind": "K", "data": {"${{A}}": 1}}], parameters=parameters) == [
        "item[0].data Invalid"
    ]


def test_a_field_that_becomes_null_is_not_there() -> None:
    made = result([{"kind": "K", "spec": {"replicas": "${{R}}", "own": None}}], {"R": "null"})

    assert made.objects[0]["spec"] == {"own": None}


def test_message_and_labels_are_filled_in_tp_38_tp_39() -> None:
    made = result([{"kind": "K"}], {"A": "1"}, message="${A} of ${B}", labels={"l${A}": "v${A}"})

    assert (made.message, made.labels) == ("1 of ${B}", {"l1": "v1"})


@pytest.mark.parametrize(
    ("namespace", "becomes"),
    [("hard", ""), ("${N}", "soft"), ("${{N}}", ""), ("x-${N}", "x-soft"), (3, "")],
)
def test_a_namespace_stays_only_when_it_is_asked_for_tp_45(namespace: Any, becomes: str) -> None:
    made = result([{"kind": "K", "metadata": {"namespace": namespace}}], {"N": "soft"})

    assert made.objects[0]["metadata"] == {"namespace": becomes}


def test_labels_of_the_template_win_tp_47() -> None:
    objects = [
        {"kind": "K", "metadata": {"labels": {"t": "own", "o": "1"}}},
        {"kind": "K"},
        {"kind": "K", "labels": {"o": "1"}},
    ]

    made = result(objects, labels={"t": "v"})

    assert made.objects == (
        {"kind": "K", "metadata": {"labels": {"t": "v", "o": "1"}}},
        {"kind": "K", "metadata": {"labels": {"t": "v"}}},
        {"kind": "K", "labels": {"o": "1", "t": "v"}},
    )


def test_a_given_value_is_not_made_by_chance_tp_10() -> None:
    template = seen(
        Template,
        parameters=[
            {"name": "A", "generate": "expression", "from": "[a-z]{2}", "required": True},
            {"name": "B", "generate": "expression", "from": "[a-z]{2}"},
            {"name": "C", "generate": "expression", "from": "[a-z]{2}", "value": "own"},
        ],
    )

    made = processed(with_values(template, {"B": "given"}), lambda _below: 0)

    assert isinstance(made, Processed)
    assert [each.value for each in made.template.parameters] == ["aa", "given", "own"]


def test_a_required_value_that_is_given_empty_is_refused_tp_10() -> None:
    parameters = [
        {"name": "A", "generate": "expression", "from": "[a-z]{2}", "required": True},
        {"name": "B", "required": True},
        {"name": "C", "generate": "dice"},
        {"name": "D", "generate": "expression", "from": "[z-a]{2}"},
    ]
    template = with_values(seen(Template, parameters=parameters), {"A": ""})

    made = processed(template, lambda _below: 0)

    assert isinstance(made, tuple)
    assert brief(made) == [
        "template.parameters[0] Required",
        "template.parameters[1] Required",
        "template.parameters[2] Invalid",
        "template.parameters[3] Invalid",
    ]


def test_objects_are_objects_of_a_kind() -> None:
    assert wrong(["x", {"metadata": {}}, {"kind": ""}]) == [
        "item[0].objects Invalid",
        "item[1].objects Invalid",
        "item[2].objects Invalid",
    ]


def test_labels_are_looked_at_as_they_become_tp_39() -> None:
    parameters = [{"name": "A", "value": "no label!"}]

    assert wrong([], parameters=parameters, labels={"t": "${A}"}) == ["labels Invalid"]
