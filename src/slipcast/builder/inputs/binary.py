"""Source that a client sent along, on standard input: an archive, or one file.

Source: builder-process.md 4.3, BLD-66 to BLD-69.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

from slipcast.builder.inputs.unpacking import BadArchive, unpack
from slipcast.builder.task import Task
from slipcast.builds.paths import is_file_name
from slipcast.builds.reasons import Reason
from slipcast.values.faults import BuildFault
from slipcast.values.legible import legible

_MODE: Final = 0o664
_PIECE: Final = 1 << 20
_UNUSABLE: Final = (
    "unable to extract binary build input, must be a zip, tar, or gzipped tar, or specified as a "
    "file"
)


def receive(task: Task, into: Path) -> None:
    """Put what was sent into a directory, which is made; nothing when nothing is to be sent.

    Errors: BuildFault FetchSourceFailed.
    """
    binary = task.build.spec.source.binary
    if binary is None:
        return
    try:
        into.mkdir(parents=True, exist_ok=True)
        if binary.as_file:
            _one_file(task, into, binary.as_file)
        else:
            _archive(task, into)
    except OSError as fault:
        msg = f"the source that was sent cannot be written: {fault.strerror or fault}"
        raise _failed(msg) from fault


def _archive(task: Task, into: Path) -> None:
    task.progress.note("Receiving source from STDIN as archive ...", level=0)
    try:
        unpack(task.stdin, into, task.work)
    except BadArchive as bad:
        hint = "start the build with --from-dir, --from-archive or --from-file"
        raise _failed(f"{_UNUSABLE}: {bad}", hint) from bad


def _one_file(task: Task, into: Path, name: str) -> None:
    task.progress.note(f"Receiving source from STDIN as file {legible(name)}", level=0)
    if not is_file_name(name):
        raise _failed(f"{legible(name)} is no name for the file that was sent")
    try:
        with (into / name).open("xb") as file:
            shutil.copyfileobj(task.stdin, file, _PIECE)
            os.fchmod(file.fileno(), _MODE)
    except FileExistsError as there:
        msg = f"the source has a file {legible(name)} already, which is not replaced"
        raise _failed(msg) from there


def _failed(message: str, hint: str = "") -> BuildFault:
    return BuildFault(message, reason=Reason.FETCH_SOURCE_FAILED, hint=hint)
