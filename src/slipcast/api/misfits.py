"""What does not fit its place: the slow way to look at a document, taken when the quick one failed.

Source: how API servers of Kubernetes word what they cannot decode.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from slipcast.api.fields import Place, fields_of
from slipcast.api.wire import Quantity
from slipcast.values.apifaults import BadRequest
from slipcast.values.causes import TYPE_INVALID, Cause, shown

_ZEROS: Final[Mapping[Any, Any]] = {str: "", bytes: "", bool: False}


def tidied(content: Any, struct: type[msgspec.Struct]) -> Any:
    """The content without what means nothing: nulls, and line ends in base64."""
    return _tidy_struct(content, struct) if isinstance(content, Mapping) else content


def misfits(content: Any, struct: type[msgspec.Struct]) -> BadRequest:
    """The fault that names every place where something of another type stands."""
    causes = tuple(_wrong_struct(content, struct, ""))
    name = struct.__name__
    version = _version(content)
    messages = [cause.message for cause in causes]
    what = messages[0] if len(messages) == 1 else f"[{', '.join(messages)}]"
    return BadRequest(
        f'{name} in version "{version}" cannot be handled as a {name}: {what}', causes=causes
    )


def _version(content: Any) -> str:
    given = content.get("apiVersion") if isinstance(content, Mapping) else None
    return given.rpartition("/")[2] if isinstance(given, str) and given else "v1"


def _tidy_struct(content: Mapping[str, Any], struct: type[msgspec.Struct]) -> Any:
    fields = fields_of(struct)
    return {
        wire: _tidy(value, fields[wire].place) if wire in fields else value
        for wire, value in content.items()
        if value is not None
    }


def _tidy(value: Any, place: Place) -> Any:
    if place.struct is not None:
        return _tidy_struct(value, place.struct) if isinstance(value, Mapping) else value
    if place.item is None:
        return _plain(value, place)
    if isinstance(value, list):
        return [_tidy(_filled(each, place.item), place.item) for each in value]
    if isinstance(value, Mapping):
        return {key: _tidy(_filled(each, place.item), place.item) for key, each in value.items()}
    return value


def _filled(value: Any, place: Place) -> Any:
    """What a null means where something must stand: the empty value of its type."""
    if value is not None or place.form == "any":
        return value
    if place.form == "plain":
        return _ZEROS.get(place.annotation, 0)
    return [] if place.form == "list" else {}


def _plain(value: Any, place: Place) -> Any:
    if place.annotation is bytes and isinstance(value, str):
        return value.replace("\n", "").replace("\r", "")
    return value


def _wrong_struct(content: Any, struct: type[msgspec.Struct], path: str) -> Iterator[Cause]:
    if not isinstance(content, Mapping):
        yield _cause(content, struct.__name__, path)
        return
    for wire, field in fields_of(struct).items():
        if wire in content:
            below = f"{path}.{wire}" if path else wire
            yield from _wrong(content[wire], field.place, below, struct.__name__)


def _wrong(value: Any, place: Place, path: str, owner: str) -> Iterator[Cause]:
    if place.struct is not None:
        if isinstance(value, Mapping):
            yield from _wrong_struct(value, place.struct, path)
        else:
            yield _cause(value, place.struct.__name__, path, owner)
    elif place.form == "list":
        yield from _wrong_list(value, place, path, owner)
    elif place.form == "map":
        yield from _wrong_map(value, place, path, owner)
    elif place.form == "plain":
        yield from _wrong_plain(value, place, path, owner)


def _wrong_list(value: Any, place: Place, path: str, owner: str) -> Iterator[Cause]:
    assert place.item is not None  # noqa: S101 -- a list has elements
    if not isinstance(value, list):
        yield _cause(value, f"[]{_type(place.item)}", path, owner)
        return
    for index, each in enumerate(value):
        yield from _wrong(each, place.item, f"{path}[{index}]", owner)


def _wrong_map(value: Any, place: Place, path: str, owner: str) -> Iterator[Cause]:
    assert place.item is not None  # noqa: S101 -- a map has values
    if not isinstance(value, Mapping):
        yield _cause(value, f"map[string]{_type(place.item)}", path, owner)
        return
    for key, each in value.items():
        yield from _wrong(each, place.item, f"{path}[{key}]", owner)


def _wrong_plain(value: Any, place: Place, path: str, owner: str) -> Iterator[Cause]:
    try:
        msgspec.convert(value, place.annotation)
    except msgspec.ValidationError:
        yield _cause(value, _type(place), path, owner)


def _cause(value: Any, wanted: str, path: str, owner: str = "") -> Cause:
    return Cause(field=path, reason=TYPE_INVALID, message=_words(value, wanted, path, owner))


def _words(value: Any, wanted: str, path: str, owner: str) -> str:
    if wanted == "date-time" and isinstance(value, str):
        form = '"2006-01-02T15:04:05Z07:00"'
        return f"{path}: parsing time {shown(value)} as {form}: cannot parse {shown(value)}"
    if wanted == "[]uint8" and isinstance(value, str):
        return f"{path}: illegal base64 data"
    if wanted == "resource.Quantity" and isinstance(value, str):
        form = "^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$"
        return f"{path}: quantities must match the regular expression '{form}'"
    given = _given(value)
    if given == "number" and wanted in {"int32", "int64"}:
        given = f"number {value}"
    place = f"Go struct field {owner}.{path}" if path else "Go value"
    return f"json: cannot unmarshal {given} into {place} of type {wanted}"


def _given(value: Any) -> str:
    match value:
        case bool():
            return "bool"
        case int() | float():
            return "number"
        case str():
            return "string"
        case None:
            return "null"
        case _:
            return "object" if isinstance(value, Mapping) else "array"


def _type(place: Place) -> str:
    """A type in the words of the API's own language, which its clients know."""
    if place.struct is not None:
        return place.struct.__name__
    if place.item is not None:
        return f"{'[]' if place.form == 'list' else 'map[string]'}{_type(place.item)}"
    written = place.marks.get("format")
    if isinstance(written, str):
        return written
    names: Mapping[Any, str] = {str: "string", bool: "bool", int: "int64", bytes: "[]uint8"}
    union = "resource.Quantity" if place.annotation == Quantity else "intstr.IntOrString"
    return names.get(place.annotation, union)
