"""JSON patch: the examples of its RFC, and what a Kubernetes user sends."""

from __future__ import annotations

from typing import Any

import pytest

from slipcast.values.apifaults import BadRequest, TooLarge, Unprocessable
from slipcast.values.patch import MOST_OPERATIONS, json_patch

JSON = dict[str, Any]

# RFC 6902, appendix A, by the number of its section.
EXAMPLES: dict[str, tuple[JSON, list[JSON], JSON]] = {
    "A.1 a member is added": (
        {"foo": "bar"},
        [{"op": "add", "path": "/baz", "value": "qux"}],
        {"baz": "qux", "foo": "bar"},
    ),
    "A.2 an element is added": (
        {"foo": ["bar", "baz"]},
        [{"op": "add", "path": "/foo/1", "value": "qux"}],
        {"foo": ["bar", "qux", "baz"]},
    ),
    "A.3 a member is removed": (
        {"baz": "qux", "foo": "bar"},
        [{"op": "remove", "path": "/baz"}],
        {"foo": "bar"},
    ),
    "A.4 an element is removed": (
        {"foo": ["bar", "qux", "baz"]},
        [{"op": "remove", "path": "/foo/1"}],
        {"foo": ["bar", "baz"]},
    ),
    "A.5 a value is replaced": (
        {"baz": "qux", "foo": "bar"},
        [{"op": "replace", "path": "/baz", "value": "boo"}],
        {"baz": "boo", "foo": "bar"},
    ),
    "A.6 a value moves": (
        {"foo": {"bar": "baz", "waldo": "fred"}, "qux": {"corge": "grault"}},
        [{"op": "move", "from": "/foo/waldo", "path": "/qux/thud"}],
        {"foo": {"bar": "baz"}, "qux": {"corge": "grault", "thud": "fred"}},
    ),
    "A.7 an element moves": (
        {"foo": ["all", "grass", "cows", "eat"]},
        [{"op": "move", "from": "/foo/1", "path": "/foo/3"}],
        {"foo": ["all", "cows", "eat", "grass"]},
    ),
    "A.8 a test holds": (
        {"baz": "qux", "foo": ["a", 2, "c"]},
        [
            {"op": "test", "path": "/baz", "value": "qux"},
            {"op": "test", "path": "/foo/1", "value": 2},
        ],
        {"baz": "qux", "foo": ["a", 2, "c"]},
    ),
    "A.10 an object is added": (
        {"foo": "bar"},
        [{"op": "add", "path": "/child", "value": {"grandchild": {}}}],
        {"foo": "bar", "child": {"grandchild": {}}},
    ),
    "A.11 unknown members are passed over": (
        {"foo": "bar"},
        [{"op": "add", "path": "/baz", "value": "qux", "xyz": 123}],
        {"foo": "bar", "baz": "qux"},
    ),
    "A.14 escapes are told apart": (
        {"/": 9, "~1": 10},
        [{"op": "test", "path": "/~01", "value": 10}],
        {"/": 9, "~1": 10},
    ),
    "A.16 a list is appended to a list": (
        {"foo": ["bar"]},
        [{"op": "add", "path": "/foo/-", "value": ["abc", "def"]}],
        {"foo": ["bar", ["abc", "def"]]},
    ),
    "the whole document is replaced": (
        {"foo": "bar"},
        [{"op": "replace", "path": "", "value": {"baz": 1}}],
        {"baz": 1},
    ),
    "a label with a slash is set": (
        {"metadata": {"labels": {}}},
        [{"op": "add", "path": "/metadata/labels/example.com~1team", "value": "a"}],
        {"metadata": {"labels": {"example.com/team": "a"}}},
    ),
    "a member that is not there is replaced": (
        {"metadata": {}},
        [{"op": "replace", "path": "/metadata/labels", "value": {"a": "b"}}],
        {"metadata": {"labels": {"a": "b"}}},
    ),
    "null is tested for a member that is not there": (
        {"metadata": {}},
        [{"op": "test", "path": "/metadata/labels", "value": None}],
        {"metadata": {}},
    ),
    "a whole number is the same as a decimal one": (
        {"a": 1},
        [{"op": "test", "path": "/a", "value": 1.0}],
        {"a": 1},
    ),
}
IMPOSSIBLE: dict[str, tuple[JSON, JSON]] = {
    "A.9 a test fails": ({"baz": "qux"}, {"op": "test", "path": "/baz", "value": "bar"}),
    "A.12 the parent is missing": (
        {"foo": "bar"},
        {"op": "add", "path": "/baz/bat", "value": "qux"},
    ),
    "A.15 a text is no number": ({"a": 10}, {"op": "test", "path": "/a", "value": "10"}),
    "a truth is no number": ({"a": 1}, {"op": "test", "path": "/a", "value": True}),
    "what is removed is missing": ({}, {"op": "remove", "path": "/a"}),
    "the element replaced is missing": ({"a": []}, {"op": "replace", "path": "/a/0", "value": 1}),
    "what holds the replaced is missing": ({}, {"op": "replace", "path": "/a/b", "value": 1}),
    "what is moved is missing": ({}, {"op": "move", "from": "/a", "path": "/b"}),
    "an index is beyond the end": ({"a": [1]}, {"op": "add", "path": "/a/2", "value": 1}),
    "an index counts from the end": ({"a": [1]}, {"op": "remove", "path": "/a/-1"}),
    "an index has a leading zero": ({"a": [1]}, {"op": "remove", "path": "/a/00"}),
    "the place after the last is read": ({"a": [1]}, {"op": "remove", "path": "/a/-"}),
    "the path leads through a text": ({"a": "b"}, {"op": "add", "path": "/a/b", "value": 1}),
    "a value moves into itself": ({"a": {"b": 1}}, {"op": "move", "from": "/a", "path": "/a/b"}),
    "the document is removed": ({"a": 1}, {"op": "remove", "path": ""}),
    "the document becomes a list": ({"a": 1}, {"op": "replace", "path": "", "value": []}),
    "the operation is unknown": ({"a": 1}, {"op": "frob", "path": "/a"}),
    "the operation is a list": ({"a": 1}, {"op": [], "path": "/a"}),
    "the path is missing": ({"a": 1}, {"op": "remove"}),
    "the path begins without a slash": ({"a": 1}, {"op": "remove", "path": "a"}),
    "the path has half an escape": ({"a~": 1}, {"op": "remove", "path": "/a~"}),
    "the value is missing": ({"a": 1}, {"op": "add", "path": "/b"}),
    "the path is endless": ({"a": 1}, {"op": "add", "path": "/a" * 1000, "value": 1}),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_operations_do_what_the_rfc_shows(name: str) -> None:
    document, operations, expected = EXAMPLES[name]

    assert json_patch(document, operations) == expected


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_what_cannot_be_done_is_told_in_the_words_of_kubernetes(name: str) -> None:
    document, operation = IMPOSSIBLE[name]

    with pytest.raises(Unprocessable) as failure:
        json_patch(document, [operation])

    assert failure.value.reason == "Invalid"
    words = "the server rejected our request due to an error in our request: "
    assert str(failure.value).startswith(words)


def test_the_operation_that_cannot_be_done_is_named() -> None:
    patch = [
        {"op": "add", "path": "/b", "value": 1},
        {"op": "test", "path": "/a", "value": "secret"},
    ]

    with pytest.raises(Unprocessable) as failure:
        json_patch({"a": 1}, patch)

    assert failure.value.message.endswith("operation 1 (test /a): the test failed")


@pytest.mark.parametrize("patch", [{}, None, "text", ["text"], [[]]])
def test_what_is_no_list_of_operations_is_a_bad_request(patch: object) -> None:
    with pytest.raises(BadRequest):
        json_patch({}, patch)


def test_too_many_operations_are_refused_before_the_first_is_done() -> None:
    operations = [{"op": "frob"}] * (MOST_OPERATIONS + 1)

    with pytest.raises(TooLarge, match="operations in a JSON patch is 10000, got 10001"):
        json_patch({}, operations)


def test_copies_of_copies_cannot_grow_without_bound() -> None:
    document = {"a": ["x" * 1000]}
    operations = [{"op": "copy", "from": "/a", "path": "/a/-"}] * 40

    with pytest.raises(Unprocessable):
        json_patch(document, operations)


def test_moves_cannot_nest_without_bound() -> None:
    chain: JSON = {"op": "add", "path": "/next", "value": nested(200)}
    operations = [chain, {"op": "move", "from": "/top", "path": "/next" + "/a" * 199}]
    document = {"top": nested(200)}

    with pytest.raises(Unprocessable):
        json_patch(document, operations)


def test_a_patch_that_fails_changes_nothing() -> None:
    document = {"a": {"b": [1]}}
    operations = [
        {"op": "add", "path": "/a/b/-", "value": 2},
        {"op": "test", "path": "/a/b", "value": []},
    ]

    with pytest.raises(Unprocessable):
        json_patch(document, operations)

    assert document == {"a": {"b": [1]}}


def test_values_of_a_patch_are_not_changed_by_later_operations() -> None:
    value: JSON = {"b": []}
    operations = [
        {"op": "add", "path": "/a", "value": value},
        {"op": "copy", "from": "/a", "path": "/c"},
        {"op": "add", "path": "/a/b/-", "value": 1},
    ]

    after = json_patch({}, operations)

    assert after == {"a": {"b": [1]}, "c": {"b": []}}
    assert value == {"b": []}


def nested(depth: int) -> JSON:
    value: JSON = {}
    for _ in range(depth):
        value = {"a": value}
    return value
