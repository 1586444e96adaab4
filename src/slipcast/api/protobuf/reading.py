"""A protobuf body as the JSON that says the same.

A body is an envelope of four magic bytes and a message that names the kind and holds the object.
In an object, a field without a value and one with the empty value look alike, save where the tables
mark a field with `?`: there an empty value was meant. `+` marks a message whose fields are those of
its parent.

Source: Kubernetes API concepts: protobuf encoding; protocol buffers, wire format.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

import msgspec

from slipcast.api.document import JSON
from slipcast.api.protobuf import corefields, groupfields, metafields, podfields
from slipcast.values.apifaults import BadRequest

MAGIC: Final = b"k8s\x00"
MEDIA_TYPE: Final = "application/vnd.kubernetes.protobuf"
DEEPEST: Final = 64
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_LONGEST_VARINT = 10


class Field(msgspec.Struct, frozen=True):
    """A field of a message.

    Shape:  form is how often it comes: `one`, `list`, `map`, or `inline` for a message whose
            fields are its parent's; `meant` says that an empty value counts.
    """

    name: str
    type: str
    form: str
    meant: bool


Piece = tuple[int, int, Any]
"""A field number, a wire type, and a number or bytes."""


def read(body: bytes) -> JSON:
    """The object in a protobuf body.

    Errors: BadRequest.
    """
    if body[:4] != MAGIC:
        raise BadRequest("the body is no protobuf of Kubernetes: it lacks the magic number")
    envelope = {number: value for number, _, value in _pieces(body[4:])}
    known = {number: value for number, _, value in _pieces(_raw(envelope.get(1, b"")))}
    version, kind = _text(known.get(1, b"")), _text(known.get(2, b""))
    if kind not in messages():
        raise BadRequest(f"protobuf of the kind {kind[:80]!r} is not known here; send JSON")
    return {"apiVersion": version, "kind": kind, **_message(kind, _raw(envelope.get(2, b"")), 0)}


@cache
def messages() -> Mapping[str, Mapping[int, Field]]:
    """Every message by its name, its fields by their numbers."""
    found: dict[str, dict[int, Field]] = {}
    for module in (metafields, corefields, podfields, groupfields):
        for line in module.FIELDS.replace("\n  ", " ").splitlines():
            name, *fields = line.split()
            found[name] = dict(_field(each) for each in fields)
    return found


def _field(text: str) -> tuple[int, Field]:
    number, name, kind = text.split(":")
    meant = kind.endswith("?")
    kind = kind.rstrip("?")
    form = {"[": "list", "{": "map", "+": "inline"}.get(kind[0], "one")
    return int(number), Field(name, kind.strip("[]{}+"), form, meant)


def _message(name: str, raw: bytes, depth: int) -> JSON:
    if depth > DEEPEST:
        raise BadRequest("the body is nested too deeply")
    found: JSON = {}
    fields = messages()[name]
    for number, _, value in _pieces(raw):
        field = fields.get(number)
        if field is not None:
            _put(found, field, value, depth)
    return found


def _put(found: JSON, field: Field, value: Any, depth: int) -> None:
    if field.form == "inline":
        found |= _message(field.type, _raw(value), depth + 1)
    elif field.form == "map":
        key, held = _pair(field, _raw(value), depth)
        found.setdefault(field.name, {})[key] = held
    elif field.form == "list":
        found.setdefault(field.name, []).append(_value(field.type, value, depth))
    else:
        read_value = _value(field.type, value, depth)
        if read_value is not None and (field.meant or read_value not in ("", 0, False)):
            found[field.name] = read_value


def _pair(field: Field, raw: bytes, depth: int) -> tuple[str, Any]:
    pieces = {number: value for number, _, value in _pieces(raw)}
    empty: Any = 0 if field.type in {"int", "bool"} else b""
    return _text(_raw(pieces.get(1, b""))), _value(field.type, pieces.get(2, empty), depth)


def _value(kind: str, value: Any, depth: int) -> Any:
    special = _SPECIAL.get(kind)
    if special is not None:
        return special(value)
    if kind not in messages():
        raise BadRequest(f"the body has a field of the unknown type {kind}")
    return _message(kind, _raw(value), depth + 1)


def _number(value: Any) -> int:
    if not isinstance(value, int):
        raise BadRequest("the body has bytes where a number belongs")
    return value - (1 << 64) if value >= 1 << 63 else value


def _truth(value: Any) -> bool:
    return bool(_number(value))


def _string(value: Any) -> str:
    return _text(_raw(value))


def _coded(value: Any) -> str:
    return base64.b64encode(_raw(value)).decode()


def _time(value: Any) -> str | None:
    seconds, nanos = _moment(value)
    if seconds is None:
        return None
    del nanos
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _micro_time(value: Any) -> str | None:
    seconds, nanos = _moment(value)
    if seconds is None:
        return None
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{nanos // 1000:06d}Z"


def _moment(value: Any) -> tuple[int | None, int]:
    """Seconds and nanoseconds; None for the moment that means none."""
    pieces = {number: each for number, _, each in _pieces(_raw(value))}
    seconds = _number(pieces.get(1, 0))
    if not pieces or seconds <= -62135596800:  # noqa: PLR2004 -- the year 1, Go's zero time
        return None, 0
    if not 0 <= seconds < 253402300800:  # noqa: PLR2004 -- the year 10000
        raise BadRequest("the body has a time that no calendar knows")
    return seconds, max(0, _number(pieces.get(2, 0)))


def _quantity(value: Any) -> str:
    pieces = {number: each for number, _, each in _pieces(_raw(value))}
    return _text(_raw(pieces.get(1, b""))) or "0"


def _int_or_string(value: Any) -> int | str:
    pieces = {number: each for number, _, each in _pieces(_raw(value))}
    if _number(pieces.get(1, 0)) == 1:
        return _text(_raw(pieces.get(3, b"")))
    number = _number(pieces.get(2, 0)) & 0xFFFFFFFF
    return number - (1 << 32) if number >= 1 << 31 else number


def _json(value: Any) -> Any:
    pieces = {number: each for number, _, each in _pieces(_raw(value))}
    raw = _raw(pieces.get(1, b""))
    try:
        return msgspec.json.decode(raw) if raw else {}
    except msgspec.DecodeError as wrong:
        raise BadRequest("the body holds JSON that is none") from wrong


def _texts(value: Any) -> list[str]:
    return [_text(_raw(each)) for number, _, each in _pieces(_raw(value)) if number == 1]


_SPECIAL: Final = {
    "string": _string,
    "bytes": _coded,
    "int": _number,
    "bool": _truth,
    "Time": _time,
    "MicroTime": _micro_time,
    "Quantity": _quantity,
    "IntOrString": _int_or_string,
    "FieldsV1": _json,
    "RawExtension": _json,
    "ExtraValue": _texts,
}
"""THE TABLE of types that are no messages, or whose JSON is something else than their fields."""


def _pieces(raw: bytes) -> Iterator[Piece]:
    """The fields of a message, in order.

    Errors: BadRequest.
    """
    at, end = 0, len(raw)
    while at < end:
        tag, at = _varint(raw, at)
        number, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            value, at = _varint(raw, at)
            yield number, wire, value
            continue
        if wire == _BYTES:
            size, at = _varint(raw, at)
        elif wire in {_FIXED64, _FIXED32}:
            size = 8 if wire == _FIXED64 else 4
        else:
            raise BadRequest("the body is no protobuf: a field is of an unknown form")
        if size > end - at:
            raise BadRequest("the body is no protobuf: it ends in the middle of a field")
        yield number, wire, raw[at : at + size]
        at += size


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    value = 0
    for index in range(_LONGEST_VARINT):
        if at + index >= len(raw):
            break
        byte = raw[at + index]
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:  # noqa: PLR2004 -- the last byte of a number
            return value & (1 << 64) - 1, at + index + 1
    raise BadRequest("the body is no protobuf: a number does not end")


def _raw(value: Any) -> bytes:
    if not isinstance(value, bytes):
        raise BadRequest("the body is no protobuf: a number stands where bytes belong")
    return value


def _text(value: Any) -> str:
    try:
        return _raw(value).decode()
    except UnicodeDecodeError as wrong:
        raise BadRequest("the body has a text that is not UTF-8") from wrong
