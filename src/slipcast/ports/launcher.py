"""The Launcher port: containers that stay: what `slipcast run` and `--run` start. Synchronous.

Adapters: `adapters.launcher.podman`, `adapters.launcher.docker`.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from slipcast.ports.engine import Sink, ignore
from slipcast.values.container import ExitStatus


class LaunchSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A container to start.

    Shape:  ports are (host port, container port); host port 0 lets the system choose. Published
            on loopback only, unless public. user empty means the image's.
    """

    image: str
    name: str = ""
    ports: tuple[tuple[int, int], ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    user: str = ""
    public: bool = False


class Launched(msgspec.Struct, frozen=True, kw_only=True):
    """A container that runs, or has ended.

    Shape:  ports are (host port, container port) as really published. note says what is other than
            was asked for, such as the host's network in place of published ports; mostly empty.
    """

    name: str
    image: str
    ports: tuple[tuple[int, int], ...] = ()
    running: bool = True
    note: str = ""


class Launcher(Protocol):
    """Starts, follows and ends containers that outlive a command."""

    def start(self, spec: LaunchSpec) -> Launched:
        """Start it and return at once.

        Errors: EngineFault; NotFound when the image is not here.
        """
        ...

    def follow(self, name: str, *, stdout: Sink = ignore, stderr: Sink = ignore) -> ExitStatus:
        """Stream its output from the beginning until it ends; how it ended."""
        ...

    def tail(self, name: str, lines: int = 20) -> str:
        """The last lines of its output, both streams together."""
        ...

    def stop(self, name: str, *, grace: int = 10) -> bool:
        """End it (TERM, after grace seconds KILL) and remove it; False when there is none."""
        ...

    def list(self) -> tuple[Launched, ...]:
        """Every container that we started and nobody removed."""
        ...
