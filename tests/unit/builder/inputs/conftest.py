"""Fetching with the real git, into a real working directory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import gitserver
from slipcast.adapters.git import GitProgram
from slipcast.builder.inputs.source import Fetched, fetch
from slipcast.builder.workspace import Workspace, workspace
from slipcast.builds.s2i.request import S2IRequest
from slipcast.testing.progress import RecordingProgress

Fetch = Callable[..., Fetched]


@pytest.fixture
def progress() -> RecordingProgress:
    return RecordingProgress()


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    with workspace(tmp_path / "state", RecordingProgress()) as space:
        yield space


@pytest.fixture
def application(tmp_path: Path) -> Path:
    """A repository with one commit."""
    return gitserver.repository(
        tmp_path / "app", {"app.py": "print()\n", "bin/start*": "#!/bin/sh\n", "sub/one": "1"}
    )


@pytest.fixture
def fetched(space: Workspace, progress: RecordingProgress, tmp_path: Path) -> Fetch:
    """Fetches the source of a request, given by its fields."""

    def by_fields(source: str | Path, **fields: object) -> Fetched:
        request = S2IRequest(source=str(source), directory=tmp_path, **fields)  # type: ignore[arg-type]
        return fetch(request, GitProgram(), space, progress)

    return by_fields
