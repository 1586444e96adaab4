"""`slipcast build-logs`: LG-8."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from slipcast.adapters.podlogs import DirectoryLogs
from slipcast.api.document import JSON
from slipcast.store.store import Running
from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call

IMAGE = {"kind": "DockerImage", "name": "registry.example.com/ruby@sha256:" + "a" * 64}
SPEC = {
    "source": {"git": {"uri": "https://git.example.com/app.git"}},
    "strategy": {"sourceStrategy": {"from": IMAGE}},
}


def _build(name: str, phase: str) -> JSON:
    head = {"apiVersion": "build.openshift.io/v1", "kind": "Build", "metadata": {"name": name}}
    return {**head, "spec": SPEC, "status": {"phase": phase}}


@pytest.fixture(autouse=True)
def logs(toolbox: FakeToolbox, tmp_path: Path) -> None:
    """A build that is over, with its log, and one that has not begun."""
    kept = DirectoryLogs(tmp_path / "logs")
    toolbox.server.running = Running(logs=kept)
    old, _ = toolbox.server.put(_build("old-1", "Complete"), _build("new-1", "New"))
    asyncio.run(kept.keep(old["metadata"]["uid"], "sti-build", _records()))


async def _records() -> AsyncIterator[bytes]:
    yield b"2026-11-22T12:00:00.000000000Z stdout F Pushed\n"


@pytest.mark.parametrize(
    ("flags", "instead"),
    [
        ((), "-f build/old-1"),
        (("--follow=false",), "build/old-1"),
        (("-w",), "-f build/old-1"),
    ],
)
def test_the_log_of_a_build_is_shown_lg_8(call: Call, flags: tuple[str, ...], instead: str) -> None:
    ended = call("build-logs", "old-1", *flags)

    assert (ended.code, ended.stdout) == (0, "Pushed\n")
    assert ended.stderr == f"Warning: build-logs is deprecated; use `slipcast logs {instead}`\n"


def test_a_build_that_has_not_begun_is_not_waited_for_lg_8(call: Call) -> None:
    ended = call("build-logs", "new-1", "--nowait")

    assert (ended.code, ended.stdout) == (0, "")


@pytest.mark.parametrize("flags", [(), ("--nowait",)])
def test_a_build_that_is_not_there_is_told_in_words_lg_8(
    call: Call, flags: tuple[str, ...]
) -> None:
    ended = call("build-logs", "nosuch", *flags)

    assert ended.code == 1
    assert "the build nosuch could not be found" in ended.stderr


@pytest.mark.parametrize("words", [(), ("a", "b")])
def test_one_build_is_named_lg_8(call: Call, words: tuple[str, ...]) -> None:
    ended = call("build-logs", *words)

    assert ended.code == 1
    assert "build name is required" in ended.stderr
