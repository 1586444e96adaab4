"""FakeS2I: remembers what it was asked, and answers what it was told."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from slipcast.builds.s2i.request import S2IRequest
from slipcast.ports.progress import Progress
from slipcast.ports.s2i import S2IResult, Surveyed
from slipcast.source.tree import MemoryTree, Tree
from slipcast.values.faults import Fault
from slipcast.values.revision import SourceRevision

IMAGE = "5" * 64


@dataclass(slots=True, kw_only=True)
class FakeS2I:
    """An S2I without engine.

    Shape:  asked holds every request in order, with the verb before it; faults are raised one by
            one before anything succeeds again; prints is what a build's script writes.
    """

    tree: Tree = field(default_factory=lambda: MemoryTree({}))
    root: Path = Path("/surveyed")
    revision: SourceRevision = field(default_factory=SourceRevision)
    asked: list[tuple[str, S2IRequest]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    prints: bytes = b""
    image: str = IMAGE

    @property
    def request(self) -> S2IRequest:
        """The last request."""
        return self.asked[-1][1]

    def build(self, request: S2IRequest, progress: Progress) -> S2IResult:
        """A result with the tag asked for."""
        self._ask("build", request)
        with progress.stage("Assemble", "AssembleBuildScripts", "Assembling"):
            progress.output("stdout", self.prints)
        pushed = "sha256:" + "6" * 64 if request.push_to else ""
        return S2IResult(success=True, image=self.image, tag=request.tag, pushed=pushed)

    def rebuild(self, request: S2IRequest, image: str, progress: Progress) -> S2IResult:
        """A result with the new tag, or the image's own."""
        self._ask(f"rebuild {image}", request)
        progress.note(f"Rebuilding {image}")
        return S2IResult(success=True, image=self.image, tag=request.tag or image)

    def usage(self, request: S2IRequest, progress: Progress) -> None:
        """Prints what it was told to."""
        self._ask("usage", request)
        progress.output("stdout", self.prints)

    def dockerfile(self, request: S2IRequest, target: Path, progress: Progress) -> Path:
        """Writes nothing."""
        self._ask("dockerfile", request)
        progress.note("Writing the Dockerfile")
        return target

    def generate(self, request: S2IRequest, target: Path, progress: Progress) -> Path:
        """Writes nothing."""
        self._ask("generate", request)
        progress.note("Writing the Dockerfile")
        return target

    @contextmanager
    def survey(self, request: S2IRequest, progress: Progress) -> Generator[Surveyed]:
        """The tree it was told."""
        self._ask("survey", request)
        progress.note("Looking at the source")
        yield Surveyed(tree=self.tree, root=self.root, revision=self.revision)

    def _ask(self, verb: str, request: S2IRequest) -> None:
        self.asked.append((verb, request))
        if self.faults:
            raise self.faults.pop(0)
