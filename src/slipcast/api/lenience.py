"""Lenience: what the decoder of the legacy paths took, brought into the form the type asks for.

Numbers in quotes, and an empty list where an object belongs. The paths of today take neither, as
Kubernetes does not.

Source: the answers of the original API.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, get_args, get_origin

import msgspec

from slipcast.api.document import JSON
from slipcast.api.fields import Place, fields_of

_NUMBER = re.compile(r"-?[0-9]{1,19}", re.ASCII)


def lenient(content: Mapping[str, Any], struct: type[msgspec.Struct]) -> JSON:
    """The content in the form that its type asks for, as far as the old decoder would have it.

    Shape:  what fits neither way stays; the input is not changed.
    """
    fields = fields_of(struct)
    return {
        wire: _taken(value, fields[wire].place) if wire in fields else value
        for wire, value in content.items()
    }


def _taken(value: Any, place: Place) -> Any:
    if place.struct is not None:
        value = {} if value == [] else value
        return lenient(value, place.struct) if isinstance(value, Mapping) else value
    if place.item is None:
        return _number(value, place)
    if isinstance(value, list):
        return [_taken(each, place.item) for each in value]
    if isinstance(value, Mapping):
        return {key: _taken(each, place.item) for key, each in value.items()}
    return value


def _number(value: Any, place: Place) -> Any:
    wanted = place.annotation
    if get_origin(wanted) is Annotated:
        wanted = get_args(wanted)[0]
    if wanted is int and isinstance(value, str) and _NUMBER.fullmatch(value):
        return int(value)
    return value
