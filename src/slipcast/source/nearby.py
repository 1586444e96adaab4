"""What a source holds that is not looked at and might be meant, told where nothing is found.

Source: user-pain UP-7, UP-9, UP-10, UP-33.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from slipcast.source.detectors import detect
from slipcast.source.tree import Tree

_DOCKERFILES: Final = ("Dockerfile", "Containerfile")
_READ: Final = (*_DOCKERFILES, "Jenkinsfile")
_COMPOSE: Final = frozenset(
    f"{name}.{ending}" for name in ("compose", "docker-compose") for ending in ("yaml", "yml")
)
_BARE: Final = frozenset({"HEAD", "objects", "refs"})
_NOT_ENTERED: Final = frozenset({"node_modules", "vendor", "docs", "doc", "test", "tests"})
_MOST: Final = 200
"""Directories that are looked into."""
_SHOWN: Final = 5


def nearby(tree: Tree, root: str) -> tuple[str, ...]:
    """Sentences about what is in a directory, and below it, in which nothing was found."""
    names = tuple(tree.names(root))
    return (*_at(names), *_below(tree, root, names))


def _at(names: tuple[str, ...]) -> Iterator[str]:
    meant = {name.lower(): name for name in _READ}
    for name in names:
        if name.lower() in meant:
            yield f"{name} is not read: it has to be called {meant[name.lower()]}."
        if name in _COMPOSE:
            yield f"{name} is not read: name the directories and images that it names."
    if not {*names} - {".git"}:
        yield "There are no files in it."
    if names and frozenset(names) >= _BARE:
        yield "It is a bare repository: name it by its URL, file:///… for one of this machine."


def _below(tree: Tree, root: str, names: tuple[str, ...]) -> Iterator[str]:
    found: list[tuple[str, str]] = []
    ahead = [f"{root}/{name}" if root else name for name in names if _is_entered(name)]
    left = _MOST
    while ahead and left and not found:
        deeper: list[str] = []
        for path in ahead[:left]:
            inside = tuple(tree.names(path))
            sign = _sign(inside)
            found += [(path.removeprefix(f"{root}/"), sign)] if sign else []
            deeper += [f"{path}/{name}" for name in inside if _is_entered(name)]
        left -= min(left, len(ahead))
        ahead = deeper
    if found:
        told = ", ".join(f"{path} ({sign})" for path, sign in found[:_SHOWN])
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        first = f"{root}/{found[0][0]}" if root else found[0][0]
        yield f"Below it there is {told}{more}: choose with --context-dir={first}"


def _is_entered(name: str) -> bool:
    return not name.startswith(".") and name not in _NOT_ENTERED


def _sign(names: tuple[str, ...]) -> str:
    """What a directory looks like; empty for nothing that is built."""
    file = next((name for name in _READ if name in names), "")
    hits = detect(names)
    return file or (hits[0].platform if hits else "")
