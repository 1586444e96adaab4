"""The program, where an application lies."""

from __future__ import annotations

from pathlib import Path

import pytest

import containers
from commandline import Program


@pytest.fixture
def program(tmp_path: Path, builder_image: str) -> Program:
    """The program, in a directory that holds an application in `app`."""
    assert builder_image == containers.BUILDER
    app = tmp_path / "work/app"
    app.mkdir(parents=True)
    (app / "index.html").write_text("hello\n")
    return Program(directory=tmp_path / "work", state=tmp_path / "state")
