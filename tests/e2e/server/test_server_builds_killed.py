"""Kill -9 under a load of builds: every build ends once, and nothing is left of it but its log.

SLIPCAST_KILLS says how often the server is killed; the nightly form says fifty. Those that look
after single builds, and those that start them, are killed as well.
"""

from __future__ import annotations

import logging
import os
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

from e2e.server.buildload import (
    ENDED,
    GROUP,
    Known,
    Phases,
    asking,
    cut_logs,
    killed_now_and_then,
    leftovers,
    prepare,
    processes,
    program,
    wrong,
)
from e2e.server.conftest import New
from e2e.server.process import Server
from e2e.server.waiting import soon, until

pytestmark = pytest.mark.anyio
log = logging.getLogger(__name__)

KILLS = int(os.environ.get("SLIPCAST_KILLS", "4"))
CLIENTS = 4
LONGEST = 2.0
"""Seconds of load before a kill."""
PATIENCE = 120.0

Builds = list[dict[str, Any]]


async def all_ended(server: Server) -> Builds:
    """The builds, when all of them have ended; nothing before."""
    async with server.clients() as client:
        answer = await client.get(f"{GROUP}/builds")
    builds: Builds = answer.raise_for_status().json()["items"]
    return [] if any(each["status"]["phase"] not in ENDED for each in builds) else builds


def newest(builds: Builds) -> int:
    """The revision of the last change of builds."""
    return max(int(each["metadata"]["resourceVersion"]) for each in builds)


def more_than(known: Known, count: int) -> Callable[[], Awaitable[bool]]:
    """Whether more builds were made than so many."""

    async def are_made() -> bool:
        return len(known.made) > count

    return are_made


async def load(server: Server, known: Known) -> None:
    """Ask for builds, and kill everything at random."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(killed_now_and_then, server, known)
        async with asking(server, known, CLIENTS):
            for _ in range(KILLS):
                await soon(more_than(known, len(known.made) + CLIENTS), PATIENCE)
                await anyio.sleep(random.uniform(0.05, LONGEST))  # noqa: S311  no secret
                await anyio.to_thread.run_sync(server.kill)
                await anyio.to_thread.run_sync(server.start)
        tasks.cancel_scope.cancel()


async def test_builds_end_once_whatever_is_killed(new: New, tmp_path: Path) -> None:
    path, begun = program(tmp_path)
    server = new(environment={"SLIPCAST_BUILDER_PROGRAM": str(path)}).start()
    known, watcher = Known(), Phases(prepare(server))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(watcher.follow_on, server, server.context())
        await load(server, known)
        builds = await soon(lambda: all_ended(server), PATIENCE)
        await watcher.caught_up(newest(builds))
        tasks.cancel_scope.cancel()

    log.info("builds: %s", Counter(each["status"]["phase"] for each in builds))
    assert list(wrong(known, builds, begun)) == []
    assert list(cut_logs(server, known, builds)) == []
    until(lambda: not leftovers(server, known))
    assert [name for name, phases in watcher.phases.items() if ENDED & {*phases[:-1]}] == []
    assert len(watcher.phases) == len(builds) > KILLS * CLIENTS
    assert server.terminate() == 0
    until(lambda: not processes(server))
