"""Talking to working containers in tests: what a program said, what a container holds."""

from __future__ import annotations

import tarfile
from dataclasses import dataclass

from slipcast.ports.engine import Container
from slipcast.values.container import ExitStatus


@dataclass(frozen=True, slots=True)
class Told:
    """How a program ended and what it said."""

    status: ExitStatus
    out: str
    err: str


def run(container: Container, idle: float | None = None) -> Told:
    """Run a container's program and keep its output."""
    out, err = bytearray(), bytearray()
    status = container.run(stdout=out.extend, stderr=err.extend, idle=idle)
    return Told(status, out.decode(), err.decode())


def members(container: Container, path: str) -> dict[str, tarfile.TarInfo]:
    """The members of a tar read from a container, by name."""
    with container.read(path) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
        return {member.name: member for member in tar}


def content(container: Container, path: str) -> bytes:
    """The content of one file of a container."""
    with container.read(path) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
        first = tar.next()
        file = tar.extractfile(first) if first is not None else None
        return file.read() if file is not None else b""
