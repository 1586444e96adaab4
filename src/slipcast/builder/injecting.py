"""Injections: written before assemble, emptied before anything is kept.

Source: source-to-image, injections (S2I-191 to 198).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import msgspec

from slipcast.builder import reading
from slipcast.builds.s2i import injections
from slipcast.builds.s2i.reasons import Reason, failure
from slipcast.builds.s2i.request import Injection
from slipcast.ports.engine import Container
from slipcast.values.container import Owner
from slipcast.values.entries import Entry, Kind


class Injected(msgspec.Struct, frozen=True):
    """A file that was written and has to be emptied: an absolute path in the container.

    Shape:  remove means that nothing of it gets into the image.
    """

    path: str
    remove: bool = False


def write(
    container: Container, wanted: tuple[Injection, ...], workdir: str, owner: Owner
) -> tuple[Injected, ...]:
    """Write all injections; the files to be emptied afterwards.

    Errors: BuildFault naming source and destination.
    """
    written: list[Injected] = []
    for injection in wanted:
        target = injections.target(injection, workdir)
        if injection.source.is_dir():
            below = target
        else:
            below, target = _file_target(container, injection, target)
        _must_exist(container, injection, below)
        found = list(entries(injection, PurePosixPath(target).name))
        container.write(below, found, owner=owner)
        if not injection.keep:
            written.extend(
                Injected(str(PurePosixPath(below, entry.path)), injection.remove)
                for entry in found
                if entry.kind is Kind.FILE
            )
    return tuple(written)


def empty(container: Container, written: tuple[Injected, ...], owner: Owner) -> None:
    """Overwrite every injected file that is still there with nothing."""
    for each in written:
        found = reading.member(container, each.path)
        if found is None or found.isdir():
            continue
        path = PurePosixPath(each.path)
        nothing = Entry(path=path.name, mode=injections.FILE_MODE, content=b"")
        container.write(str(path.parent), [nothing], owner=owner)


def _file_target(container: Container, injection: Injection, target: str) -> tuple[str, str]:
    """The directory and the path of a single file: a directory that exists receives it."""
    found = reading.member(container, target)
    if found is not None and found.isdir():
        return target, str(PurePosixPath(target, injection.source.name))
    return str(PurePosixPath(target).parent), target


def _must_exist(container: Container, injection: Injection, target: str) -> None:
    found = reading.member(container, target)
    if found is None or not (found.isdir() or found.issym()):
        raise failure(
            Reason.ASSEMBLE_FAILED,
            f"cannot inject {injection.shown}: the directory {target} must exist in container",
            hint="Name a directory of the builder image as destination.",
        )


def entries(injection: Injection, name: str) -> Iterator[Entry]:
    """What an injection holds, links followed, by the names it has below its destination.

    Shape:  name is that of a single file.
    Errors: BuildFault when the source is not there.
    """
    source = injection.source
    if source.is_file():
        yield _file(source, name)
        return
    if not source.is_dir():
        raise failure(
            Reason.FILE_SYSTEM_FAILED,
            f"the file or directory {injection.shown} to inject does not exist",
        )
    yield from _below(source, "", frozenset({source.resolve()}))


def _below(directory: Path, prefix: str, above: frozenset[Path]) -> Iterator[Entry]:
    for name in sorted(child.name for child in directory.iterdir()):
        child = directory / name
        if name.startswith(".."):
            continue  # where a platform keeps the versions of a secret, which links lead to
        if child.is_dir():
            real = child.resolve()
            if real in above:
                continue
            yield Entry(path=prefix + name, kind=Kind.DIRECTORY, mode=injections.DIRECTORY_MODE)
            yield from _below(child, f"{prefix}{name}/", above | {real})
        elif child.is_file():
            yield _file(child, prefix + name)


def _file(path: Path, name: str) -> Entry:
    found = path.stat()
    return Entry(
        path=name,
        mode=injections.FILE_MODE,
        mtime=int(found.st_mtime),
        size=found.st_size,
        source=path,
    )
