"""OpenAPI as protobuf, read back by the numbers of the wire format."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from slipcast.api.protobuf.reading import _pieces
from slipcast.server import openapi
from slipcast.server.openapiproto import encoded


def _fields(raw: bytes) -> list[tuple[int, Any]]:
    return [(number, value) for number, _, value in _pieces(raw)]


def _at(raw: bytes, *numbers: int) -> Any:
    """What is at the first field of each number, one inside of the other."""
    found: Any = raw
    for number in numbers:
        found = dict(reversed(_fields(found)))[number]
    return found


def test_plain_members_stand_at_their_numbers() -> None:
    written = encoded({"swagger": "2.0", "info": {"title": "t", "version": "1"}})

    assert _fields(written) == [(1, b"2.0"), (2, b"\x0a\x01t\x12\x011")]


def test_definitions_are_pairs_of_name_and_schema() -> None:
    schema = {"type": "object", "properties": {"many": {"type": "array", "items": {"$ref": "#/x"}}}}

    written = encoded({"definitions": {"A": schema}})

    assert _at(written, 9, 1, 1) == b"A"
    assert _at(written, 9, 1, 2, 22, 1) == b"object"
    assert _at(written, 9, 1, 2, 25, 1, 1) == b"many"
    assert _at(written, 9, 1, 2, 25, 1, 2, 23, 1, 1) == b"#/x"


@pytest.mark.parametrize(
    ("additional", "at", "value"),
    [(True, (21, 2), 1), ({"type": "string"}, (21, 1, 22, 1), b"string")],
)
def test_additional_properties_are_a_truth_or_a_schema(
    additional: object, at: tuple[int, ...], value: object
) -> None:
    written = encoded({"definitions": {"A": {"additionalProperties": additional}}})

    assert _at(written, 9, 1, 2, *at) == value


def test_extensions_are_names_with_yaml() -> None:
    written = encoded({"definitions": {"A": {"x-kubernetes-map-type": "atomic"}}})

    assert _at(written, 9, 1, 2, 31, 1) == b"x-kubernetes-map-type"
    assert _at(written, 9, 1, 2, 31, 2, 2) == b'"atomic"'


@pytest.mark.parametrize(
    ("place", "at"),
    [
        ("path", (1, 2, 4, 4)),
        ("query", (1, 2, 3, 4)),
        ("header", (1, 2, 1, 4)),
        ("body", (1, 1, 2)),
    ],
)
def test_a_parameter_is_a_message_by_its_place(place: str, at: tuple[int, ...]) -> None:
    item = {"parameters": [{"name": "n", "in": place}]}

    written = encoded({"paths": {"/a": item}})

    assert _at(written, 8, 2, 1) == b"/a"
    assert _at(written, 8, 2, 2, 9, *at) == b"n"


def test_responses_are_pairs_of_code_and_response() -> None:
    operation = {"responses": {"200": {"description": "OK", "schema": {"$ref": "#/x"}}}}

    written = encoded({"paths": {"/a": {"get": operation}}})

    assert _at(written, 8, 2, 2, 2, 9, 1, 1) == b"200"
    assert _at(written, 8, 2, 2, 2, 9, 1, 2, 1, 2, 1, 1) == b"#/x"


def test_numbers_larger_than_seven_bits_take_more_bytes() -> None:
    written = encoded({"definitions": {"A": {"maxLength": 300, "minimum": 1.5}}})

    assert _at(written, 9, 1, 2, 11) == 300
    assert _at(written, 9, 1, 2, 9) == b"\0\0\0\0\0\0\xf8?"


def test_what_the_table_does_not_know_fails() -> None:
    with pytest.raises(KeyError):
        encoded({"surprise": 1})


def test_the_document_of_the_server_is_told_whole() -> None:
    plain = msgspec.json.decode(openapi.document("v2") or b"")

    compact = openapi.told("v2", compact=True)

    assert compact is not None
    assert len(_fields(_at(compact.body, 9))) == len(plain["definitions"])
    assert len(_fields(_at(compact.body, 8))) == len(plain["paths"])
