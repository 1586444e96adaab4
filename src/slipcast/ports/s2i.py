"""The S2I port: source to image, as the command line sees it. Synchronous.

Implemented by `builder`; the command line may not import the builder, so they meet here.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import msgspec

from slipcast.builds.s2i.request import S2IRequest
from slipcast.ports.progress import Progress
from slipcast.source.tree import Tree
from slipcast.values.image import NOTHING
from slipcast.values.revision import SourceRevision


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One timed step of a build.

    Units:  start in seconds since the epoch, duration in milliseconds.
    """

    name: str
    step: str
    start: float
    duration_ms: int


class S2IResult(msgspec.Struct, frozen=True, kw_only=True):
    """How a build ended.

    Shape:  reason and message are empty on success; image is the engine's id; digest the
            manifest's, where known; pushed is the digest at the destination when one was asked.
    """

    success: bool
    image: str = ""
    tag: str = ""
    digest: str = ""
    pushed: str = ""
    labels: Mapping[str, str] = NOTHING
    revision: SourceRevision = msgspec.field(default_factory=SourceRevision)
    stages: tuple[Stage, ...] = ()
    reason: str = ""
    message: str = ""
    size: int = 0


class Surveyed(msgspec.Struct, frozen=True, kw_only=True):
    """A source that was fetched to be looked at, and can be built without fetching it again."""

    tree: Tree
    root: Path
    revision: SourceRevision


class S2I(Protocol):
    """Everything `slipcast s2i` does with an engine. Every method raises Faults."""

    def build(self, request: S2IRequest, progress: Progress) -> S2IResult:
        """Build an image (S2I section 3).

        Errors: InvalidFault before any work; BuildFault with reason and exit code afterwards.
        """
        ...

    def rebuild(self, request: S2IRequest, image: str, progress: Progress) -> S2IResult:
        """Repeat a build from the labels of its result; request carries flags only (S2I-275)."""
        ...

    def usage(self, request: S2IRequest, progress: Progress) -> None:
        """Run the builder image's usage script; its output goes to progress (S2I-3)."""
        ...

    def dockerfile(self, request: S2IRequest, target: Path, progress: Progress) -> Path:
        """Write a Dockerfile and its context instead of building; the file (S2I section 15)."""
        ...

    def generate(self, request: S2IRequest, target: Path, progress: Progress) -> Path:
        """Write only the Dockerfile, for a context the user prepares (S2I-273)."""
        ...

    def survey(self, request: S2IRequest, progress: Progress) -> AbstractContextManager[Surveyed]:
        """Fetch the source to look at it; a build inside the context may pass it on as
        request.prepared.
        """
        ...
