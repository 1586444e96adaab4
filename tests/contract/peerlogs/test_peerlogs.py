"""The PeerLogs port: what lies here, and what is asked for over HTTP, are told alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest

from slipcast.adapters.peerlogs import HttpPeerLogs, Peer
from slipcast.adapters.podlogs import DirectoryLogs
from slipcast.ports.peerlogs import PeerLogs
from slipcast.server.peerdoor import PeerDoor
from slipcast.store.actions.records import Held
from slipcast.values.faults import NotFound
from slipcast.values.sensitive import Sensitive

pytestmark = pytest.mark.anyio

KEY = "b-1"
SAID = b"".join(b"2026-11-23T06:00:00Z stdout F %d\n" % number for number in range(9))
PEER = Peer(name="other", address="https://other:8443", authority="")


async def said() -> AsyncIterator[bytes]:
    yield SAID


async def word() -> Sensitive:
    return Sensitive("word")


async def another() -> Sensitive:
    return Sensitive("another")


async def one() -> tuple[Peer, ...]:
    return (PEER,)


def over_http(held: PeerLogs) -> HttpPeerLogs:
    transport = httpx.ASGITransport(PeerDoor(held, word).app)
    return HttpPeerLogs(one, word, transport)


def here(held: PeerLogs) -> PeerLogs:
    return held


@pytest.fixture
async def held(tmp_path: Path) -> Held:
    logs = DirectoryLogs(tmp_path / "logs")
    await logs.keep(KEY, "main", said())
    return Held(None, logs)


@pytest.fixture(params=[here, over_http])
def peers(request: pytest.FixtureRequest, held: Held) -> PeerLogs:
    made: Callable[[PeerLogs], PeerLogs] = request.param
    return made(held)


async def told(peers: PeerLogs, container: str = "main", *, follow: bool = False) -> bytes:
    pieces = await peers.records("", KEY, container, follow=follow)
    return b"".join([piece async for piece in pieces])


async def test_a_log_arrives_as_it_lies(peers: PeerLogs) -> None:
    assert await told(peers) == SAID


async def test_a_log_that_is_followed_ends_where_it_ends(peers: PeerLogs) -> None:
    assert await told(peers, follow=True) == SAID


async def test_who_has_no_such_log_says_so(peers: PeerLogs) -> None:
    with pytest.raises(NotFound):
        await told(peers, "other")


async def test_whose_logs_are_kept_is_told(peers: PeerLogs) -> None:
    assert await peers.containers(KEY) == ("main",)
    assert await peers.containers("b-2") == ()


async def test_who_does_not_know_the_word_is_told_nothing(held: Held) -> None:
    transport = httpx.ASGITransport(PeerDoor(held, word).app)
    stranger = HttpPeerLogs(one, another, transport)

    assert await stranger.containers(KEY) == ()
    with pytest.raises(NotFound):
        await told(stranger)


async def test_a_server_that_moved_is_asked_where_it_is(held: Held) -> None:
    peers = [PEER]

    async def moving() -> list[Peer]:
        return peers

    logs = HttpPeerLogs(moving, word, httpx.ASGITransport(PeerDoor(held, word).app))
    await logs.containers(KEY)

    peers[:] = [Peer(name=PEER.name, address="https://moved:8443", authority="")]

    assert await told(logs) == SAID
