"""JSON as clients send it: read quickly, looked at closely only where there is reason to.

Source: RFC 8259.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

import msgspec

from slipcast.api.bounds import DEEPEST, check, is_too_deep, too_deep
from slipcast.values import patterns
from slipcast.values.apifaults import BadRequest

_decode: Final = msgspec.json.Decoder().decode
_encode: Final = msgspec.json.Encoder().encode
_BYTE: Final = patterns.lazy(r"^(?:JSON is malformed: )?(.*?) \(byte (\d+)\)$")
_HALF: Final = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])")
_ZEROS: Final = bytes.maketrans(b"123456789", b"000000000")
_LONG: Final = b"0" * 19
"""A run of digits that may be a number of more than 64 bits."""


def read(body: bytes) -> Any:
    """What a JSON text says.

    Errors: BadRequest that names the line.
    """
    try:
        value = _decode(body)
    except RecursionError as error:
        raise too_deep() from error
    except UnicodeDecodeError as error:
        raise _not_utf8(body) from error
    except msgspec.MsgspecError as error:
        raise _malformed(body, str(error)) from error
    if _is_suspicious(body) or (_is_nested(body) and is_too_deep(value)):
        check(value)
    return value


def _is_nested(body: bytes) -> bool:
    """Whether a text has enough brackets to be nested too deep."""
    return body.count(b"{") + body.count(b"[") > DEEPEST


def _is_suspicious(body: bytes) -> bool:
    """Whether a text may hold what is out of bounds; cheap, and wrong only to the safe side."""
    return b"\\u" in body or _LONG in body.translate(_ZEROS)


def duplicates(body: bytes, value: object) -> tuple[str, ...]:
    """The fields that a JSON text says more than once: `spec.runPolicy`.

    Shape:  value is what the text says.
    """
    # Every field has one colon outside of texts, and texts have theirs in both.
    if b"\\u" not in body and body.count(b":") == _encode(value).count(b":"):
        return ()
    repeated: dict[int, tuple[str, ...]] = {}
    kept: list[dict[str, Any]] = []

    def note(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            again = dict.fromkeys(name for name in names if names.count(name) > 1)
            repeated[id(found)] = tuple(again)
        # Kept alive, so that no other object gets its id.
        kept.append(found)
        return found

    whole = json.loads(body, object_pairs_hook=note)
    return tuple(_places(whole, "", repeated)) if repeated else ()


def _places(value: object, path: str, repeated: dict[int, tuple[str, ...]]) -> list[str]:
    found: list[str] = []
    if isinstance(value, dict):
        start = f"{path}." if path else ""
        found += [f"{start}{name}" for name in repeated.get(id(value), ())]
        for name, each in value.items():
            found += _places(each, f"{start}{name}", repeated)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            found += _places(each, f"{path}[{index}]", repeated)
    return found


def _malformed(body: bytes, words: str) -> BadRequest:
    match = _BYTE.match(words)
    if match is None:
        what = _words(body) if "truncated" in words else words.partition(" - at `")[0]
        return BadRequest(f"the body is not valid JSON: {what}")
    what, byte = match[1], int(match[2])
    line, column = _line(body, byte)
    return BadRequest(f"the body is not valid JSON: {what} at line {line}, column {column}")


def _words(body: bytes) -> str:
    """Why a text is not read to its end."""
    half = _HALF.search(body)
    if half is None:
        return "it ends too early"
    line, column = _line(body, half.start())
    return f"half of a surrogate pair at line {line}, column {column}"


def _not_utf8(body: bytes) -> BadRequest:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        line, column = _line(body, error.start)
        return BadRequest(f"the body is not UTF-8: wrong byte at line {line}, column {column}")
    return BadRequest("the body is not UTF-8")


def _line(body: bytes, byte: int) -> tuple[int, int]:
    before = body[:byte]
    return before.count(b"\n") + 1, byte - (before.rfind(b"\n") + 1) + 1
