"""What save-artifacts gave: a tar stream in a file, read with mistrust, and never unpacked here.

Nothing is believed: no member leaves the artifacts, replaces another one, or lies below a link or
a file of the stream. A hard link is an earlier member once more, found by its name among those
that were taken, and never by a path that is walked. So nothing is written through a link, whatever
a link says: its target is a text that is written inside the container, where it means what it
meant there before, be it absolute (a virtual environment's interpreter) or out of the artifacts.

Source: s2i reference, incremental builds (S2I-184 to 188).
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from mmap import ACCESS_READ, mmap
from pathlib import Path

import msgspec
from msgspec.structs import replace

from slipcast.builder.inputs.members import (
    DIRECTORY,
    FILE,
    HARD_LINK,
    LINK,
    BadTar,
    Member,
    members,
)
from slipcast.values.entries import Entry, Kind
from slipcast.values.faults import BuildFault
from slipcast.values.legible import legible

REASON = "GenericS2IBuildFailed"
_PERMISSIONS = 0o777
_READABLE = 0o400
_PASSABLE = 0o700
_LONGEST_PATH = 4095
_LONGEST_NAME = 255


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """How much is taken before a stream counts as an attack or a mistake.

    Shape:  members counts directories that are only implied as well; size counts a hard link as
            one more file.
    Units:  size in bytes.
    """

    members: int = 1_000_000
    size: int = 1 << 40


STANDARD = Bounds()


def entries(spool: Path, bounds: Bounds = STANDARD) -> tuple[Entry, ...]:
    """The members of a tar as entries, in their order; file contents stay in the spool.

    Shape:  modes lose set-id and sticky bits, and the owner may read. A directory may come twice,
            or after what is in it; anything else of a name that was there is refused. Zero bytes
            mean no artifacts.
    Errors: BuildFault naming the member; OSError.
    """
    with spool.open("rb") as file:
        if not file.seek(0, 2):
            return ()
        reading = _Reading(spool, bounds)
        with mmap(file.fileno(), 0, access=ACCESS_READ) as tar:
            try:
                for member in members(tar):
                    reading.take(member)
            except BadTar as fault:
                raise _bad(f"the stream is no tar that can be read: {fault}") from fault
    return tuple(reading.entries)


@dataclass(slots=True)
class _Reading:
    spool: Path
    bounds: Bounds
    entries: list[Entry] = field(default_factory=list)
    size: int = 0
    # Every path so far; None for a directory, also for one that is only implied.
    there: dict[str, Entry | None] = field(default_factory=lambda: {"": None})

    def take(self, member: Member) -> None:
        path = _inside(member.name)
        is_directory = member.type == DIRECTORY
        if path in self.there and not (is_directory and self.there[path] is None):
            raise _bad(f"{legible(path) or 'a member without a name'} would replace what is there")
        if not path:
            return
        self._enter(path)
        entry = self._entry(member, path)
        self.there[path] = None if is_directory else entry
        self.entries.append(entry)
        self.size += entry.size
        if len(self.there) > self.bounds.members or self.size > self.bounds.size:
            raise _bad("the tar holds more than a build may keep")

    def _enter(self, path: str) -> None:
        """Note the directories above a path; none of them may be anything else."""
        above = path.rpartition("/")[0]
        while above not in self.there:
            self.there[above] = None
            above = above.rpartition("/")[0]
        held = self.there[above]
        if held is not None:
            what = "link" if held.kind is Kind.LINK else "file"
            raise _bad(f"{legible(path)} would lie below {legible(above)}, which is a {what}")

    def _entry(self, member: Member, path: str) -> Entry:
        mode, mtime = member.mode & _PERMISSIONS, member.mtime
        if member.type == FILE:
            return Entry(
                path=path,
                mode=mode | _READABLE,
                mtime=mtime,
                size=member.size,
                source=self.spool,
                offset=member.offset,
            )
        if member.type == DIRECTORY:
            return Entry(path=path, kind=Kind.DIRECTORY, mode=mode | _PASSABLE, mtime=mtime)
        if member.type == LINK:
            target = _target(member, path)
            return Entry(path=path, kind=Kind.LINK, mode=mode, mtime=mtime, target=target)
        if member.type == HARD_LINK:
            return self._again(member, path)
        raise _bad(f"{legible(path)} is neither file, directory nor link")

    def _again(self, member: Member, path: str) -> Entry:
        original = _inside(member.target)
        held = self.there.get(original)
        if held is None:
            raise _bad(f"{legible(path)} is a link to {legible(original)}, which is no file before")
        return replace(held, path=path)


def _inside(name: bytes) -> str:
    """A member's name as the path of an entry, empty for the directory of all."""
    path = name.decode("utf-8", "surrogateescape")
    if path.startswith("/") or ".." in path.split("/") or "\0" in path:
        raise _bad(f"{legible(path)} lies outside the artifacts")
    path = posixpath.normpath(path)
    parts = path.split("/") if len(name) > _LONGEST_NAME else ()
    if len(name) > _LONGEST_PATH or any(_length(part) > _LONGEST_NAME for part in parts):
        raise _bad(f"the name {legible(path[:60])}... is too long")
    return "" if path == "." else path


def _target(member: Member, path: str) -> str:
    target = member.target
    if not target or len(target) > _LONGEST_PATH or b"\0" in target:
        raise _bad(f"the link {legible(path)} leads nowhere")
    return target.decode("utf-8", "surrogateescape")


def _length(part: str) -> int:
    return len(part.encode("utf-8", "surrogateescape"))


def _bad(what: str) -> BuildFault:
    hint = "save-artifacts must write one tar to its standard output, and nothing else"
    return BuildFault(f"the artifacts cannot be used: {what}", reason=REASON, hint=hint)
