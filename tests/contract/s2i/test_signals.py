"""The program is told to end while a script runs: everything is taken back (S2I-296 to 299)."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

import containers

pytestmark = pytest.mark.engine

NEVER_ENDS = "#!/bin/sh\necho begun\nexec sleep {marker}\n"


@pytest.fixture
def marker() -> str:
    """A number of seconds that no other process on this host sleeps for."""
    return str(10_000_000 + secrets.randbelow(80_000_000))


@pytest.fixture
def building(tmp_path: Path, builder_image: str, marker: str) -> Iterator[subprocess.Popen[bytes]]:
    """A build whose assemble never ends, begun."""
    script = tmp_path / "source/.s2i/bin/assemble"
    script.parent.mkdir(parents=True)
    script.write_text(NEVER_ENDS.format(marker=marker))
    env = {
        **os.environ,
        "SLIPCAST_STATE": str(tmp_path / "state"),
        "SLIPCAST_STORAGE_ROOT": str(containers.STORAGE),
        "SLIPCAST_RUN_ROOT": str(containers.RUN),
        "SLIPCAST_ENGINE": "buildah",
    }
    words = ("s2i", "build", str(tmp_path / "source"), builder_image, containers.a_name())
    child = subprocess.Popen(
        (sys.executable, "-m", "slipcast", *words, "--network", "none"),
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert child.stdout is not None
    try:
        until(child.stdout, b"begun")
        yield child
    finally:
        child.kill()
        child.communicate()


def until(stream: IO[bytes], words: bytes) -> None:
    """Read lines until one holds the words."""
    seen = []
    for line in iter(stream.readline, b""):
        seen.append(line)
        if words in line:
            return
    raise AssertionError(b"".join(seen).decode())


def sleeping(marker: str) -> bool:
    """Whether a process of the script still runs."""
    return any(marker.encode() in words(path) for path in Path("/proc").glob("[0-9]*"))


def words(process: Path) -> list[bytes]:
    """The command line of a process, none when it ended meanwhile."""
    try:
        return (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return []


def working_containers() -> set[str]:
    listed = subprocess.run(
        ("buildah", *containers.engine_flags(), "containers", "--json"),
        env=containers.engine_env(), capture_output=True, check=True,
    )  # fmt: skip
    return {each["containername"] for each in json.loads(listed.stdout or b"[]") or []}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_build_and_leaves_nothing_s2i_336(
    building: subprocess.Popen[bytes], marker: str, tmp_path: Path, number: signal.Signals
):
    containers.wait_for(lambda: sleeping(marker), "the script began to sleep")
    ours = f"-{building.pid}-"
    assert [name for name in working_containers() if ours in name]

    building.send_signal(number)
    building.communicate(timeout=60)

    assert building.returncode == 2
    assert not sleeping(marker)
    assert list((tmp_path / "state").glob("s2i-*")) == []
    assert [name for name in working_containers() if ours in name] == []
