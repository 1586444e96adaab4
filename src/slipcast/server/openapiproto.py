"""OpenAPI version 2 as protobuf, which kubectl asks for and takes everything to be.

Pure. A document is written by the numbers in `openapifields`. What the table does not know is a
mistake of ours, and fails.

Source: protocol buffers, wire format; Kubernetes, the media types of `/openapi/v2`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

import msgspec

from slipcast.server.openapifields import EXTENSIONS, FIELDS

MEDIA_TYPE: Final = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"
MEDIA_TYPES: Final = (MEDIA_TYPE, "application/com.github.proto-openapi.spec.v2@v1.0+protobuf")
"""What clients call it; the second is older, and no proper name of a type."""
_VARINT, _FIXED64, _BYTES = 0, 1, 2
_LAST: Final = 0x80
"""From this on, a number needs another byte."""


class Field(msgspec.Struct, frozen=True):
    """A field of a message: its number, its type, and how often it comes."""

    number: int
    type: str
    form: str


def encoded(document: Mapping[str, Any]) -> bytes:
    """An OpenAPI document of version 2 as the message `openapi.v2.Document`."""
    return _message("Document", document)


@cache
def messages() -> Mapping[str, Mapping[str, Field]]:
    """Every message by its name, its fields by theirs."""
    found = {}
    for line in FIELDS.replace("\n  ", " ").splitlines():
        name, *fields = line.split()
        found[name] = dict(_field(each) for each in fields)
    return found


def _field(text: str) -> tuple[str, Field]:
    number, name, kind = text.split(":")
    form = {"[": "list", "{": "map"}.get(kind[0], "one")
    return name, Field(int(number), kind.strip("[]{}"), form)


def _message(name: str, value: Any) -> bytes:
    fields = messages()[name]
    if "*" in fields:
        return _put(fields["*"], value)
    pieces = []
    for key, each in value.items():
        if key.startswith("x-"):
            pieces.append(_block(EXTENSIONS[name], _extension(key, each)))
        else:
            pieces.append(_put(fields[key], each))
    return b"".join(pieces)


def _put(field: Field, value: Any) -> bytes:
    if field.form == "list":
        return b"".join(_written(field, each) for each in value)
    if field.form == "map":
        return b"".join(
            _block(field.number, _block(1, key.encode()) + _written(Field(2, field.type, ""), each))
            for key, each in value.items()
        )
    return _written(field, value)


def _written(field: Field, value: Any) -> bytes:
    plain = _PLAIN.get(field.type)
    if plain is not None:
        return plain(field.number, value)
    choice = _CHOICES.get(field.type)
    if choice is not None:
        return _block(field.number, _written(choice(value), value))
    return _block(field.number, _message(field.type, value))


def _text(number: int, value: str) -> bytes:
    return _block(number, value.encode())


def _whole(number: int, value: int) -> bytes:
    return _varint(number << 3 | _VARINT) + _varint(value & (1 << 64) - 1)


def _double(number: int, value: float) -> bytes:
    return _varint(number << 3 | _FIXED64) + struct.pack("<d", value)


def _any(number: int, value: object) -> bytes:
    # JSON is YAML, which is how this message says anything at all.
    return _block(number, _block(2, msgspec.json.encode(value)))


def _extension(name: str, value: object) -> bytes:
    return _block(1, name.encode()) + _any(2, value)


_PLAIN: Final[Mapping[str, Callable[[int, Any], bytes]]] = {
    "string": _text,
    "bool": _whole,
    "int": _whole,
    "double": _double,
    "any": _any,
}
"""THE TABLE of types that are no messages."""


def _parameter(value: Mapping[str, Any]) -> Field:
    if "$ref" in value:
        return Field(2, "JsonReference", "")
    return Field(1, "Parameter", "")


def _body_or_not(value: Mapping[str, Any]) -> Field:
    if value["in"] == "body":
        return Field(1, "BodyParameter", "")
    return Field(2, "NonBodyParameter", "")


def _non_body(value: Mapping[str, Any]) -> Field:
    return _PLACES[value["in"]]


_PLACES: Final = {
    "header": Field(1, "HeaderParameter", ""),
    "query": Field(3, "QueryParameter", ""),
    "path": Field(4, "PathParameter", ""),
}


def _response(value: Mapping[str, Any]) -> Field:
    return Field(2, "JsonReference", "") if "$ref" in value else Field(1, "Response", "")


def _additional(value: object) -> Field:
    return Field(2, "bool", "") if isinstance(value, bool) else Field(1, "Schema", "")


def _schema(_: object) -> Field:
    return Field(1, "Schema", "")


_CHOICES: Final[Mapping[str, Callable[[Any], Field]]] = {
    "ParameterItem": _parameter,
    "Parameter": _body_or_not,
    "NonBodyParameter": _non_body,
    "ResponseItem": _response,
    "AdditionalItem": _additional,
    "SchemaItem": _schema,
}
"""THE TABLE of messages that hold one of several others."""


def _block(number: int, content: bytes) -> bytes:
    return b"%b%b%b" % (_varint(number << 3 | _BYTES), _varint(len(content)), content)


def _varint(value: int) -> bytes:
    found = bytearray()
    while value >= _LAST:
        found.append(value & (_LAST - 1) | _LAST)
        value >>= 7
    found.append(value)
    return bytes(found)
