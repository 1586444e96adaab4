"""The source of a build as its steps see it, however it was fetched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from msgspec import structs

from slipcast.builder import stages
from slipcast.builder.inputs.recognition import LocalClone, Remote
from slipcast.builder.inputs.source import Fetched, fetch, recognise
from slipcast.builder.job import Job
from slipcast.builder.workspace import Workspace
from slipcast.builds.s2i.request import S2IRequest
from slipcast.ports.git import Git
from slipcast.ports.progress import Progress
from slipcast.source.tree import Tree
from slipcast.values.entries import Entry
from slipcast.values.revision import SourceRevision


@dataclass(frozen=True)
class Source:
    """A source that is here."""

    fetched: Fetched
    workspace: Workspace

    @cached_property
    def timestamp(self) -> int | None:
        """The commit's time, or the newest file's where there is no commit; None without files.

        Units:  seconds since the epoch.
        """
        stamp = self.fetched.timestamp
        return self.fetched.newest() if stamp is None else stamp

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
    return of_request(job.request, git, space, job.progress)


def of_request(request: S2IRequest, git: Git, space: Workspace, progress: Progress) -> Source:
    """Fetch the source of a request.

    Errors: as get.
    """
    prepared = request.prepared
    if prepared is not None and prepared.is_ours:
        return Source(fetch(request, git, space, progress), space)
    with progress.stage(*stages.FETCH_SOURCE, "Getting the source"):
        return Source(fetch(request, git, space, progress), space)


def get_whole(job: Job, git: Git, space: Workspace) -> Source:
    """Fetch the source of a job; a clone keeps its `.git` unless told otherwise (S2I-254)."""
    request = job.request
    if request.exclude is None and isinstance(recognise(request, git), Remote | LocalClone):
        request = structs.replace(request, exclude="")
    return get(structs.replace(job, request=request), git, space)
