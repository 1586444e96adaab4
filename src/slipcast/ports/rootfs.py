"""The Rootfs port: a Debian root file system for hosts that reach no container registry.

Synchronous. Adapter: `adapters.rootfs`, mmdebstrap.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from slipcast.ports.engine import Sink, ignore


class Rootfs(Protocol):
    """Makes root file systems."""

    def make(
        self, suite: str, packages: tuple[str, ...], into: Path, *, log: Sink = ignore
    ) -> None:
        """Write a tar of a minimal system to `into`.

        Errors: HostFault when the tool is missing or the package archive cannot be reached.
        """
        ...
