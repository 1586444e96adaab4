"""A workbench for builds: an engine, a source directory, and everything that was told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from slipcast.adapters.git import GitProgram
from slipcast.builder.s2i import SourceToImage
from slipcast.builds.s2i.request import S2IRequest
from slipcast.ports.engine import ANONYMOUS, ContainerSpec, Engine, RegistryAccess
from slipcast.ports.s2i import S2IResult
from slipcast.testing.downloads import FakeDownloads
from slipcast.testing.objects import a_request
from slipcast.testing.progress import RecordingProgress

E = TypeVar("E", bound=Engine)


@dataclass
class Bench(Generic[E]):
    """Everything a build touches."""

    engine: E
    source: Path
    state: Path
    downloads: FakeDownloads = field(default_factory=FakeDownloads)
    progress: RecordingProgress = field(default_factory=RecordingProgress)
    asked: list[str] = field(default_factory=list)
    defaults: dict[str, Any] = field(default_factory=dict)

    @property
    def s2i(self) -> SourceToImage:
        """The flow over the ports of this bench."""
        return SourceToImage(
            engine=self.engine,
            git=GitProgram(),
            downloads=self.downloads,
            credentials=self._access,
            state=self.state,
        )

    def _access(self, image: str) -> RegistryAccess:
        self.asked.append(image)
        return ANONYMOUS

    def request(self, **changes: Any) -> S2IRequest:
        """A build of the source directory."""
        return a_request(**{"source": str(self.source), **self.defaults, **changes})

    def build(self, **changes: Any) -> S2IResult:
        """Build it."""
        return self.s2i.build(self.request(**changes), self.progress)

    def put(self, path: str, text: str = "", mode: int = 0o644) -> Path:
        """A file of the source."""
        file = self.source / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)
        return file

    @property
    def left(self) -> list[Path]:
        """What is left of working directories."""
        return sorted(self.state.rglob("*"))


World = Bench[Engine]
"""A bench over any engine."""

Make = Callable[..., str]
"""Makes an image from the lines of a Dockerfile and the files beside it; its name."""

SCRIPT = "#!/bin/sh\n"


def printed(engine: Engine, image: str, *argv: str) -> str:
    """What a program of an image prints."""
    out: list[bytes] = []
    spec = ContainerSpec(image=image, argv=argv, network="none", use_entrypoint=False)
    with engine.container(spec) as container:
        status = container.run(stdout=out.append, stderr=out.append)
    assert status.ok, (status, b"".join(out))
    return b"".join(out).decode()


def shell(engine: Engine, image: str, line: str) -> str:
    """What a shell in a container of an image prints."""
    return printed(engine, image, "/bin/sh", "-c", line)
