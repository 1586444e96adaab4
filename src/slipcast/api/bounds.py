"""The bounds of what comes in: how deep, how large its numbers, which characters.

Source: what PostgreSQL, Go clients and JSON have in common.
"""

from __future__ import annotations

import math
from typing import Any, Final

from slipcast.values import patterns
from slipcast.values.apifaults import BadRequest

LARGEST: Final = 3 * 1024 * 1024
"""The most bytes a body may have, when nothing else is said."""
DEEPEST: Final = 300
"""How deep objects and lists may be nested."""
_NESTED: Final = frozenset({dict, list})
_SURROGATE: Final = patterns.lazy("[\ud800-\udfff]")
_LEAST: Final = -(2**63)
_MOST: Final = 2**64 - 1


def check(value: object) -> None:
    """Refuse what goes beyond the bounds.

    Errors: BadRequest that names the place.
    """
    if is_too_deep(value) or not _is_fine(value):
        _find(value)


def is_too_deep(value: object, most: int = DEEPEST) -> bool:
    """Whether objects and lists are nested too deep; looks at nothing else."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(most):
        level = [
            part
            for each in level
            for part in (each.values() if isinstance(each, dict) else each)
            if type(part) in _NESTED
        ]
        if not level:
            return False
    return True


def _is_fine(value: object) -> bool:
    """Whether all texts and numbers are within bounds; where is not said, to be quick."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            waiting.extend(found)
            waiting.extend(found.values())
        elif isinstance(found, list):
            waiting.extend(found)
        elif not is_plain_fine(found):
            return False
    return True


def is_plain_fine(value: Any) -> bool:
    """Whether a text, number or truth is within bounds."""
    if isinstance(value, str):
        return "\0" not in value and (value.isascii() or not _SURROGATE.search(value))
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, int) or _LEAST <= value <= _MOST


def _find(value: object) -> None:
    """Raise the fault of what is wrong, now that something is known to be."""
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
    if not text.isascii() and _SURROGATE.search(text):
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
