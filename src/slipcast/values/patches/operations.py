"""JSON patch: a list of operations, done one after the other or not at all.

Written here and not taken from a library: the one there is for Python copies the document for
every request, has no bound on what `copy` makes of it, and no types; the operations are short.

Source: RFC 6902, RFC 6901; Kubernetes for the faults, the limits, and for two liberties: `replace`
sets a member that is not there, and `test` of null holds for one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from slipcast.values.apifaults import BadRequest, TooLarge, Unprocessable
from slipcast.values.patches.equal import JSON, copied, is_deeper, same, weight

MOST_OPERATIONS: Final = 10_000
MOST_TOLD: Final = 100
"""Letters of a path that a refusal repeats at most."""

MOST_COPIED: Final = 3 * 1024 * 1024
"""Units: bytes that all `copy` operations of a patch may add."""
DEEPEST: Final = 300
"""How many objects and lists may nest in what a patch makes, and how long a pointer may be."""

_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,9}")
_BAD_ESCAPE: Final = re.compile(r"~(?![01])")
_MISSING: Final = object()
_APPEND: Final = "-"

Path = Sequence[str]


class _Wrong(Exception):
    """An operation that cannot be done; said to the client without its details."""


def json_patch(document: JSON, operations: object) -> JSON:
    """The document after all operations.

    Errors: BadRequest for what is no list of operations; TooLarge; Unprocessable for an operation
            that cannot be done, and a test that fails.
    """
    given = _listed(operations)
    draft = _Draft(copied(document))
    for position, operation in enumerate(given):
        try:
            draft.do(operation)
        except (_Wrong, RecursionError) as wrong:
            raise Unprocessable(f"operation {position}{_told(operation)}: {wrong}") from None
    if not isinstance(draft.root, dict) or is_deeper(draft.root, DEEPEST):
        raise Unprocessable("what the patch makes is no object, or nests too deep")
    return draft.root


def _told(operation: JSON) -> str:
    """What an operation does and where, never with what; empty when it does not say."""
    name, path = operation.get("op"), operation.get("path")
    if not isinstance(name, str) or not isinstance(path, str):
        return ""
    return f" ({name[:MOST_TOLD]} {path[:MOST_TOLD]})"


class _Draft:
    """A document being changed; nobody else holds it."""

    def __init__(self, root: JSON) -> None:
        self.root: Any = root
        self._copied = 0
        self._ways: Mapping[str, Callable[[Path, JSON], None]] = {
            "add": self._add,
            "remove": self._remove,
            "replace": self._replace,
            "move": self._move,
            "copy": self._copy,
            "test": self._test,
        }

    def do(self, operation: JSON) -> None:
        """One operation."""
        name = operation.get("op")
        way = self._ways.get(name) if isinstance(name, str) else None
        if way is None:
            raise _Wrong(f"there is no operation {name!r}")
        way(_path(operation, "path"), operation)

    def _add(self, path: Path, operation: JSON) -> None:
        self._put(path, copied(_value(operation)))

    def _remove(self, path: Path, _: JSON) -> None:
        self._take(path)

    def _replace(self, path: Path, operation: JSON) -> None:
        value = copied(_value(operation))
        if not path:
            self.root = value
            return
        parent, last = self._parent(path), path[-1]
        parent[last if isinstance(parent, dict) else _place(parent, last)] = value

    def _move(self, path: Path, operation: JSON) -> None:
        origin = _path(operation, "from")
        if len(origin) < len(path) and path[: len(origin)] == origin:
            raise _Wrong("nothing can be moved into itself")
        self._put(path, self._take(origin))

    def _copy(self, path: Path, operation: JSON) -> None:
        value = self._at(_path(operation, "from"))
        self._copied += weight(value)
        if self._copied > MOST_COPIED:
            raise _Wrong("the patch copies too much")
        self._put(path, copied(value))

    def _test(self, path: Path, operation: JSON) -> None:
        expected = operation.get("value")
        if path and expected is None:
            parent = self._parent(path)
            if isinstance(parent, dict) and parent.get(path[-1]) is None:
                return
        if not same(self._at(path), expected):
            raise _Wrong("the test failed")

    def _at(self, path: Path) -> Any:
        here = self.root
        for token in path:
            here = here[_place(here, token)]
        return here

    def _parent(self, path: Path) -> Any:
        parent = self._at(path[:-1])
        if not isinstance(parent, dict | list):
            raise _Wrong("the path leads through a plain value")
        return parent

    def _put(self, path: Path, value: Any) -> None:
        if not path:
            self.root = value
            return
        parent, last = self._parent(path), path[-1]
        if isinstance(parent, dict):
            parent[last] = value
        else:
            parent.insert(_index(last, parent, len(parent)), value)

    def _take(self, path: Path) -> Any:
        if not path:
            raise _Wrong("the whole document cannot be removed")
        parent = self._parent(path)
        return parent.pop(_place(parent, path[-1]))


def _listed(operations: object) -> list[JSON]:
    if not isinstance(operations, list):
        raise BadRequest("error decoding patch: a JSON patch is a list of operations")
    if len(operations) > MOST_OPERATIONS:
        raise TooLarge(
            "Request entity too large: The allowed maximum operations in a JSON patch is"
            f" {MOST_OPERATIONS}, got {len(operations)}"
        )
    if not all(isinstance(each, dict) for each in operations):
        raise BadRequest("error decoding patch: every operation of a JSON patch is an object")
    return operations


def _path(operation: JSON, member: str) -> Path:
    pointer = operation.get(member)
    if not isinstance(pointer, str):
        raise _Wrong(f"{member!r} is missing")
    if pointer == "":
        return ()
    if not pointer.startswith("/") or _BAD_ESCAPE.search(pointer):
        raise _Wrong(f"{member!r} is no JSON pointer")
    tokens = pointer[1:].split("/")
    if len(tokens) > DEEPEST:
        raise _Wrong(f"{member!r} is too deep")
    return [token.replace("~1", "/").replace("~0", "~") for token in tokens]


def _value(operation: JSON) -> Any:
    value = operation.get("value", _MISSING)
    if value is _MISSING:
        raise _Wrong("'value' is missing")
    return value


def _place(parent: object, token: str) -> Any:
    """The key or index of something that is there."""
    if isinstance(parent, dict):
        if token not in parent:
            raise _Wrong(f"{token!r} is not there")
        return token
    if isinstance(parent, list):
        return _index(token, parent, len(parent) - 1)
    raise _Wrong("the path leads through a plain value")


def _index(token: str, parent: list[Any], most: int) -> int:
    if token == _APPEND and most == len(parent):
        return most
    if not _INDEX.fullmatch(token) or int(token) > most:
        raise _Wrong(f"{token!r} is no place in a list of {len(parent)}")
    return int(token)
