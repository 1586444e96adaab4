"""What builds leave where they ran, which is to be nothing."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import containers
from e2e.server.process import Server
from slipcast.adapters import ownership

ALIVE = ("slipcast server", "process.nest")
"""The processes of a server that has nothing to do."""


def left(server: Server, own: Path) -> list[str]:
    """Processes, mounts and directories of builds on a server whose builders have a state."""
    return [*_processes(server, own), *_mounts(server, own), *_directories(server, own)]


def orphans() -> set[str]:
    """Working containers that nobody owns any more."""
    rows = json.loads(containers.podman("ps", "--all", "--external", "--format=json"))
    names = [name for row in rows for name in row["Names"]]
    return {name for name in names if ownership.is_orphan(name)}


def _processes(server: Server, own: Path) -> Iterator[str]:
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            variables = (process / "environ").read_bytes().split(b"\0")
            ours = f"SLIPCAST_STATE={own}".encode() in variables
            if (ours or str(server.state) in words) and not any(it in words for it in ALIVE):
                yield f"process {process.name}: {words}"


def _mounts(server: Server, own: Path) -> Iterator[str]:
    for line in Path("/proc/self/mounts").read_text().splitlines():
        if str(server.state) in line or str(own) in line:
            yield f"mount {line}"


def _directories(server: Server, own: Path) -> Iterator[str]:
    places = [server.state / "pods", server.state / "uploads"]
    places += [own / name for name in ("tmp", "runs", "runc", "unfinished")]
    for place in filter(Path.is_dir, places):
        yield from (str(path) for path in place.iterdir() if path.name not in {"events", ".aside"})
    yield from map(str, own.glob("s2i*"))
