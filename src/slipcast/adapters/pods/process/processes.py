"""Processes of this host: who descends from whom, who belongs to a pod, and ending them all."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec

from slipcast.adapters.pods.process import variables

_PROC = Path("/proc")
_PATIENCE = 5.0
_PAUSE = 0.002


class Process(msgspec.Struct, frozen=True):
    """A process that has not ended: its parent and its session."""

    parent: int
    session: int


def table() -> dict[int, Process]:
    """Every process that has not ended."""
    found: dict[int, Process] = {}
    for name in os.listdir(_PROC):  # noqa: PTH208 -- hundreds of paths are slow
        if name.isdigit():
            with contextlib.suppress(OSError):
                # The name in brackets may hold anything.
                rest = (_PROC / name / "stat").read_bytes().rpartition(b")")[2].split()
                if rest[0] not in {b"Z", b"X"}:
                    found[int(name)] = Process(int(rest[1]), int(rest[3]))
    return found


def descendants(every: Mapping[int, Process], roots: Iterable[int]) -> set[int]:
    """The processes below others, those left out. Pure."""
    children: dict[int, list[int]] = {}
    for pid, process in every.items():
        children.setdefault(process.parent, []).append(pid)
    begun = set(roots)
    found: set[int] = set()
    todo = list(begun)
    while todo:
        below = set(children.get(todo.pop(), ())) - found
        found |= below
        todo += below
    return found - begun


def of_session(every: Mapping[int, Process], session: int) -> set[int]:
    """The processes of a session. Pure."""
    return {pid for pid, process in every.items() if process.session == session}


def of_place(every: Mapping[int, Process], place: Path) -> set[int]:
    """The processes whose variables name a pod's directory as theirs."""
    named = f"{variables.ROOT}={place}/".encode()
    return {pid for pid in every if _is_named(pid, named)}


def end_all(
    find: Callable[[], set[int]],
    reap: Callable[[], None] = lambda: None,
    patience: float = _PATIENCE,
) -> bool:
    """Kill whoever is found, until nobody is; whether that was reached.

    Units:  patience in seconds, after which those in the kernel's hands are left to it.
    """
    until = time.monotonic() + patience
    while left := find():
        for pid in left:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        reap()
        if time.monotonic() > until:
            return False
        time.sleep(_PAUSE)
    return True


def _is_named(pid: int, named: bytes) -> bool:
    with contextlib.suppress(OSError):
        given = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        return any(each.startswith(named) for each in given)
    return False
