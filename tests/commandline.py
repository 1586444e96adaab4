"""The program as scripts call it, in tests: begun, ended, asked what it left behind."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import containers

SLEEPING = "#!/bin/sh\necho started >&2\nsleep 600\n"
SERVING = """\
#!/usr/bin/python3
import signal, socket, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
with socket.create_server(("", PORT)) as server, open("/opt/app/index.html", "rb") as page:
    content = page.read()
    while True:
        client, _ = server.accept()
        with client:
            client.recv(65536)
            client.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n" + content)
"""
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT]


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command line ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> dict[str, Any]:
        """The JSON document on standard output."""
        document: dict[str, Any] = json.loads(self.stdout)
        return document


@dataclass(slots=True, kw_only=True)
class Program:
    """The installed program, in a directory and with a state of its own."""

    directory: Path
    state: Path
    environment: dict[str, str] = field(default_factory=dict)
    pids: list[int] = field(default_factory=list)

    def __call__(self, *words: str) -> Ran:
        """Run a command line to its end."""
        child = self._started(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = child.communicate(timeout=300)
        return Ran(child.returncode, out.decode(), err.decode())

    @contextlib.contextmanager
    def begun(self, *words: str) -> Iterator[Begun]:
        """A command line that runs while the test goes on."""
        log = self.directory.parent / "log"
        with log.open("wb") as into:
            child = self._started(words, stdout=into, stderr=into)
        try:
            yield Begun(child, log)
        finally:
            child.kill()
            child.wait()

    def left_behind(self) -> list[str]:
        """What is still there although nothing runs: containers, directories, processes."""
        found = [
            str(path)
            for name in ("tmp", "runs", "runc")
            if (self.state / name).is_dir()
            for path in (self.state / name).iterdir()
        ]
        found += [str(path) for path in self.state.glob("s2i*")]
        rows = json.loads(containers.podman("ps", "--all", "--external", "--format=json"))
        names = (name for row in rows for name in row["Names"])
        found += [name for name in names if any(f"-{pid}-" in name for pid in self.pids)]
        return found + [line for line in _command_lines() if str(self.state) in line]

    def _started(self, words: tuple[str, ...], **streams: Any) -> subprocess.Popen[bytes]:
        child = subprocess.Popen(
            [sys.executable, "-m", "slipcast", *words],
            cwd=self.directory, env=self.env, stdin=subprocess.DEVNULL, start_new_session=True,
            **streams,
        )  # fmt: skip
        self.pids.append(child.pid)
        return child

    @property
    def env(self) -> dict[str, str]:
        """The environment in which it runs."""
        return {
            **os.environ,
            "SLIPCAST_STATE": str(self.state),
            "SLIPCAST_STORAGE_ROOT": str(containers.STORAGE),
            "SLIPCAST_RUN_ROOT": str(containers.RUN),
            "SLIPCAST_ENGINE": "buildah",
            **self.environment,
        }


@dataclass(slots=True)
class Begun:
    """A command line on its way."""

    child: subprocess.Popen[bytes]
    log: Path

    @property
    def printed(self) -> str:
        """What it has printed so far."""
        return self.log.read_text(errors="replace")

    def prints(self, text: str, times: int = 1) -> None:
        """Wait until it has printed a text."""
        containers.wait_for(
            lambda: self.printed.count(text) >= times or self.child.poll() is not None,
            f"{text!r} was printed", seconds=120,
        )  # fmt: skip
        assert self.printed.count(text) >= times, self.printed

    def ends(self) -> int:
        """Wait for its end; the exit code."""
        return self.child.wait(240)


def _command_lines() -> list[str]:
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            lines.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return lines


def script(program: Program, name: str, text: str) -> None:
    """Give the application a script of its own."""
    path = program.directory / "app/.s2i/bin" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@dataclass(slots=True)
class SilentServer:
    """Takes connections and never says a word."""

    listening: socket.socket
    connections: list[socket.socket] = field(default_factory=list)

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self.listening.getsockname()[1]
        return port

    def is_asked(self) -> None:
        """Wait until somebody connects."""
        self.listening.settimeout(60)
        self.connections.append(self.listening.accept()[0])


@contextlib.contextmanager
def silent_server() -> Iterator[SilentServer]:
    """A server on loopback that makes its clients wait."""
    with contextlib.ExitStack() as open_, socket.create_server(("127.0.0.1", 0)) as listening:
        server = SilentServer(listening)
        yield server
        for connection in server.connections:
            open_.enter_context(connection)


def fetched(port: int, path: str) -> bytes:
    """What answers on a port of loopback."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.closing(connection):
        connection.request("GET", path)
        return connection.getresponse().read()


def repository(program: Program, *, commit: bool = True) -> None:
    """Make the application a Git repository."""
    who = ["-c", "user.name=Tester", "-c", "user.email=tester@example.com"]
    git = ["git", "-C", str(program.directory / "app"), *who]
    subprocess.run([*git, "init", "--quiet", "--initial-branch=main"], check=True)
    if commit:
        subprocess.run([*git, "add", "."], check=True)
        subprocess.run([*git, "commit", "--quiet", "--message=First"], check=True)
