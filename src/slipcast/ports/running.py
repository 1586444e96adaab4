"""A server that runs, as those see it who look for one."""

from __future__ import annotations

from pathlib import Path

import msgspec


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """A server that runs: its process, where it answers, and the way in for an administrator."""

    pid: int
    address: str
    kubeconfig: Path
    state: Path
    log: Path | None = None
    ready: bool = False
