"""Merging a configuration into an object field by field, and taking fields out again.

Whose the fields are and whether it may be done is decided in `apply`.

Source: structured-merge-diff, for the order of merged lists too: elements keep the order of the
object, save that those in the configuration come in the configuration's order.
"""

from __future__ import annotations

from typing import Any, Final

from slipcast.api.document import JSON
from slipcast.api.fieldset import Fields, is_member, paths
from slipcast.api.tracked import element_name, merges
from slipcast.values.apifaults import BadRequest
from slipcast.values.patches.equal import copied
from slipcast.values.shape import Shape

_ABSENT: Final = object()


def graft(target: JSON, config: JSON, shape: Shape) -> JSON:
    """The target, changed in place: with everything that a configuration states.

    Shape:  null takes a field away; nothing of the configuration becomes part of the target.
    """
    for field, value in config.items():
        if value is None:
            target.pop(field, None)
        else:
            target[field] = _grafted(target.get(field), value, shape.at(field))
    return target


def prune(target: JSON, gone: Fields, kept: Fields, shape: Shape) -> None:
    """Takes fields out of the target, save those that are kept or that hold kept ones.

    Shape:  what was emptied by it goes as well; the keys of list elements stay.
    """
    for field in list(target):
        place, wanted = gone.get(f"f:{field}"), kept.get(f"f:{field}")
        if place is None:
            continue
        left = _pruned(target[field], place, wanted, shape.at(field))
        if left is _ABSENT:
            del target[field]
        else:
            target[field] = left


def check_elements(config: JSON, shape: Shape, above: str = "") -> None:
    """Looks whether every element of a list that merges can be told from the others.

    Errors: BadRequest naming the first that cannot.
    """
    for field, value in config.items():
        inner, path = shape.at(field), f"{above}.{field}"
        if isinstance(value, dict) and not inner.is_atomic:
            check_elements(value, inner, path)
        elif isinstance(value, list) and merges(inner):
            _check_list(value, inner, path)


def _check_list(elements: list[Any], shape: Shape, path: str) -> None:
    seen = set[str]()
    for index, element in enumerate(elements):
        name = element_name(element, shape)
        if name is None:
            keys = " or ".join(f'"{key}"' for key in shape.keys)
            what = f"has an element that omits key field {keys}" if keys else "has no plain value"
            raise BadRequest(
                "failed to create typed patch object:"
                f" {path}: element {index}: associative list with keys {what}"
            )
        if name in seen:
            shown = next(paths({name: {}}))
            raise BadRequest(
                f"failed to create typed patch object: {path}: duplicate entries for key {shown}"
            )
        seen.add(name)
        if isinstance(element, dict) and not shape.element.is_atomic:
            check_elements(element, shape.element, f"{path}[{index}]")


def _grafted(before: Any, value: Any, shape: Shape) -> Any:
    if isinstance(value, dict) and isinstance(before, dict) and not shape.is_atomic:
        return graft(before, value, shape)
    if isinstance(value, list) and isinstance(before, list) and merges(shape):
        return _grafted_list(before, value, shape)
    if isinstance(value, dict) and not shape.is_atomic:
        return graft({}, value, shape)
    return copied(value)


def _grafted_list(before: list[Any], value: list[Any], shape: Shape) -> list[Any]:
    wanted = {element_name(element, shape): element for element in value}
    there = dict[str | None, Any]()
    for element in before:
        there.setdefault(element_name(element, shape), element)
    # Elements of both, in the order of the configuration; the last is the next to come.
    shared = [name for name in reversed(wanted) if name in there]
    waiting = list(reversed(wanted.items()))
    result: list[Any] = []
    for element in before:
        name = element_name(element, shape)
        if name not in wanted:
            result.append(element)
        elif shared and name == shared[-1]:
            shared.pop()
            _take_until(name, waiting, there, result, shape)
    _take_until(_ABSENT, waiting, there, result, shape)
    return result


def _take_until(
    last: object,
    waiting: list[tuple[str | None, Any]],
    there: dict[str | None, Any],
    result: list[Any],
    shape: Shape,
) -> None:
    """Moves elements of the configuration to the result, up to and with the last."""
    while waiting:
        name, element = waiting.pop()
        result.append(_grafted(there.get(name), element, shape.element))
        if name == last:
            return


def _pruned(value: Any, gone: Fields, kept: Fields | None, shape: Shape) -> Any:
    """What is left of a value; `_ABSENT` when nothing is."""
    if is_member(gone) and kept is None:
        return _ABSENT
    if isinstance(value, dict) and value and not shape.is_atomic:
        prune(value, gone, kept or {}, shape)
    elif isinstance(value, list) and value and merges(shape):
        value = _pruned_list(value, gone, kept or {}, shape)
    else:
        return value
    return _ABSENT if not value and kept is None else value


def _pruned_list(value: list[Any], gone: Fields, kept: Fields, shape: Shape) -> list[Any]:
    result: list[Any] = []
    for element in value:
        name = element_name(element, shape) or ""
        if name not in gone:
            result.append(element)
            continue
        keys = {key: element[key] for key in shape.keys if key in element}
        left = _pruned(element, gone[name], kept.get(name), shape.element)
        if left is not _ABSENT:
            result.append({**keys, **left} if keys else left)
    return result
