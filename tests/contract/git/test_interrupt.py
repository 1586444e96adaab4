"""A clone that is interrupted: git and the helpers it started are gone."""

from __future__ import annotations

import os
import select
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from slipcast.ports.git import CloneSpec, Git
from slipcast.values.giturl import parse_git_url

PATIENCE = 30.0
"""Seconds that a killed process may take to be gone."""


@contextmanager
def _silent_server() -> Iterator[int]:
    """A port that interrupts this process once it is called, and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        called: list[socket.socket] = []

        def accept() -> None:
            called.append(server.accept()[0])
            os.kill(os.getpid(), signal.SIGINT)

        thread = threading.Thread(target=accept)
        thread.start()
        yield server.getsockname()[1]
        thread.join()
        called[0].close()


def _mentioning(text: str) -> list[bytes]:
    """The command lines that mention a text, of processes that do not end of their own accord.

    Shape:  a killed process that is nobody's child here ends when the kernel comes to it.
    """
    lines = []
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            process = os.pidfd_open(int(directory.name))
        except OSError:
            continue
        try:
            line = (directory / "cmdline").read_bytes()
            if text.encode() in line and not select.select([process], [], [], PATIENCE)[0]:
                lines.append(line)
        except OSError:
            continue
        finally:
            os.close(process)
    return lines


def test_an_interrupted_clone_leaves_no_process(git: Git, tmp_path: Path):
    with _silent_server() as port:
        url = parse_git_url(f"http://127.0.0.1:{port}/app.git")
        assert url is not None

        with pytest.raises(KeyboardInterrupt):
            git.clone(CloneSpec(url=url), tmp_path / "into")

    assert _mentioning(f"127.0.0.1:{port}") == []
