"""Files that a Build brings along: its Dockerfile, its secrets and config maps; where it is built.

Source: builder-process.md 4.5 and BLD-122, BLD-26; build-lifecycle.md BL-538, BL-540.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from slipcast.builder.placing import Misplaced, Place
from slipcast.builder.task import Task
from slipcast.builds.paths import cleaned, leads_out
from slipcast.builds.reasons import Reason
from slipcast.builds.strategies.mounts import CONFIGS, SECRETS
from slipcast.values.entries import Entry
from slipcast.values.faults import BuildFault
from slipcast.values.legible import legible

DOCKERFILE: Final = "Dockerfile"
_DOCKERFILE_MODE: Final = 0o660
_OPEN: Final = 0o777
_HELPER: Final = ".."


def context_of(task: Task, root: Path) -> Path:
    """The directory that is built, which is below the source's, by its real path (BLD-75).

    Errors: BuildFault InvalidContextDirectory.
    """
    asked = task.build.spec.source.context_dir
    name = cleaned(asked.lstrip("/"))
    shown = legible(asked)
    if leads_out(name):
        raise _no_context(f"provided context directory lies outside of the source: {shown}")
    bounds = root.resolve()
    try:
        real = (bounds / name).resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as missing:
        raise _no_context(f"provided context directory does not exist: {shown}") from missing
    if not real.is_relative_to(bounds):
        raise _no_context(f"provided context directory leads out of the source by a link: {shown}")
    if not real.is_dir():
        raise _no_context(f"provided context directory is a file: {shown}")
    return real


def inline_dockerfile(task: Task, source_root: Path) -> None:
    """Write the Dockerfile that the Build holds, if it does, into the context (BLD-76).

    Errors: BuildFault InvalidContextDirectory, ManageDockerfileFailed.
    """
    text = task.build.spec.source.dockerfile
    if text is None:
        return
    context = context_of(task, source_root)
    content = text.encode()
    entry = Entry(path=DOCKERFILE, mode=_DOCKERFILE_MODE, content=content, size=len(content))
    try:
        Place(context).put(entry)
    except (Misplaced, OSError) as fault:
        msg = f"the Dockerfile of the build cannot be written: {fault}"
        raise BuildFault(msg, reason=Reason.MANAGE_DOCKERFILE_FAILED) from fault


@contextmanager
def secrets_into(task: Task, context: Path) -> Generator[None]:
    """Secrets and config maps as files of a Docker context, for the length of ours (BLD-122).

    Shape:  what was made for them is removed however the context ends (BLD-26).
    Errors: BuildFault DockerBuildFailed when one is not there, or would lie outside.
    """
    place = Place(context, directory_mode=_OPEN)
    try:
        for directory, destination in _given(task):
            _copy(place, directory, destination)
        yield
    finally:
        _remove(place)


def _given(task: Task) -> Iterator[tuple[Path, str]]:
    """Where each lies, and the directory of the context that receives it."""
    source = task.build.spec.source
    for secret in source.secrets:
        yield task.at(f"{SECRETS}/build/{secret.secret.name}"), secret.destination_dir
    for config in source.config_maps:
        yield task.at(f"{CONFIGS}/build/{config.config_map.name}"), config.destination_dir


def _copy(place: Place, directory: Path, destination: str) -> None:
    what = legible(directory.name)
    try:
        bounds = directory.resolve(strict=True)
        for path in sorted(bounds.iterdir()):
            # What begins so is how a mounted volume is replaced as a whole.
            if not path.name.startswith(_HELPER):
                _copy_one(place, path, bounds, destination)
    except Misplaced as fault:
        raise _failed(f"{what} cannot be put into the context: {fault}") from fault
    except OSError as fault:
        why = fault.strerror or fault
        raise _failed(f"{what} cannot be put into the context: {why}") from fault


def _copy_one(place: Place, path: Path, bounds: Path, destination: str) -> None:
    real = path.resolve(strict=True)
    if not real.is_relative_to(bounds):
        raise Misplaced(f"{legible(path.name)} leads out of the volume")
    if not real.is_file():
        return
    if leads_out(destination):
        raise Misplaced(f"{legible(destination)} lies outside of the source")
    status = real.stat()
    below = cleaned(destination.lstrip("/"))
    place.put(
        Entry(
            path=f"{below}/{path.name}" if below else path.name,
            mode=status.st_mode & 0o777,
            mtime=int(status.st_mtime),
            size=status.st_size,
            source=real,
        )
    )


def _remove(place: Place) -> None:
    """Take back files and the directories made for them, unless somebody put more there."""
    for path in reversed([*place.made, *place.replaced]):
        with suppress(OSError):
            if path.is_dir() and not path.is_symlink():
                path.rmdir()
            else:
                path.unlink()


def _no_context(message: str) -> BuildFault:
    hint = "contextDir names a directory below the root of the source"
    return BuildFault(message, reason=Reason.INVALID_CONTEXT_DIR, hint=hint)


def _failed(message: str) -> BuildFault:
    return BuildFault(message, reason=Reason.DOCKER_BUILD_FAILED)
