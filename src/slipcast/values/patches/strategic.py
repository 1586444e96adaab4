"""Strategic merge patch: a merge patch that knows which lists merge, and by which key.

Directives stand in the patch beside ordinary fields:

    $patch: replace | delete | merge      of an object, or of an element of a list that merges
    $deleteFromPrimitiveList/FIELD        values to take out of a list of plain values
    $setElementOrder/FIELD                the order that a merged list shall have
    $retainKeys                           the only fields that an object shall keep

Whether an object merges as a whole in an apply (`is_atomic`) means nothing here.

Source: Kubernetes, strategic merge patch and the preserving of element order; its faults, save
that an element without its key is told to the client as the client's mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any, Final

from slipcast.values.apifaults import BadRequest
from slipcast.values.patches.equal import JSON, copied
from slipcast.values.patches.merge import as_object
from slipcast.values.shape import Shape

DIRECTIVE: Final = "$patch"
RETAIN: Final = "$retainKeys"
DELETE_FROM: Final = "$deleteFromPrimitiveList"
ORDER: Final = "$setElementOrder"
_DIRECTIVES: Final = (DIRECTIVE, RETAIN, DELETE_FROM, ORDER)

_BAD_DELETE: Final = "invalid patch format of primitive list"
_BAD_ORDER: Final = "invalid patch format of setElementOrder list"
_BAD_RETAIN: Final = "invalid patch format of retainKeys"
_NAMELESS: Final = object()

Scalar = str | int | float | bool | None


def strategic_patch(document: JSON, patch: object, shape: Shape) -> JSON:
    """The document with the patch merged in, lists by the keys of their shape.

    Errors: BadRequest for a patch that is no object, or whose directives make no sense.
    """
    return _merged(copied(document), as_object(patch), shape)


def identity(element: object, key: str) -> Scalar:
    """What tells an element of a merging list from others: its key's value, or the plain value.

    Errors: BadRequest for an element without one.
    """
    tag = element.get(key, _NAMELESS) if key and isinstance(element, dict) else element
    if key and (tag is _NAMELESS or not isinstance(element, dict)):
        raise BadRequest(f"map: {_outline(element)} does not contain declared merge key: {key}")
    if isinstance(tag, dict | list):
        raise BadRequest("lists of lists are not supported")
    return tag  # type: ignore[return-value] # what is no object and no list is a scalar


def places(elements: Iterable[Any], key: str) -> dict[Scalar, int]:
    """Where in a list each identity stands first.

    Errors: BadRequest for an element without one.
    """
    found: dict[Scalar, int] = {}
    for place, element in enumerate(elements):
        found.setdefault(identity(element, key), place)
    return found


def _merged(target: JSON, patch: JSON, shape: Shape) -> JSON:
    """The target, changed in place; nothing of the patch becomes part of it."""
    directive = patch.get(DIRECTIVE)
    if directive == "delete":
        return {}
    if directive == "replace":
        target = {}
    elif directive is not None and directive != "merge":
        raise BadRequest(f"unknown patch type: {directive} in map: {_outline(patch)}")
    if RETAIN in patch:
        _retain(target, patch)
    for field, value in patch.items():
        if not field.startswith(_DIRECTIVES):
            _merge_field(target, field, value, patch, shape.at(field))
    for field, value in patch.items():
        if field.startswith((DELETE_FROM, ORDER)):
            _direct(target, field, value, patch, shape)
    return target


def _merge_field(target: JSON, field: str, value: Any, patch: JSON, shape: Shape) -> None:
    before: Any = target.get(field)
    if value is None:
        target.pop(field, None)
    elif isinstance(value, dict):
        target[field] = _merged(before if isinstance(before, dict) else {}, value, shape)
    elif isinstance(value, list) and (shape.patch_key or shape.is_set):
        order = patch.get(f"{ORDER}/{field}")
        existing = before if isinstance(before, list) else []
        target[field] = _merged_list(existing, value, order, shape)
    else:
        target[field] = copied(value)


def _direct(target: JSON, name: str, value: Any, patch: JSON, shape: Shape) -> None:
    """A directive about a list beside it."""
    directive, slash, field = name.partition("/")
    if not slash or not isinstance(value, list):
        raise BadRequest(_BAD_DELETE if directive == DELETE_FROM else _BAD_ORDER)
    existing: Any = target.get(field)
    if not isinstance(existing, list):
        return
    if directive == DELETE_FROM:
        gone = places(value, "")
        target[field] = [each for each in existing if _tag(each, "") not in gone]
    elif field not in patch:
        key = shape.at(field).patch_key
        target[field] = _interleaved(existing, existing, places(value, key), key)


def _retain(target: JSON, patch: JSON) -> None:
    kept = patch[RETAIN]
    if not isinstance(kept, list) or not all(isinstance(field, str) for field in kept):
        raise BadRequest(_BAD_RETAIN)
    for field, value in patch.items():
        if not (value is None or field.startswith(_DIRECTIVES) or field in kept):
            raise BadRequest(_BAD_RETAIN)
    for field in target.keys() - set(kept):
        del target[field]


def _merged_list(existing: list[Any], patch: list[Any], order: object, shape: Shape) -> list[Any]:
    if order is not None and not isinstance(order, list):
        raise BadRequest(_BAD_ORDER)
    key = shape.patch_key
    remaining, additions = _directed(existing, patch, key) if key else (existing, patch)
    after = list[Any](remaining)
    found = {_tag(each, key): place for place, each in enumerate(after)}
    for addition in additions:
        place = found.setdefault(identity(addition, key), len(after))
        if place == len(after):
            after.append(_merged({}, addition, shape.element) if key else addition)
        elif key:
            after[place] = _merged(after[place], addition, shape.element)
    wanted = places(additions if order is None else order, key)
    if order is not None and any(identity(each, key) not in wanted for each in additions):
        raise BadRequest(
            f"The order in patch list: {[*places(additions, key)]}"
            f" doesn't match {ORDER} list: {[*wanted]}"
        )
    return _interleaved(after, existing, wanted, key)


def _directed(existing: list[Any], patch: list[Any], key: str) -> tuple[list[Any], list[Any]]:
    """What remains of a list after the patch's directives, and the elements to merge into it."""
    gone, additions, is_replaced = set[Scalar](), list[Any](), False
    for element in patch:
        directive = element.get(DIRECTIVE) if isinstance(element, dict) else None
        if directive is None:
            additions.append(element)
        elif directive == "delete":
            gone.add(identity(element, key))
        elif directive == "replace":
            is_replaced = True
        elif directive == "merge":
            raise BadRequest("merging lists cannot yet be specified in the patch")
        else:
            raise BadRequest(f"unknown patch type: {directive} in map: {_outline(element)}")
    if is_replaced:
        return [], additions
    return [each for each in existing if _tag(each, key) not in gone], additions


