"""Leanness: what uvicorn keeps for each connection, in less memory.

A server of watches has thousands of connections of which nothing is heard. An `asyncio.Event` has
a deque of 600 bytes in which nobody waits; TLS keeps the certificate of each client three times.
Here are those that make room when somebody needs it.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Any, Final

from typing_extensions import override
from uvicorn.protocols.http.flow_control import FlowControl

MOST_KNOWN: Final = 1024
"""Certificates that are kept once for all connections of their clients."""
_KNOWN: Final[OrderedDict[bytes, bytes]] = OrderedDict()


class Signal(asyncio.Event):
    """An event that has room for who waits only while somebody does."""

    def __init__(self, *, is_set: bool) -> None:
        self._is_set = is_set
        self._futures: list[asyncio.Future[None]] = []

    @override
    def is_set(self) -> bool:
        return self._is_set

    @override
    def set(self) -> None:
        self._is_set = True
        for each in self._futures:
            if not each.done():
                each.set_result(None)

    @override
    def clear(self) -> None:
        self._is_set = False

    @override
    async def wait(self) -> Any:
        if not self._is_set:
            waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._futures.append(waiting)
            try:
                await waiting
            finally:
                self._futures.remove(waiting)
        return True


class Flow(FlowControl):
    """uvicorn's, with such a signal."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.read_paused = False
        self.write_paused = False
        self._is_writable_event = Signal(is_set=True)


class Queue(list[Any]):
    """A few requests that wait; of uvicorn's deque what it uses."""

    __slots__ = ()

    def appendleft(self, waiting: Any) -> None:
        """Let one wait behind the others."""
        self.insert(0, waiting)


def certificate_of(transport: asyncio.BaseTransport) -> bytes | None:
    """The certificate of a client, in DER; None when it has shown none."""
    secured = transport.get_extra_info("ssl_object")
    if secured is None:
        return None
    # What the event loop read out of it, nobody asks for.
    (transport.get_extra_info("peercert") or {}).clear()
    found: bytes | None = secured.getpeercert(binary_form=True)
    if found is None:
        return None
    if found not in _KNOWN and len(_KNOWN) >= MOST_KNOWN:
        _KNOWN.popitem(last=False)
    return _KNOWN.setdefault(found, found)
