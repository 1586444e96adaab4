"""The bounds of what comes in: how deep, how large its numbers, which characters.

Source: what PostgreSQL, Go clients and JSON have in common.
"""

from __future__ import annotations

import math
from typing import Any, Final

from slipcast.values.apifaults import BadRequest

LARGEST: Final = 3 * 1024 * 1024
"""The most bytes a body may have, when nothing else is said."""
DEEPEST: Final = 300
"""How deep objects and lists may be nested."""
_LEAST: Final = -(2**63)
_MOST: Final = 2**64 - 1


def check(value: object) -> None:
    """Refuse what goes beyond the bounds.

    Errors: BadRequest that names the place.
    """
    waiting: list[tuple[object, str, int]] = [(value, "", 1)]
    while waiting:
        found, path, depth = waiting.pop()
        if isinstance(found, dict):
            _check_depth(path, depth)
            for key, each in found.items():
                check_text(key, path)
                waiting.append((each, f"{path}.{key}" if path else key, depth + 1))
        elif isinstance(found, list):
            _check_depth(path, depth)
            waiting.extend(
                (each, f"{path}[{index}]", depth + 1) for index, each in enumerate(found)
            )
        else:
            check_plain(found, path)


def check_plain(value: Any, path: str) -> None:
    """Refuse a text, number or truth that goes beyond the bounds."""
    if isinstance(value, str):
        check_text(value, path)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise BadRequest(f"{_at(path)} is not a finite number")
    elif isinstance(value, int) and not _LEAST <= value <= _MOST:
        raise BadRequest(f"the number at {path or 'the top'} needs more than 64 bits")


def check_text(text: str, path: str) -> None:
    """Refuse a text that cannot be kept everywhere."""
    if "\0" in text:
        raise BadRequest(f"{_at(path)} holds a NUL character")
    if not text.isascii() and any("\ud800" <= each <= "\udfff" for each in text):
        raise BadRequest(f"{_at(path)} holds half of a surrogate pair, which is no character")


def too_deep(path: str = "") -> BadRequest:
    """The fault of what is nested too deep."""
    place = f" at {_head(path)}" if path else ""
    return BadRequest(f"the body is nested more than {DEEPEST} levels deep{place}")


def _check_depth(path: str, depth: int) -> None:
    if depth > DEEPEST:
        raise too_deep(path)


def _at(path: str) -> str:
    return f"the value at {_head(path)}" if path else "the body"


def _head(path: str, most: int = 120) -> str:
    return path if len(path) <= most else f"{path[:most]}..."
