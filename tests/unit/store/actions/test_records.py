"""Records of containers whose pods go while they are read."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import pytest
from typing_extensions import override

from slipcast.adapters.podlogs import DirectoryLogs
from slipcast.api.container import Container
from slipcast.api.meta import ObjectMeta
from slipcast.api.pod import Pod, PodSpec
from slipcast.ports.pods import Materials
from slipcast.store.actions.records import Ending, Held, OverError, Records, Source
from slipcast.testing.pods import FakePods
from slipcast.values.faults import NotFound
from slipcast.values.logrecords import written

pytestmark = pytest.mark.anyio

SOURCE = Source(pod="uid", key="key", container="main")
ONE, TWO = (written(b"2026-11-22T12:00:00.000000000Z", "stdout", text) for text in (b"1", b"2"))


class Forgetful(FakePods):
    """A host that forgets a pod as soon as somebody has read its first record."""

    @override
    async def _records(self, *_: object, **__: object) -> AsyncGenerator[bytes, None]:
        yield ONE
        raise NotFound("the pod is gone")


async def pieces(*content: bytes) -> AsyncGenerator[bytes, None]:
    for piece in content:
        yield piece


async def started(pods: FakePods) -> None:
    """A pod that runs."""
    spec = PodSpec(containers=(Container(name="main"),))
    await pods.start(Pod(metadata=ObjectMeta(name="web", uid="uid"), spec=spec), Materials())
    pods.run("uid")


async def read(records: Records) -> bytes:
    """All records."""
    async with aclosing(await records.read(SOURCE)) as found:
        return b"".join([piece async for piece in found])


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def logs(tmp_path: Path) -> DirectoryLogs:
    """Kept logs, of two records."""
    logs = DirectoryLogs(tmp_path)
    await logs.keep("key", "main", pieces(ONE + TWO))
    return logs


async def test_a_pod_that_is_forgotten_in_the_middle_is_read_on_from_there(
    logs: DirectoryLogs,
) -> None:
    pods = Forgetful()
    await started(pods)

    assert await read(Records(pods, logs)) == ONE + TWO


async def test_a_pod_that_nobody_runs_is_read_where_it_was_kept(logs: DirectoryLogs) -> None:
    assert await read(Records(FakePods(), logs)) == ONE + TWO


async def test_where_nothing_runs_and_nothing_is_kept_there_is_nothing() -> None:
    with pytest.raises(NotFound):
        await read(Records(None, None))


async def test_what_is_over_is_told_to_its_end(logs: DirectoryLogs) -> None:
    pods, ending = FakePods(), Ending()
    await started(pods)
    pods.say("web", "1")

    async with aclosing(await Records(pods, logs).follow(SOURCE, ending)) as following:
        first = await anext(following)
        ending.cut()
        pods.say("web", "2")
        rest = [piece async for piece in following]

    assert [line.rpartition(b" ")[2] for line in (first, *rest)] == [b"1\n", b"2\n"]


async def test_nobody_waits_for_what_is_over() -> None:
    pods, ending = FakePods(), Ending()
    await started(pods)
    ending.cut()

    async with aclosing(await pods.records("uid", "main", follow=True)) as silent:
        with pytest.raises(OverError):
            await ending.next(silent)


async def test_a_server_that_stops_lets_no_other_follow_any_longer() -> None:
    pods = FakePods()
    held = Held(pods, None)
    await started(pods)
    pods.say("web", "1")

    async with aclosing(await held.records("uid", "key", "main", follow=True)) as following:
        first = await anext(following)
        held.cut()
        before = [piece async for piece in following]
    after = [piece async for piece in await held.records("uid", "key", "main", follow=True)]

    assert before == []
    assert after == [first]
