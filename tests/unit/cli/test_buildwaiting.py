"""Who follows a build that does not begin is told what it waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest

from slipcast.api import kinds
from slipcast.api.build import Build
from slipcast.api.document import JSON
from slipcast.api.lens import read
from slipcast.cli.buildwaiting import explain, explained
from slipcast.cli.toolbox import ServerFlags
from slipcast.ports.api import Patch, Resource
from slipcast.testing.toolbox import FakeToolbox
from slipcast.values.faults import Fault

WHERE = Resource(kinds.require(kinds.BUILD, "Build"), "default", "app-1")


@pytest.fixture(autouse=True)
def _there(toolbox: FakeToolbox) -> None:
    strategy: JSON = {"dockerStrategy": {}}
    source: JSON = {"dockerfile": "FROM scratch"}
    toolbox.server.put(
        {
            "apiVersion": "build.openshift.io/v1",
            "kind": "Build",
            "metadata": {"name": "app-1"},
            "spec": {"source": source, "strategy": strategy, "serviceAccount": "builder"},
        }
    )


def told(toolbox: FakeToolbox, *statuses: JSON) -> list[str]:
    """What is told of a build that comes to have each of some statuses after it was looked at."""
    said: list[str] = []

    async def watched() -> None:
        async with toolbox.connect(ServerFlags()) as there:
            first, *later = statuses
            await there.api.patch(WHERE, Patch(type="merge", body={"status": first}))
            build = read((await there.api.get(WHERE)).content, Build)
            for status in later:
                await there.api.patch(WHERE, Patch(type="merge", body={"status": status}))
            await explain(there, build, said.append)

    asyncio.run(watched())
    return said


def test_each_reason_is_told_once_until_the_build_runs_up_30(toolbox: FakeToolbox) -> None:
    lacks = {"phase": "New", "message": "These resources do not exist: Secrets [key]"}
    full = {"phase": "Pending", "message": "2 of 2 builds run"}

    said = told(toolbox, lacks, {"startTimestamp": None}, full, {"phase": "Running"})

    assert said == [
        "the build waits: These resources do not exist: Secrets [key]",
        "the build waits: 2 of 2 builds run",
    ]


def test_of_a_build_that_runs_nothing_is_told(toolbox: FakeToolbox) -> None:
    assert told(toolbox, {"phase": "Running", "message": "x"}) == []


def test_a_build_that_begins_says_nothing_of_waiting(toolbox: FakeToolbox) -> None:
    assert told(toolbox, {"phase": "New"}, {"phase": "Pending"}, {"phase": "Running"}) == []


def followed(toolbox: FakeToolbox, following: Awaitable[int]) -> int:
    """What following a build comes to of which nothing can be seen."""

    async def run() -> int:
        async with toolbox.connect(ServerFlags()) as there:
            return await explained(there, "no-such-build", print, following)

    return asyncio.run(run())


async def ending(code: int) -> int:
    """A build is followed for a moment."""
    await asyncio.sleep(0)
    return code


async def failing() -> int:
    """A build is followed, and that fails."""
    raise Fault("it was deleted")


def test_who_follows_sees_the_end_whatever_cannot_be_told(toolbox: FakeToolbox) -> None:
    assert followed(toolbox, ending(3)) == 3


def test_a_failure_of_the_following_stays_what_it_is(toolbox: FakeToolbox) -> None:
    with pytest.raises(Fault, match="it was deleted"):
        followed(toolbox, failing())
