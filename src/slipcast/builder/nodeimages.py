"""Images of builds without an output, noted so that they go when their Build does.

An image that is not pushed is named after its Build on the node, and others may build on it there.
Who names one notes it first; so whoever is killed in between leaves a note of what is not there,
never an image that nobody knows of. Only what is noted, and still is that image, is ever removed:
a name may be given to anything by anybody.

Source: builder-process.md BLD-14, BLD-21.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from slipcast.ports.engine import Engine
from slipcast.ports.nodeimages import BuildKey

_NOTES: Final = "nodeimages"
_LOCK: Final = "lock"


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """An image of a build: its name, and the id of what has it."""

    build: BuildKey
    image: str
    id: str


@contextmanager
def noted(state: Path, note: Note) -> Iterator[None]:
    """Note an image; in the context it is named, and nobody removes what had the name.

    Errors: OSError.
    """
    (state / _NOTES).mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(state):
        _write(_path(state, note.build), msgspec.json.encode(note))
        yield


def listed(state: Path) -> tuple[BuildKey, ...]:
    """The builds whose images are noted."""
    directory = state / _NOTES
    if not directory.is_dir():
        return ()
    notes = (_read(path) for path in directory.iterdir() if path.suffix == ".json")
    return tuple(note.build for note in notes if note is not None)


def remove(state: Path, build: BuildKey, engine: Callable[[], Engine]) -> None:
    """Remove the image of a build and the note of it, unless they are another's.

    Shape:  engine is asked for where there is something to be removed: of most builds nothing is.
    Errors: EngineFault when a container uses it.
    """
    path = _path(state, build)
    if not path.exists():
        return
    with _alone(state):
        note = _read(path)
        if note is None or note.build.uid != build.uid:
            return
        does = engine()
        found = does.inspect(note.image)
        if found is not None and found.id == note.id:
            does.remove(note.image, unused=True)
        path.unlink(missing_ok=True)


def _path(state: Path, build: BuildKey) -> Path:
    """One for each name of a build: whoever has it later takes the note over with the name."""
    digest = hashlib.sha256(f"{build.namespace}/{build.name}".encode()).hexdigest()
    return state / _NOTES / f"{digest}.json"


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    with (state / _NOTES / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read(path: Path) -> Note | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Note)
    except (OSError, msgspec.MsgspecError):
        return None


def _write(path: Path, content: bytes) -> None:
    beside = path.with_suffix(".new")
    with beside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
