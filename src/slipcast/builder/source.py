"""The source of a build as its steps see it, however it was fetched."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import msgspec
from msgspec.structs import replace

from slipcast.builder import stages
from slipcast.builder.inputs.recognition import LocalClone, Remote
from slipcast.builder.inputs.source import Fetched, fetch, recognise
from slipcast.builder.job import Job
from slipcast.builder.workspace import Workspace
from slipcast.ports.git import Git
from slipcast.ports.progress import Stream
from slipcast.source.tree import Tree
from slipcast.values.entries import Entry
from slipcast.values.revision import SourceRevision


class Source(msgspec.Struct, frozen=True):
    """A source that is here.

    Shape:  timestamp is None when the source has
            no files to take one from.
    Units:  timestamp in seconds: the commit's, or the newest file's where there is no commit.
    """

    fetched: Fetched
    workspace: Workspace
    timestamp: int | None

    @property
    def root(self) -> Path:
        """The directory whose content is the source."""
        return self.fetched.root

    @property
    def revision(self) -> SourceRevision:
        """Which commit it is."""
        return self.fetched.revision

    @property
    def tree(self) -> Tree:
        """The source for looking at."""
        return self.fetched.tree

    @property
    def environment_text(self) -> str:
        """The text of `.s2i/environment`, empty when there is none."""
        return self.fetched.environment_text

    def entries(self) -> Iterator[Entry]:
        """What goes into the container, without scripts that were taken before."""
        return self.fetched.entries()

    def script(self, name: str) -> bytes | None:
        """A script that the source brings along; from then on it is no part of the source."""
        return self.fetched.script(name)


def get(job: Job, git: Git, space: Workspace) -> Source:
    """Fetch the source of a job.

    Errors: BuildFault FetchSourceFailed, InvalidFault.
    """
    with job.progress.stage(*stages.FETCH_SOURCE, "Getting the source"):
        fetched = fetch(job.request, git, space, job.progress)
        return Source(fetched, space, _timestamp(fetched))


def get_whole(job: Job, git: Git, space: Workspace) -> Source:
    """Fetch the source of a job; a clone keeps its `.git` unless told otherwise (S2I-254)."""
    request = job.request
    if request.exclude is None and isinstance(recognise(request, git), Remote | LocalClone):
        request = replace(request, exclude="")
    return get(replace(job, request=request), git, space)


def _timestamp(fetched: Fetched) -> int | None:
    if fetched.timestamp is not None:
        return fetched.timestamp
    unheard = dataclasses.replace(fetched, progress=_Silence())
    return max((entry.mtime for entry in unheard.entries()), default=None)


class _Silence:
    """A Progress for walks that only look, and are followed by the one that sends."""

    def stage(self, *_: str) -> AbstractContextManager[None]:
        return nullcontext()

    def output(self, stream: Stream, data: bytes) -> None:
        pass

    def note(self, text: str, *, level: int = 1) -> None:
        pass

    def warn(self, text: str) -> None:
        pass
