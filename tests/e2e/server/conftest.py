"""Servers of a test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from e2e.server.process import Server

New = Callable[..., Server]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def new(tmp_path: Path) -> Iterator[New]:
    """Makes servers, not started yet, which are gone after the test."""
    made: list[Server] = []

    def make(name: str = "state", **options: object) -> Server:
        log = tmp_path / f"{name}.log"
        made.append(Server(state=tmp_path / name, log=log, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for server in made:
        server.close()


@pytest.fixture
def server(new: New) -> Server:
    """A server that runs."""
    return new().start()
