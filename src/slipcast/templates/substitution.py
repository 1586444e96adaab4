"""Parameters put into objects: `${NAME}` within a text, `${{NAME}}` in the place of one.

Each text is gone through once: what was put in is not looked at again (TP-36).

Source: templates.md section 4, TP-30 to TP-38.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from slipcast.values import patterns
from slipcast.values.causes import Cause, invalid

_WITHIN: Final = patterns.lazy(r"\$\{([a-zA-Z0-9_]+)\}", re.ASCII)
_WHOLE: Final = patterns.lazy(r"\$\{\{([a-zA-Z0-9_]+)\}\}", re.ASCII)

_decode = msgspec.json.Decoder().decode


def has_reference(text: str) -> bool:
    """Whether something may be put into a text."""
    return _WITHIN.search(text) is not None


def in_text(text: str, values: Mapping[str, str]) -> str:
    """A text with parameters in it; names that nobody gave a value stay (TP-30, TP-33)."""
    return _WITHIN.sub(lambda found: values.get(found[1], found[0]), text)


def in_value(value: Any, values: Mapping[str, str], path: str, wrong: list[Cause]) -> Any:
    """A value with parameters in all its texts, its keys among them (TP-34).

    Shape:  what is wrong is appended; a field that becomes null is not there.
    """
    if isinstance(value, str):
        return _in_place(value, values)
    if isinstance(value, list):
        return [
            in_value(each, values, f"{path}[{number}]", wrong) for number, each in enumerate(value)
        ]
    if not isinstance(value, dict):
        return value
    found: dict[str, Any] = {}
    for key, each in value.items():
        name = _in_place(key, values)
        if not isinstance(name, str):
            wrong.append(invalid(path, key, "the name of a field must be a text"))
            continue
        put = in_value(each, values, f"{path}.{name}" if path else name, wrong)
        if put is not None or each is None:
            found[name] = put
    return found


def _in_place(text: str, values: Mapping[str, str]) -> Any:
    """What a text becomes: another, or whatever JSON a parameter in its place is (TP-31)."""
    whole = _WHOLE.fullmatch(text)
    if whole is None or whole[1] not in values:
        return in_text(text, values)
    given = values[whole[1]]
    try:
        return _decode(given)
    except msgspec.DecodeError:
        return given
