"""Sameness, copies and measures of JSON values, as patches need them.

To Python 1 and True are equal; in a document they are not.
"""

from __future__ import annotations

from typing import Any

JSON = dict[str, Any]
"""An object as JSON has it."""


def same(one: object, other: object) -> bool:
    """Whether two JSON values are equal: 1 and 1.0 are, 1 and true are not."""
    if one is other:
        return True
    if isinstance(one, dict):
        if not isinstance(other, dict) or one.keys() != other.keys():
            return False
        pairs = [(value, other[key]) for key, value in one.items()]
    elif isinstance(one, list):
        if not isinstance(other, list) or len(one) != len(other):
            return False
        pairs = list(zip(one, other, strict=True))
    else:
        return one == other and isinstance(one, bool) == isinstance(other, bool)
    # A loop, and no generator: documents may nest nearly as deep as Python calls.
    for mine, theirs in pairs:  # noqa: SIM110
        if not same(mine, theirs):
            return False
    return True


def copied(value: Any) -> Any:
    """A value that shares no object and no list with the one given."""
    # Types are compared and not asked for their kind: this runs for every value of a document.
    if type(value) is dict:
        return {
            key: copied(each) if type(each) is dict or type(each) is list else each
            for key, each in value.items()
        }
    if type(value) is list:
        return [
            copied(each) if type(each) is dict or type(each) is list else each for each in value
        ]
    return value


def weight(value: object) -> int:
    """About how many bytes a value is, written down."""
    total, waiting = 0, [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            total += 2 + sum(len(key) + 4 for key in each)
            waiting.extend(each.values())
        elif isinstance(each, list):
            total += 2 + len(each)
            waiting.extend(each)
        else:
            total += len(each) + 2 if isinstance(each, str) else 8
    return total


def is_deeper(value: object, most: int) -> bool:
    """Whether a value nests more than so many objects and lists."""
    level: list[object] = [value]
    for _ in range(most + 1):
        inner: list[object] = []
        for each in level:
            if isinstance(each, dict):
                inner.extend(each.values())
            elif isinstance(each, list):
                inner.extend(each)
        if not inner:
            return False
        level = inner
    return True
