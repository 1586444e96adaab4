"""A full disk: reading goes on, writing is refused and nothing is half done, room heals it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from e2e.server.load import listed
from e2e.server.process import Server
from e2e.server.waiting import until

MAPS = "/api/v1/namespaces/default/configmaps"
SIZE = 24 << 20
LARGE = 200_000


@dataclass(frozen=True, slots=True)
class Disk:
    """A small file system, which can be filled and emptied."""

    directory: Path

    @property
    def _filler(self) -> Path:
        return self.directory / "filler"

    def fill(self) -> None:
        """Leave no room at all."""
        with self._filler.open("ab", buffering=0) as file:
            for size in (1 << 16, 1 << 12, 1):
                _append_until_full(file.fileno(), b"\1" * size)

    def empty(self) -> None:
        """Make room."""
        self._filler.unlink()


def _append_until_full(descriptor: int, piece: bytes) -> None:
    try:
        while True:
            os.write(descriptor, piece)
    except OSError:
        return


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A small file system of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "slipcast-test", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only who may mount a small file system can fill it")
    yield Disk(place)
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture
def server(disk: Disk, tmp_path: Path) -> Iterator[Server]:
    """A server whose state directory is on the small disk; not started."""
    server = Server(state=disk.directory / "state", log=tmp_path / "server.log")
    yield server
    server.close()


def a_map(name: str) -> dict[str, object]:
    return {"metadata": {"name": name}, "data": {"text": "x" * LARGE}}


def refused(client: httpx.Client, written: list[str]) -> httpx.Response:
    """The first write that was refused; what was written before is added to the list."""
    for number in range(2 * SIZE // LARGE):
        answer = client.post(MAPS, json=a_map(f"m{number}"))
        if answer.status_code != 201:
            return answer
        written.append(f"m{number}")
    raise AssertionError("nothing was refused")


def test_on_a_full_disk_writes_are_refused_and_reads_go_on(server: Server, disk: Disk) -> None:
    server.start()
    disk.fill()

    with server.client() as client:
        written: list[str] = []
        answer = refused(client, written)
        found = listed(client, MAPS)
        ready = client.get("/readyz").status_code

    assert (answer.status_code, answer.json()["reason"]) == (503, "ServiceUnavailable")
    assert answer.json()["message"] == "the disk is full: reading goes on, writing does not"
    assert int(answer.headers["retry-after"]) > 0
    assert found.keys() == set(written)
    assert ready == 200


def test_with_room_again_writing_goes_on_and_nothing_was_half_done(
    server: Server, disk: Disk
) -> None:
    server.start()
    disk.fill()
    written: list[str] = []
    with server.client() as client:
        refused(client, written)
        client.post("/api/v1/namespaces", json={"metadata": {"name": "half"}})

        disk.empty()
        until(lambda: client.post(MAPS, json=a_map("after")).status_code == 201)

        before = listed(client, MAPS)
        whole = client.post("/api/v1/namespaces", json={"metadata": {"name": "whole"}})
        assert client.get("/api/v1/namespaces/half").status_code == 404
        assert whole.status_code == 201
        accounts = listed(client, "/api/v1/namespaces/whole/serviceaccounts")
        assert set(accounts) >= {"builder", "default", "deployer"}
    server.kill()
    server.start()
    with server.client() as client:
        assert listed(client, MAPS) == before
    assert before.keys() == {*written, "after"}


def test_a_server_killed_on_a_full_disk_reads_when_it_starts_again(
    server: Server, disk: Disk
) -> None:
    server.start()
    written: list[str] = []
    disk.fill()
    with server.client() as client:
        refused(client, written)
    server.kill()

    server.start()

    with server.client() as client:
        assert listed(client, MAPS).keys() == set(written)
        assert client.post(MAPS, json=a_map("still")).status_code == 503
        disk.empty()
        until(lambda: client.post(MAPS, json=a_map("after")).status_code == 201)


def test_a_first_start_on_a_full_disk_says_so_and_a_later_one_works(
    server: Server, disk: Disk
) -> None:
    disk.fill()

    ended = server.run("--listen", f"127.0.0.1:{server.port}")

    assert ended.code == 1
    assert "No space left on device" in ended.stderr
    assert "Traceback" not in ended.said
    disk.empty()
    server.start()
    assert not [path for path in server.state.rglob("*") if ".new" in path.name]


def test_a_full_disk_under_its_own_log_does_not_end_a_server(server: Server, disk: Disk) -> None:
    started = server.run("--background", "--listen", f"127.0.0.1:{server.port}")
    try:
        disk.fill()
        with server.client() as client:
            refused(client, [])
            answers = {client.get("/api/v1/namespaces/default").status_code for _ in range(300)}
        disk.empty()
        with server.client() as client:
            until(lambda: client.post(MAPS, json=a_map("after")).status_code == 201)
    finally:
        stopped = server.run("--stop")

    assert started.code == 0, started.said
    assert answers == {200}
    assert stopped.code == 0, stopped.said
