"""Bytes to JSON and back: what clients send and are sent, as JSON or YAML.

What comes in is bounded: size, depth, the work that aliases make, the size of numbers. A body that
cannot be read is a BadRequest that names the place.

Source: RFC 8259; API conventions of Kubernetes (content types, field validation).
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any, Final

import msgspec

from slipcast.api import jsontext
from slipcast.api.bounds import LARGEST, check
from slipcast.api.document import JSON
from slipcast.values.apifaults import BadRequest, TooLarge, UnsupportedMediaType
from slipcast.values.faults import Fault

JSON_TYPE: Final = "application/json"
YAML_TYPE: Final = "application/yaml"
LARGEST_YAML: Final = 1024 * 1024
"""The most bytes that a body in YAML may have, which takes long to read."""
_JSON_TYPES: Final = frozenset({"", "*/*", JSON_TYPE, "text/json"})
_YAML_TYPES: Final = frozenset({YAML_TYPE, "application/x-yaml", "text/yaml", "text/x-yaml"})

_UNSAFE: Final = str.maketrans({letter: f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"})


class Parsed(msgspec.Struct, frozen=True, kw_only=True):
    """What a body says, and which fields it says more than once."""

    value: Any
    duplicates: tuple[str, ...] = ()

    @property
    def content(self) -> JSON:
        """The object.

        Errors: BadRequest when the body is something else.
        """
        if isinstance(self.value, dict):
            return self.value
        raise BadRequest("the body must be an object")


def parse(body: bytes, media_type: str = "", *, most: int = LARGEST) -> JSON:
    """The object that a body is.

    Errors: BadRequest, TooLarge, UnsupportedMediaType.
    """
    return Parsed(value=parse_any(body, media_type, most=most)).content


def parse_any(body: bytes, media_type: str = "", *, most: int = LARGEST) -> Any:
    """Whatever a body is: an object, or the list of operations of a JSON patch.

    Errors: as parse.
    """
    _check_size(body, most)
    return _yaml(body).value if is_yaml(media_type) else jsontext.read(body)


def examine(body: bytes, media_type: str = "", *, most: int = LARGEST) -> Parsed:
    """Whatever a body is, and the fields it says more than once; the last one counts.

    Errors: as parse.
    """
    _check_size(body, most)
    if is_yaml(media_type):
        return _yaml(body)
    value = jsontext.read(body)
    return Parsed(value=value, duplicates=jsontext.duplicates(body, value))


def parse_all(text: bytes, *, most: int = LARGEST * 10) -> tuple[Parsed, ...]:
    """The documents of a file: YAML with `---` between them, or JSON one after another.

    Shape:  documents with nothing in them are left out.
    Errors: as parse.
    """
    _check_size(text, most)
    text = text.removeprefix(b"\xef\xbb\xbf")
    if text.lstrip()[:1] in {b"{", b"["}:
        try:
            return _json_documents(text)
        except Fault:
            # What begins like JSON may be YAML in its flow style all the same.
            return _yaml_documents(text)
    return _yaml_documents(text)


def is_yaml(media_type: str) -> bool:
    """Whether a body of that type is YAML; if not, it is JSON.

    Errors: UnsupportedMediaType when it is neither.
    """
    plain = media_type.partition(";")[0].strip().lower()
    if plain in _JSON_TYPES or plain.endswith("+json"):
        return False
    if plain in _YAML_TYPES or plain.endswith("+yaml"):
        return True
    raise UnsupportedMediaType(
        f"the body of the request was in an unknown format ({plain}) - accepted media types"
        f" include: {JSON_TYPE}, {YAML_TYPE}"
    )


def to_yaml(content: object) -> str:
    """The content as `kubectl get -o yaml` prints it."""
    from slipcast.api import yamltext  # noqa: PLC0415 -- most commands read and print none

    return yamltext.to_yaml(content)


def to_json(content: object) -> str:
    """The content as `kubectl get -o json` prints it: four blanks, sorted keys, safe in a page."""
    text = json.dumps(content, indent=4, sort_keys=True, ensure_ascii=False)
    return text.translate(_UNSAFE) + "\n"


def _check_size(body: bytes, most: int) -> None:
    if len(body) > most:
        raise TooLarge(f"Request entity too large: limit is {most}")


def _yaml(body: bytes) -> Parsed:
    if body[:1] == b"{":
        # What kubectl applies is JSON that is called YAML; this is some hundred times quicker.
        with suppress(BadRequest):
            value = jsontext.read(body)
            return Parsed(value=value, duplicates=jsontext.duplicates(body, value))
    _check_size(body, LARGEST_YAML)
    documents = _yaml_documents(body)
    if len(documents) != 1:
        raise BadRequest(f"the body must be one document, not {len(documents)}")
    return documents[0]


def _yaml_documents(text: bytes) -> tuple[Parsed, ...]:
    from slipcast.api import yamltext  # noqa: PLC0415 -- likewise

    return tuple(
        Parsed(value=value, duplicates=duplicates)
        for value, duplicates in yamltext.read_all(text)
        if value is not None
    )


def _json_documents(text: bytes) -> tuple[Parsed, ...]:
    try:
        value = jsontext.read(text)
    except BadRequest:
        return _json_sequence(text)
    return (Parsed(value=value, duplicates=jsontext.duplicates(text, value)),)


def _json_sequence(text: bytes) -> tuple[Parsed, ...]:
    decoder = json.JSONDecoder()
    found = []
    try:
        rest = text.decode().strip()
        while rest:
            value, end = decoder.raw_decode(rest)
            check(value)
            found.append(Parsed(value=value))
            rest = rest[end:].strip()
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"the file is not valid JSON: {error}") from error
    return tuple(found)
