"""What is kept for a connection: signals, requests that wait, certificates."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Any

import pytest
from typing_extensions import override

from slipcast.adapters import leanness
from slipcast.adapters.leanness import Queue, Signal, certificate_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class _Secured(asyncio.Transport):
    """A connection of a client with a certificate."""

    def __init__(self, certificate: bytes | None) -> None:
        super().__init__()
        self._certificate = certificate
        self.peer = {"subject": "somebody"}

    def getpeercert(self, *, binary_form: bool) -> bytes | None:
        assert binary_form
        return self._certificate

    @override
    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return {"ssl_object": self, "peercert": self.peer}.get(name, default)


async def test_who_waits_for_a_signal_goes_on_when_it_is_given() -> None:
    signal = Signal(is_set=False)
    waiting = [asyncio.ensure_future(signal.wait()) for _ in range(2)]
    await asyncio.sleep(0)

    signal.set()

    assert await asyncio.gather(*waiting) == [True, True]
    assert signal.is_set()


async def test_a_signal_that_was_given_is_not_waited_for() -> None:
    signal = Signal(is_set=True)

    assert await signal.wait()


async def test_who_gives_up_is_forgotten() -> None:
    signal = Signal(is_set=True)
    signal.clear()

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(signal.wait(), 0.001)

    assert signal._futures == []


def test_requests_that_wait_come_in_their_order() -> None:
    queue = Queue()

    queue.appendleft("first")
    queue.appendleft("second")

    assert [queue.pop(), queue.pop(), bool(queue)] == ["first", "second", False]


def test_a_certificate_is_kept_once_for_all_connections_of_its_client() -> None:
    one, other = (_Secured(bytes(bytearray(b"der"))) for _ in range(2))

    found = [certificate_of(one), certificate_of(other)]

    assert found == [b"der", b"der"]
    assert found[0] is found[1]
    assert one.peer == {}


def test_only_so_many_certificates_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    known = OrderedDict[bytes, bytes]()
    monkeypatch.setattr(leanness, "_KNOWN", known)
    monkeypatch.setattr(leanness, "MOST_KNOWN", 2)

    found = [certificate_of(_Secured(b"der %d" % number)) for number in range(5)]

    assert found[-1] == b"der 4"
    assert [*known] == [b"der 3", b"der 4"]


def test_who_shows_no_certificate_has_none() -> None:
    assert certificate_of(_Secured(None)) is None
    assert certificate_of(asyncio.Transport()) is None
