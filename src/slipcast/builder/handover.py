"""The source on its way through the containers of a pod: where it lies, what is known of it.

A pod with stages fetches and prepares in containers of their own; each reads what the one before
it wrote, in a directory that they share. Who finds nothing there fetches for himself.

Source: builder-process.md BLD-65; build-lifecycle.md BL-543 to BL-547.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from slipcast.api.build import Build, StageInfo
from slipcast.builder.task import Task
from slipcast.builder.workspace import remove_tree
from slipcast.values.revision import SourceRevision

_INPUTS: Final = "inputs"
_INFO: Final = "sourceinfo.json"
_STAGES: Final = "stages.json"
_READY: Final = "ready.json"


class _Ready(msgspec.Struct, frozen=True, kw_only=True):
    """Whose source is ready: that of another Build may lie there, from a test by hand."""

    namespace: str
    name: str
    uid: str


def inputs(task: Task) -> Path:
    """Where the source is put together; made if it is not there."""
    path = task.work / _INPUTS
    path.mkdir(parents=True, exist_ok=True, mode=0o755)
    return path


def clear(task: Task) -> None:
    """Remove what an earlier try left: a container may be started again (BLD-27)."""
    for name in (_READY, _INFO, _STAGES):
        (task.work / name).unlink(missing_ok=True)
    remove_tree(task.work / _INPUTS)


def keep(task: Task, revision: SourceRevision) -> None:
    """Leave for the next container what is known of the commit."""
    (task.work / _INFO).write_bytes(msgspec.json.encode(revision))


def revision(task: Task) -> SourceRevision:
    """What is known of the commit; empty fields where there is none."""
    try:
        return msgspec.json.decode((task.work / _INFO).read_bytes(), type=SourceRevision)
    except (OSError, msgspec.MsgspecError):
        return SourceRevision()


def keep_stages(task: Task) -> None:
    """Leave for the next container what took how long."""
    (task.work / _STAGES).write_bytes(msgspec.json.encode(task.record.known.stages))


def stages(work: Path) -> tuple[StageInfo, ...]:
    """What took how long in the containers before."""
    try:
        return msgspec.json.decode((work / _STAGES).read_bytes(), type=tuple[StageInfo, ...])
    except (OSError, msgspec.MsgspecError):
        return ()


def announce(task: Task) -> None:
    """Say that the source is prepared."""
    (task.work / _READY).write_bytes(msgspec.json.encode(_of(task.build)))


def is_ready(build: Build, work: Path) -> bool:
    """Whether the containers before this one have prepared the source of a Build there."""
    try:
        return msgspec.json.decode((work / _READY).read_bytes(), type=_Ready) == _of(build)
    except (OSError, msgspec.MsgspecError):
        return False


def _of(build: Build) -> _Ready:
    metadata = build.metadata
    return _Ready(namespace=metadata.namespace, name=metadata.name, uid=metadata.uid)
