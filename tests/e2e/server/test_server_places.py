"""State directories and ports: one server each, and nothing of anybody else's is touched."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from e2e.server.conftest import New
from e2e.server.process import Server
from e2e.server.waiting import until

NAMESPACES = "/api/v1/namespaces"
LOCKS = ("journal.db.lock", "server.lock")


def test_a_second_server_is_refused_and_told_about_the_first(server: Server) -> None:
    process = server.said["pid"]

    for words in ((), ("--background",)):
        ended = server.run("--listen", "127.0.0.1:0", *words)

        assert ended.code == 1
        assert f"process {process} at {server.url}" in ended.stderr
        assert "slipcast server --stop" in ended.stderr
    with server.client() as client:
        assert client.get("/readyz").status_code == 200


def test_a_server_is_told_about_and_stopped_from_outside(server: Server) -> None:
    status = json.loads(server.run("--status").stdout)

    stopped = server.run("--stop")

    assert (status["running"], status["ready"]) == (True, True)
    assert (status["pid"], status["address"]) == (server.said["pid"], server.url)
    assert stopped.code == 0
    assert server.ended() == 0
    assert server.run("--status").code == 3


def test_a_server_that_does_not_answer_is_told_about_too(server: Server) -> None:
    os.kill(server.said["pid"], signal.SIGSTOP)

    ended = server.run("--status")
    os.kill(server.said["pid"], signal.SIGCONT)

    assert json.loads(ended.stdout)["running"] is True
    assert json.loads(ended.stdout)["ready"] is False
    until(lambda: json.loads(server.run("--status").stdout)["ready"])


def test_a_port_that_is_taken_is_said(new: New) -> None:
    server = new()
    with socket.create_server(("127.0.0.1", server.port)):
        ended = server.run("--listen", f"127.0.0.1:{server.port}")
        behind = server.run("--listen", f"127.0.0.1:{server.port}", "--background")

    assert ended.code == 1
    assert f"cannot listen on 127.0.0.1:{server.port}: Address already in use" in ended.stderr
    assert behind.code == 1
    assert "Address already in use" in behind.stderr


def test_two_servers_with_places_of_their_own_do_not_meet(new: New) -> None:
    one, other = new("one").start(), new("other").start()

    with one.client() as client:
        client.post(NAMESPACES, json={"metadata": {"name": "mine"}})

    with other.client() as client:
        assert client.get(f"{NAMESPACES}/mine").status_code == 404
    with one.client() as stranger, pytest.raises(httpx.ConnectError, match="certificate"):
        stranger.get(f"{other.url}/readyz")


def test_a_journal_of_a_newer_version_is_refused_and_untouched(server: Server) -> None:
    assert server.terminate() == 0
    with closing(sqlite3.connect(server.state / "journal.db")) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = (server.state / "journal.db").read_bytes()

    ended = server.run("--listen", "127.0.0.1:0")

    assert ended.code == 1
    assert "has version 99, this program knows" in ended.stderr
    assert (server.state / "journal.db").read_bytes() == before


@pytest.mark.parametrize("content", [b"dear diary", b"x" * 9000, b"SQLite format 3\0" + b"y" * 99])
def test_a_file_of_somebody_else_is_refused_and_untouched(new: New, content: bytes) -> None:
    server = new()
    server.state.mkdir()
    (server.state / "journal.db").write_bytes(content)

    ended = server.run("--listen", "127.0.0.1:0")

    assert ended.code == 1
    assert "is not a journal of slipcast" in ended.stderr
    assert "it was not touched" in ended.stderr
    assert (server.state / "journal.db").read_bytes() == content
    assert {path.name for path in server.state.iterdir()} <= {"journal.db", *LOCKS}


def test_a_database_of_somebody_else_is_refused_and_untouched(new: New) -> None:
    server = new()
    server.state.mkdir()
    with closing(sqlite3.connect(server.state / "journal.db")) as connection:
        connection.executescript("CREATE TABLE journal (entry TEXT); INSERT INTO journal VALUES(1)")
    before = (server.state / "journal.db").read_bytes()

    ended = server.run("--listen", "127.0.0.1:0")

    assert "is not a journal of slipcast" in ended.stderr
    assert (server.state / "journal.db").read_bytes() == before


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A directory in which nobody writes."""
    place = tmp_path / "fixed"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "ro", "slipcast-test", str(place)]
    if os.geteuid() != 0:
        place.chmod(0o500)
        yield place
        return
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("may not mount")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.mark.parametrize("below", ["", "state"])
@pytest.mark.parametrize("words", [(), ("--background",)])
def test_a_directory_in_which_nobody_may_write_is_said(
    read_only: Path, tmp_path: Path, below: str, words: tuple[str, ...]
) -> None:
    server = Server(state=read_only / below, log=tmp_path / "log")

    ended = server.run("--listen", "127.0.0.1:0", *words)

    assert ended.code == 1
    assert f"the state directory {read_only / below} cannot be used: " in ended.stderr
    assert "--state-dir names another" in ended.stderr
    assert "internal error" not in ended.stderr


def test_a_file_in_the_place_of_the_directory_is_said(new: New) -> None:
    server = new()
    server.state.write_text("a file")

    ended = server.run("--listen", "127.0.0.1:0")

    assert ended.code != 0
    assert "is a file" in ended.stderr
    assert server.state.read_text() == "a file"
