"""A layer goes ahead of its image's push, and how that ends is nobody's fault."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from threading import Event

import pytest

from slipcast.adapters.engine.buildah.ahead import (
    Abandoned,
    Described,
    Missing,
    Outgoing,
    SendTo,
    Tar,
    Target,
)
from slipcast.adapters.engine.buildah.change import Change, read_change
from slipcast.adapters.layers.recording import record
from slipcast.ports.engine import ANONYMOUS

LARGE = 9 << 20
TARGET = Target(destination="registry.example/a", access=ANONYMOUS)


@pytest.fixture
def upper(tmp_path: Path) -> Path:
    upper = tmp_path / "upper"
    (upper / "d").mkdir(parents=True)
    (upper / "d/large").write_bytes(os.urandom(LARGE))
    (upper / "d/twin").hardlink_to(upper / "d/large")
    (upper / "d/soft").symlink_to("large")
    (upper / "none").touch()
    return upper


@pytest.fixture
def change(upper: Path) -> Change:
    return read_change(upper, [], leave_out=(), latest=1_600_000_000)


@pytest.fixture
def diff_id(change: Change, tmp_path: Path) -> str:
    members = ((found.member, found.path) for found in change.found)
    return record(members, tmp_path / "split").diff_id


def going(send: SendTo) -> Outgoing:
    return Outgoing(send)


def digest(pieces: Iterable[bytes]) -> str:
    return f"sha256:{hashlib.sha256(b''.join(pieces)).hexdigest()}"


def test_what_goes_ahead_is_the_very_tar_that_is_recorded(
    upper: Path, change: Change, diff_id: str
) -> None:
    descriptor = os.open(upper, os.O_RDONLY)

    sent = digest(Tar(change.found, upper, descriptor))
    os.close(descriptor)

    assert sent == diff_id


def test_it_goes_on_while_the_layer_is_moved_into_the_store(
    upper: Path, change: Change, diff_id: str
) -> None:
    moved, sent = Event(), list[str]()

    def send(_: Target, pieces: Tar, __: Described) -> None:
        moved.wait()
        sent.append(digest(pieces))

    outgoing = going(send)
    ahead = outgoing.begin(TARGET, change.found, upper)
    assert ahead is not None
    ahead.tell(diff_id)
    upper.rename(upper.with_name("store"))
    moved.set()
    outgoing.wait(diff_id)

    assert sent == [diff_id]


def test_a_layer_that_the_store_had_before_is_read_there(
    upper: Path, change: Change, diff_id: str
) -> None:
    moved, sent = Event(), list[str]()

    def send(_: Target, pieces: Tar, __: Described) -> None:
        moved.wait()
        sent.append(digest(pieces))

    outgoing = going(send)
    ahead = outgoing.begin(TARGET, change.found, upper)
    assert ahead is not None
    ahead.tell(diff_id)
    shutil.copytree(upper, upper.with_name("store"), symlinks=True)
    ahead.read_from(upper.with_name("store"))
    shutil.rmtree(upper)
    moved.set()
    outgoing.wait(diff_id)

    assert sent == [diff_id]


def test_a_place_that_fails_is_left_to_the_push(upper: Path, change: Change) -> None:
    def send(*_: object) -> None:
        raise OSError("unreachable")

    outgoing = going(send)
    ahead = outgoing.begin(TARGET, change.found, upper)
    assert ahead is not None
    ahead.tell("sha256:1")
    outgoing.wait("sha256:1")

    assert not ahead.is_alive


def test_a_small_layer_waits_for_the_push(upper: Path, change: Change) -> None:
    small = [found for found in change.found if found.member.size < LARGE]

    assert going(print).begin(TARGET, small, upper) is None


def test_a_file_cut_short_meanwhile_is_noticed(upper: Path, change: Change) -> None:
    (upper / "d/large").write_bytes(b"short")
    descriptor = os.open(upper, os.O_RDONLY)

    with pytest.raises(Missing):
        digest(Tar(change.found, upper, descriptor))
    os.close(descriptor)


def test_a_commit_that_failed_abandons_its_layer() -> None:
    described = Described()

    described.tell("")

    with pytest.raises(Abandoned):
        described.wait()
