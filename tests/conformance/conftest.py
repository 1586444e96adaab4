"""One running server for the whole session, and the clients that are pointed at it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

import containers
from warm import warm

PATIENCE = 120
PROGRAM = (sys.executable, "-m", "slipcast")


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command line ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> dict[str, Any]:
        """The JSON document on standard output."""
        document: dict[str, Any] = msgspec.json.decode(self.stdout)
        return document


@dataclass(frozen=True, slots=True)
class Begun:
    """A command line on its way."""

    child: subprocess.Popen[bytes]
    log: Path

    @property
    def printed(self) -> str:
        """What it has printed so far."""
        return self.log.read_text()

    def prints(self, text: str) -> None:
        """Wait until it has printed a text."""
        containers.wait_for(
            lambda: text in self.printed or self.child.poll() is not None,
            f"{text!r} was printed", seconds=PATIENCE,
        )  # fmt: skip
        assert text in self.printed, self.printed


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that runs, reached as its administrator; program is how slipcast is called."""

    url: str
    kubeconfig: Path
    state: Path
    directory: Path
    environment: dict[str, str] = field(default_factory=dict)
    program: tuple[str, ...] = PROGRAM

    def kubectl(self, *words: str, stdin: str = "") -> Ran:
        """Run kubectl against the server."""
        return self._run(["kubectl", *words], stdin)

    def slipcast(self, *words: str, stdin: str = "") -> Ran:
        """Run slipcast against the server."""
        return self._run([*self.program, *words], stdin)

    @contextmanager
    def begun(self, log: Path, program: str, *words: str) -> Iterator[Begun]:
        """Run kubectl or slipcast while the test goes on; what it prints goes to a file."""
        argv = [program] if program == "kubectl" else PROGRAM
        with log.open("wb") as into:
            child = subprocess.Popen(
                [*argv, *words], cwd=self.directory, env=self.env, stdin=subprocess.DEVNULL,
                stdout=into, stderr=subprocess.STDOUT,
            )  # fmt: skip
        try:
            yield Begun(child, log)
        finally:
            child.kill()
            child.wait()

    @property
    def env(self) -> dict[str, str]:
        """The environment of the clients."""
        return {**os.environ, "KUBECONFIG": str(self.kubeconfig), **self.environment}

    def _run(self, argv: list[str], stdin: str) -> Ran:
        ended = subprocess.run(
            argv, input=stdin.encode(), cwd=self.directory, env=self.env, timeout=PATIENCE,
            check=False, capture_output=True,
        )  # fmt: skip
        return Ran(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


@pytest.fixture(scope="session")
def warm_program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, ...]]:
    """How slipcast is called where its start is not what is looked at."""
    with warm(tmp_path_factory.mktemp("warm")) as words:
        yield words


@pytest.fixture(scope="session")
def server(
    tmp_path_factory: pytest.TempPathFactory, warm_program: tuple[str, ...]
) -> Iterator[Server]:
    """The server of the session."""
    with running(tmp_path_factory) as server:
        yield replace(server, program=warm_program)


@contextmanager
def running(places: pytest.TempPathFactory, **settings: str) -> Iterator[Server]:
    """A server with such settings, on a port that was free, with a state of its own."""
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed")
    state = places.mktemp("server")
    environment = {"HOME": str(places.mktemp("home")), **settings}
    argv = [*PROGRAM, "server", "--state-dir", str(state)]
    started = subprocess.run(
        [*argv, "--background", "--listen", "127.0.0.1:0", "--output", "json"],
        env={**os.environ, **environment}, check=True, capture_output=True, timeout=PATIENCE,
    )  # fmt: skip
    told = msgspec.json.decode(started.stdout)
    try:
        yield Server(
            url=told["address"],
            kubeconfig=Path(told["kubeconfig"]),
            state=state,
            directory=places.mktemp("client"),
            environment=environment,
        )
    finally:
        subprocess.run([*argv, "--stop"], check=True, capture_output=True, timeout=PATIENCE)
