"""Selectors as people write them, what they match, and how they are refused."""

from __future__ import annotations

from typing import Any

import pytest

from slipcast.values.apifaults import BadRequest
from slipcast.values.selector import FieldSelector, LabelSelector

WEB = {"app": "web", "tier": "front", "example.com/size": "7", "empty": ""}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "app=web",
        "app==web",
        "app = web , tier = front",
        "app!=db",
        "absent!=db",
        "app in (web)",
        "app in (db, web)",
        "app  in(db,web)",
        "absent notin (a)",
        "app notin (db,cache)",
        "app",
        "!absent",
        "empty=",
        "empty in ()",
        "empty in (a,,b)",
        "empty in (,a)",
        "empty in (a,)",
        "example.com/size>6",
        "example.com/size<8",
        "\tapp\n=\rweb",
    ],
)
def test_labels_are_matched(text: str) -> None:
    assert LabelSelector.parse(text).matches(WEB)


@pytest.mark.parametrize(
    "text",
    [
        "app=db",
        "app!=web",
        "app=web,tier=back",
        "app notin (web)",
        "absent in (a)",
        "absent=",
        "absent",
        "!app",
        "example.com/size>7",
        "app>1",
        "absent<1",
    ],
)
def test_other_labels_are_not_matched(text: str) -> None:
    assert not LabelSelector.parse(text).matches(WEB)


def test_everything_matches_what_has_no_labels() -> None:
    assert LabelSelector.everything.matches(None)
    assert LabelSelector.everything == LabelSelector.parse("")
    assert not LabelSelector.parse("app").matches(None)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("b=1,a", "a,b=1"),
        (" x in ( c,a , a ) ", "x in (a,c)"),
        ("!y", "!y"),
        ("x notin ()", "x notin ()"),
        ("x>5", "x>5"),
        ("x==5", "x==5"),
        ("in in (in,notin)", "in in (in,notin)"),
    ],
)
def test_a_label_selector_is_printed_in_one_way(text: str, canonical: str) -> None:
    assert str(LabelSelector.parse(text)) == canonical


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a=b c", "found 'c', expected: ',' or 'end of string'"),
        ("a=b,", "found '', expected: identifier after ','"),
        ("a=b,,c", "found ',', expected: identifier after ','"),
        ("=a", "found '=', expected: !, identifier, or 'end of string'"),
        ("!a=b", "found '=', expected: ',' or 'end of string'"),
        ("!", "unable to parse requirement: found '', expected: identifier"),
        (
            "a b",
            "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt",
        ),
        ("a in b", "unable to parse requirement: found 'b' expected: '('"),
        ("a in (b c)", "unable to parse requirement: found 'c', expected: ',' or ')'"),
        ("a in (=)", "unable to parse requirement: found '=', expected: ',', or identifier"),
        ("a in (b", "unable to parse requirement: found '', expected: ',' or ')'"),
        ("a===b", "unable to parse requirement: found '=', expected: identifier"),
        (
            "a>b",
            (
                "unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt'"
                " operators, the value must be an integer"
            ),
        ),
    ],
)
def test_a_bad_label_selector_is_refused_in_the_words_of_kubernetes(
    text: str, message: str
) -> None:
    with pytest.raises(BadRequest) as failure:
        LabelSelector.parse(text)

    assert str(failure.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("-a=b", 'unable to parse requirement: <nil>: Invalid value: "-a": '),
        ("a/b/c", 'unable to parse requirement: <nil>: Invalid value: "a/b/c": '),
        ("a=b_", 'unable to parse requirement: values[0][a]: Invalid value: "b_": '),
        ("a=" + "b" * 64, "unable to parse requirement: values[0][a]: Invalid value: "),
        ("a\0=b", "unable to parse requirement: <nil>: Invalid value: "),
    ],
)
def test_keys_and_values_must_be_those_of_labels(text: str, message: str) -> None:
    with pytest.raises(BadRequest) as failure:
        LabelSelector.parse(text)

    assert str(failure.value).startswith(message)


def test_the_structured_form_means_the_same_as_the_text() -> None:
    structured: dict[str, Any] = {
        "matchLabels": {"app": "web"},
        "matchExpressions": [
            {"key": "tier", "operator": "In", "values": ["front", "back"]},
            {"key": "old", "operator": "DoesNotExist"},
            {"key": "env", "operator": "NotIn", "values": ["test"]},
            {"key": "team", "operator": "Exists"},
        ],
    }

    selector = LabelSelector.of(structured)

    assert str(selector) == "app=web,env notin (test),!old,team,tier in (back,front)"
    assert selector == LabelSelector.parse(str(selector))


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ({"key": "a", "operator": "Like"}, '"Like" is not a valid label selector operator'),
        ({"key": "a", "operator": ["In"]}, "is not a valid label selector operator"),
        ({"key": "a", "operator": "In"}, "values set can't be empty"),
        ({"key": "a", "operator": "Exists", "values": ["b"]}, "values set must be empty"),
        ({"operator": "Exists"}, "Invalid value"),
    ],
)
def test_a_bad_expression_is_refused(expression: dict[str, Any], message: str) -> None:
    with pytest.raises(BadRequest, match=message):
        LabelSelector.of({"matchExpressions": [expression]})


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("", True),
        ("metadata.name=web", True),
        ("metadata.name==web", True),
        ("metadata.name!=db", True),
        ("metadata.name=web,status.phase!=Running", True),
        ("metadata.name=web,status.phase=Running", False),
        ("status.phase=", False),
        ("spec.nodeName=", True),
        ("spec.nodeName!=a", True),
        (r"note=a\,b\=c\\", True),
    ],
)
def test_fields_are_matched(text: str, matches: bool) -> None:  # noqa: FBT001 - a table
    fields = {"metadata.name": "web", "status.phase": "Failed", "note": "a,b=c\\"}

    assert FieldSelector.parse(text).matches(fields) is matches


def test_a_field_selector_says_what_it_speaks_of() -> None:
    selector = FieldSelector.parse("status.phase!=Running,metadata.name=web")

    assert selector.fields == ("metadata.name", "status.phase")
    assert selector.exact("metadata.name") == "web"
    assert selector.exact("status.phase") is None
    assert str(selector) == "metadata.name=web,status.phase!=Running"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a", "invalid selector: 'a'; can't understand 'a'"),
        ("a=b,c", "invalid selector: 'a=b,c'; can't understand 'c'"),
        (r"a\=b", r"invalid selector: 'a\=b'; can't understand 'a\=b'"),
        ("a=b=c", "invalid field selector: unescaped character in value: ="),
        (r"a=\x", r"invalid field selector: invalid escape sequence: \x"),
        ("a=b\\", "invalid field selector: invalid escape sequence: \\"),
    ],
)
def test_a_bad_field_selector_is_refused_in_the_words_of_kubernetes(
    text: str, message: str
) -> None:
    with pytest.raises(BadRequest) as failure:
        FieldSelector.parse(text)

    assert str(failure.value) == message
