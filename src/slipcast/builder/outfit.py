"""What the builder program is called with: its words, and what it needs of the machine.

Source: builder-process.md sections 1 and 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Protocol

import msgspec

from slipcast.values.faults import HostFault
from slipcast.values.image import NOTHING

if TYPE_CHECKING:
    from slipcast.builder.task import Registries
    from slipcast.builds.s2i.request import Platform
    from slipcast.ports.builders import Builders
    from slipcast.ports.downloads import Downloads
    from slipcast.ports.engine import Engine
    from slipcast.ports.git import Git
    from slipcast.ports.progress import Progress
    from slipcast.ports.reporter import Reporter
    from slipcast.values.enginechoice import EngineChoice

ROOT: Final = "SLIPCAST_ROOT"
"""Where the paths of the contract lie; the root of all files when it is not set."""


class Outfit(Protocol):
    """What the program is given; a role asks for what it needs."""

    @property
    def env(self) -> Mapping[str, str]:
        """The variables of the process."""
        ...

    @property
    def stdin(self) -> IO[bytes]:
        """What a client sends."""
        ...

    @property
    def engine(self) -> Engine:
        """What images and containers are made with."""
        ...

    @property
    def git(self) -> Git:
        """The git program."""
        ...

    @property
    def downloads(self) -> Downloads:
        """Files behind a URL."""
        ...

    @property
    def state(self) -> Path:
        """Where working directories are made."""
        ...

    @property
    def registries(self) -> Registries:
        """How registries are reached with the credentials of a file."""
        ...

    @property
    def platform(self) -> Platform:
        """What every build is given, and no image keeps."""
        ...

    def builders(self) -> Builders | None:
        """The builder images that this installation makes."""
        ...

    def choose(self, choice: EngineChoice) -> None:
        """Say how the engine is to work, before it is used."""
        ...

    def progress(self, level: int) -> Progress:
        """Who shows what happens, at a log level."""
        ...

    def reporter(self, namespace: str, name: str, root: Path) -> Reporter:
        """Whom a Build is reported to: the API server, else whoever reads standard output."""
        ...

    def say(self, line: str) -> None:
        """A line on standard output."""
        ...

    def complain(self, line: str) -> None:
        """A line on standard error."""
        ...

    def record_bug(self) -> str:
        """Keep the stack trace of the exception at hand; a sentence that says where."""
        ...


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """A command line: the role, how much is told, and a file that holds the Build.

    Shape:  engine holds the flags that say how the engine works, with their values.
    """

    role: str
    level: int | None = None
    file: Path | None = None
    engine: Mapping[str, str] = NOTHING


def root_of(env: Mapping[str, str]) -> Path:
    """Where the paths of the contract lie."""
    root = Path(env.get(ROOT) or "/")
    if not root.is_absolute():
        raise HostFault(f"{ROOT} must be an absolute path, and is {root}")
    return root
