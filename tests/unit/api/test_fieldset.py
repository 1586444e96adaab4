"""Field sets: their algebra, and how they are written and named."""

from __future__ import annotations

from typing import Any

import pytest

from slipcast.api.fieldset import difference, intersection, normalized, paths, union

Fields = dict[str, Any]

WEB = 'k:{"name":"web"}'


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({}, {"f:a": {}}, {"f:a": {}}),
        ({"f:a": {}}, {"f:b": {}}, {"f:a": {}, "f:b": {}}),
        ({"f:a": {}}, {"f:a": {"f:b": {}}}, {"f:a": {".": {}, "f:b": {}}}),
        ({"f:a": {".": {}, "f:b": {}}}, {"f:a": {"f:c": {}}}, None),
        ({"f:a": {"f:b": {}}}, {"f:a": {"f:c": {}}}, {"f:a": {"f:b": {}, "f:c": {}}}),
    ],
)
def test_a_union_has_what_either_has(one: Fields, other: Fields, expected: Fields | None) -> None:
    if expected is None:
        expected = {"f:a": {".": {}, "f:b": {}, "f:c": {}}}

    assert union(one, other) == expected
    assert union(other, one) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"f:a": {}}, {"f:b": {}}, {}),
        ({"f:a": {}, "f:b": {}}, {"f:b": {}}, {"f:b": {}}),
        ({"f:a": {}}, {"f:a": {"f:b": {}}}, {}),
        ({"f:a": {".": {}, "f:b": {}}}, {"f:a": {}}, {"f:a": {}}),
        ({"f:a": {".": {}, "f:b": {}}}, {"f:a": {"f:b": {}}}, {"f:a": {"f:b": {}}}),
    ],
)
def test_an_intersection_has_what_both_have(one: Fields, other: Fields, expected: Fields) -> None:
    assert intersection(one, other) == expected
    assert intersection(other, one) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"f:a": {}}, {"f:a": {}}, {}),
        ({"f:a": {}, "f:b": {}}, {"f:b": {}}, {"f:a": {}}),
        ({"f:a": {".": {}, "f:b": {}}}, {"f:a": {}}, {"f:a": {"f:b": {}}}),
        ({"f:a": {".": {}, "f:b": {}}}, {"f:a": {"f:b": {}}}, {"f:a": {}}),
        ({"f:a": {"f:b": {}}}, {"f:a": {"f:b": {}, "f:c": {}}}, {}),
    ],
)
def test_a_difference_leaves_what_the_other_has_not(
    one: Fields, other: Fields, expected: Fields
) -> None:
    assert difference(one, other) == expected


def test_members_are_named_as_messages_name_them() -> None:
    fields = {
        "f:metadata": {"f:finalizers": {'v:"x"': {}}},
        "f:spec": {
            "f:containers": {WEB: {".": {}, "f:image": {}}},
            "f:ports": {'k:{"port":80,"protocol":"TCP"}': {}},
            "f:args": {"i:0": {}},
            "f:replicas": {},
        },
    }

    assert list(paths(fields)) == [
        '.metadata.finalizers[="x"]',
        ".spec.replicas",
        ".spec.args[0]",
        '.spec.containers[name="web"]',
        '.spec.containers[name="web"].image',
        '.spec.ports[port=80,protocol="TCP"]',
    ]


def test_a_set_that_a_client_sends_is_written_as_we_write_it() -> None:
    sent: Fields = {"f:spec": {'k:{ "b": 1, "a": "\\u003c" }': {".": {}}, 'v: "x"': {}, "i:0": {}}}

    assert normalized(sent) == {"f:spec": {'k:{"a":"<","b":1}': {".": {}}, 'v:"x"': {}, "i:0": {}}}


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        {"spec": {}},
        {"f:spec": None},
        {"f:spec": []},
        {"k:name": {}},
        {"k:[]": {}},
        {"k:{}": {}},
        {"v:": {}},
        {"i:x": {}},
        {"": {}},
    ],
)
def test_what_is_no_set_is_none(sent: object) -> None:
    assert normalized(sent) is None


def test_an_endless_set_is_none() -> None:
    sent: Fields = {}
    for _ in range(400):
        sent = {"f:a": sent}

    assert normalized(sent) is None
