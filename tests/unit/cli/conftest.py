"""A command line over fakes: `call("s2i", "build", ...)` gives code, stdout and stderr."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from slipcast.cli import program
from slipcast.testing.toolbox import FakeToolbox


@dataclass(frozen=True, slots=True)
class Called:
    """How a command line ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> dict[str, Any]:
        """The JSON document on standard output."""
        document: dict[str, Any] = json.loads(self.stdout)
        return document


Call = Callable[..., Called]


@pytest.fixture
def toolbox(tmp_path: Path) -> FakeToolbox:
    """What the command line is given."""
    return FakeToolbox(directory=tmp_path)


@pytest.fixture
def call(toolbox: FakeToolbox, capfdbinary: pytest.CaptureFixture[bytes]) -> Call:
    """Calls a command line in the toolbox's directory."""

    def run(*words: str) -> Called:
        capfdbinary.readouterr()
        code = program.run(list(words), toolbox)
        out, err = capfdbinary.readouterr()
        return Called(code, out.decode(), err.decode())

    return run
