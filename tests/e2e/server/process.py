"""A `slipcast server` of a test's own: started, killed, started again on what it left."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from containers import a_port

SLOWEST_START = 120.0
SLOWEST_END = 60.0
PROGRAM = (sys.executable, "-m", "slipcast", "server")


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def said(self) -> str:
        """All that it printed."""
        return self.stdout + self.stderr


@dataclass(slots=True, kw_only=True)
class Server:
    """A server process over a state directory, in the foreground, on one port for all its lives."""

    state: Path
    log: Path
    port: int = field(default_factory=a_port)
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    said: dict[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"https://127.0.0.1:{self.port}"

    @property
    def kubeconfig(self) -> Path:
        """The way in for its administrator."""
        return self.state / "admin.kubeconfig"

    @property
    def logged(self) -> str:
        """What it printed to standard error, in all its lives."""
        return self.log.read_text()

    @property
    def _env(self) -> dict[str, str]:
        own = self.log.parent
        home = {"HOME": str(own), "SLIPCAST_STATE": str(own / "own")}
        return {**os.environ, **home, **self.environment}

    @property
    def _words(self) -> list[str]:
        return [*PROGRAM, "--state-dir", str(self.state), "--output", "json"]

    def begin(self) -> subprocess.Popen[bytes]:
        """Start it, and do not wait."""
        listening = ("--listen", f"127.0.0.1:{self.port}")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self._words, *listening], stdout=subprocess.PIPE, stderr=log, env=self._env
            )
        return self.process

    def start(self) -> Server:
        """Start it, and return when it serves."""
        process = self.begin()
        assert process.stdout is not None
        lines = []
        # It prints one document, whose last line is a brace, and prints it when it serves.
        for line in process.stdout:
            lines.append(line)
            if line == b"}\n" or line.endswith(b"}\n"):
                break
        assert lines, f"the server ended: {self.logged[-2000:]}"
        self.said = json.loads(b"".join(lines))
        return self

    def kill(self) -> None:
        """End it without a chance to say goodbye."""
        assert self.process is not None
        self.process.kill()
        self._reap()

    def terminate(self) -> int:
        """Ask it to end; its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.ended()

    def ended(self) -> int:
        """Wait for its end; its exit code."""
        assert self.process is not None
        code = self.process.wait(SLOWEST_END)
        self._reap()
        return code

    def close(self) -> None:
        """Have it gone, whatever state it is in."""
        if self.process is not None:
            self.kill()

    def run(self, *words: str) -> Ran:
        """Run `slipcast server` for the same directory to its end."""
        ended = subprocess.run(
            [*self._words, *words], env=self._env, capture_output=True, text=True,
            timeout=SLOWEST_START, check=False,
        )  # fmt: skip
        return Ran(ended.returncode, ended.stdout, ended.stderr)

    def kubectl(self, *words: str, stdin: str = "") -> Ran:
        """Run kubectl as its administrator."""
        ended = subprocess.run(
            ["kubectl", "--kubeconfig", str(self.kubeconfig), *words], env=self._env,
            input=stdin, capture_output=True, text=True, timeout=SLOWEST_START, check=False,
        )  # fmt: skip
        return Ran(ended.returncode, ended.stdout, ended.stderr)

    def context(self) -> ssl.SSLContext:
        """TLS as its administrator, who trusts its authority only."""
        keys = self.state / "pki"
        context = ssl.create_default_context(cafile=str(keys / "ca.crt"))
        context.load_cert_chain(keys / "admin.crt", keys / "admin.key")
        return context

    def client(self, **options: Any) -> httpx.Client:
        """A client of its administrator."""
        return httpx.Client(
            base_url=self.url, verify=self.context(), timeout=30, trust_env=False, **options
        )

    def clients(self, context: ssl.SSLContext | None = None, **options: Any) -> httpx.AsyncClient:
        """A client of its administrator, for tasks."""
        return httpx.AsyncClient(
            base_url=self.url, verify=context or self.context(), timeout=30, trust_env=False,
            **options,
        )  # fmt: skip

    def _reap(self) -> None:
        assert self.process is not None
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None