def _interleaved(
    elements: list[Any], before: list[Any], wanted: Mapping[Scalar, int], key: str
) -> list[Any]:
    """Elements in the wanted order, between them those that the order does not name.

    Shape:  an unnamed element comes before the first named one that it stood before.
    """
    tagged = [(_tag(each, key), each) for each in elements]
    named = sorted(
        ((wanted[tag], tag, each) for tag, each in tagged if tag in wanted), key=itemgetter(0)
    )
    others = [(tag, each) for tag, each in tagged if tag not in wanted]
    stood = {_tag(each, key): place for place, each in enumerate(before)}
    after, taken = list[Any](), 0
    for _, tag, each in named:
        limit = stood.get(tag, -1)
        while taken < len(others) and stood.get(others[taken][0], limit) < limit:
            after.append(others[taken][1])
            taken += 1
        after.append(each)
    return after + [each for _, each in others[taken:]]


def _tag(element: object, key: str) -> Any:
    """The identity of an element that is there, which may be without one."""
    tag = element.get(key, _NAMELESS) if key and isinstance(element, dict) else element
    return _NAMELESS if isinstance(tag, dict | list) else tag


def _outline(element: object) -> str:
    """An object as faults show it: the names of its fields, for its values may be secret."""
    return f"map[{' '.join(sorted(element)[:10])}]" if isinstance(element, dict) else "no map"
