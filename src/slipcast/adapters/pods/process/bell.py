"""The bell: who wants to know that pods have changed, and where the news comes from.

News are what supervisors write on the pipe `events`, supervisors that end, a look at all pods
every few seconds for what neither told, and what the server itself does.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from pathlib import Path
from weakref import WeakSet

from slipcast.adapters.pods.process.place import EVENTS

_PIECE = 1 << 16


class Listener:
    """One who listens: the uids it has not heard yet."""

    def __init__(self) -> None:
        self._news: dict[str, None] = {}
        self._moved = asyncio.Event()

    def hear(self, uid: str) -> None:
        """A pod may have changed."""
        self._news[uid] = None
        self._moved.set()

    async def next(self) -> str:
        """A pod that may have changed; each once, however often it was told."""
        while not self._news:
            self._moved.clear()
            await self._moved.wait()
        uid = next(iter(self._news))
        del self._news[uid]
        return uid


class Bell:
    """Tells listeners; belongs to one event loop as long as somebody listens."""

    def __init__(self, directory: Path) -> None:
        self._pipe = directory / EVENTS
        self._listeners: WeakSet[Listener] = WeakSet()
        self._descriptor = -1
        self._watched: dict[str, int] = {}
        self._heard = b""

    def listen(self) -> Listener:
        """Somebody listens, until it is forgotten."""
        listener = Listener()
        self._listeners.add(listener)
        if self._descriptor < 0:
            # Also for writing, so that it never ends.
            self._descriptor = os.open(self._pipe, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
            asyncio.get_running_loop().add_reader(self._descriptor, self._read)
        return listener

    def ring(self, uid: str) -> None:
        """A pod may have changed."""
        for listener in self._listeners:
            listener.hear(uid)

    def watch(self, uid: str, pid: int) -> None:
        """Ring when a supervisor ends, whether or not it says so."""
        if uid in self._watched or self._descriptor < 0 or not pid:
            return
        with contextlib.suppress(OSError, AttributeError):
            descriptor = os.pidfd_open(pid)
            self._watched[uid] = descriptor
            asyncio.get_running_loop().add_reader(descriptor, self._ended, uid)

    def leave(self, listener: Listener) -> None:
        """Somebody listens no longer."""
        self._listeners.discard(listener)
        if not self._listeners:
            self.close()

    def close(self) -> None:
        """Nobody is told any more."""
        for uid in list(self._watched):
            self._unwatch(uid)
        if self._descriptor >= 0:
            with contextlib.suppress(RuntimeError):
                asyncio.get_running_loop().remove_reader(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1

    def _read(self) -> None:
        try:
            data = os.read(self._descriptor, _PIECE)
        except BlockingIOError:
            return
        *lines, self._heard = (self._heard + data).split(b"\n")
        for line in lines:
            self.ring(line.decode(errors="replace"))

    def _ended(self, uid: str) -> None:
        self._unwatch(uid)
        self.ring(uid)

    def _unwatch(self, uid: str) -> None:
        descriptor = self._watched.pop(uid)
        with contextlib.suppress(RuntimeError):
            asyncio.get_running_loop().remove_reader(descriptor)
        os.close(descriptor)
