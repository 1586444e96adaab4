"""Records of containers, wherever they are: with the runner of their pod, or kept when it is gone.

A pod's runner may forget it while somebody reads: its logs have been kept by then, and are read on
where the reader was.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from weakref import WeakSet

import msgspec

from slipcast.ports.peerlogs import PeerLogs
from slipcast.ports.podlogs import PodLogs
from slipcast.ports.pods import Pods
from slipcast.values.faults import NotFound


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """The log of a container.

    Shape:  pod is its uid, empty when nobody knows it; key is what its logs are kept under.
    """

    pod: str = ""
    key: str
    container: str


class OverError(Exception):
    """What was waited for will not be waited for any longer."""


class Ending:
    """Tells one who waits for pieces that it is over: that few will come, then that none will."""

    def __init__(self) -> None:
        self._over = asyncio.Event()
        self._is_cut = False
        self._waiting: asyncio.Timeout | None = None

    def end(self) -> None:
        """Say that it is over, though last words may still be on their way."""
        self._over.set()

    def cut(self) -> None:
        """Let nobody wait any longer."""
        self._over.set()
        self._is_cut = True
        if self._waiting is not None:
            self._waiting.reschedule(asyncio.get_running_loop().time())

    async def wait(self) -> None:
        """Return when it is over."""
        await self._over.wait()

    async def next(self, pieces: AsyncGenerator[bytes, None]) -> bytes | None:
        """The next piece, None at their end. Who was interrupted cannot be asked again.

        Errors: OverError.
        """
        try:
            # Pieces are asked for even when it is cut: what was never begun is never cleaned up.
            async with asyncio.timeout(0 if self._is_cut else None) as self._waiting:
                return await anext(pieces, None)
        except TimeoutError as over:
            raise OverError from over
        finally:
            self._waiting = None


class Records:
    """Reads records."""

    def __init__(
        self, pods: Pods | None, logs: PodLogs | None, peers: PeerLogs | None = None
    ) -> None:
        """Read what is here; peers are asked for what is not."""
        self._pods = pods
        self._logs = logs
        self._peers = peers

    async def read(self, source: Source, *, skip: int = 0) -> AsyncGenerator[bytes, None]:
        """What there is of a log now.

        Units:  skip in bytes from its beginning.
        Errors: NotFound, here or before the first piece.
        """
        return self._on(source, await self._open(source, follow=False), skip)

    async def follow(self, source: Source, ending: Ending) -> AsyncGenerator[bytes, None]:
        """A log and all that is added to it, until its container has ended, or it is cut.

        Errors: as `read`.
        """
        pieces = self._on(source, await self._open(source, follow=True), 0)
        return self._until(source, pieces, ending)

    async def is_there(self, source: Source) -> bool:
        """Whether there is such a log, even an empty one."""
        if source.pod and self._pods is not None:
            try:
                pieces = await self._pods.records(source.pod, source.container)
                async with aclosing(pieces):
                    await anext(pieces, b"")
            except NotFound:
                pass  # a runner forgets a pod when its logs are kept
            else:
                return True
        if source.container in await self._kept_here(source.key):
            return True
        return self._peers is not None and await self._is_elsewhere(source, self._peers)

    async def kept(self, key: str) -> tuple[str, ...]:
        """The containers whose logs are kept under a key, in no order."""
        here = await self._kept_here(key)
        return here if here or self._peers is None else await self._peers.containers(key)

    async def _kept_here(self, key: str) -> tuple[str, ...]:
        return await self._logs.containers(key) if self._logs is not None else ()

    async def _is_elsewhere(self, source: Source, peers: PeerLogs) -> bool:
        try:
            pieces = await peers.records(source.pod, source.key, source.container)
            async with aclosing(pieces):
                await anext(pieces, b"")
        except NotFound:
            return False
        return True

    async def _open(self, source: Source, *, follow: bool) -> AsyncGenerator[bytes, None]:
        if source.pod and self._pods is not None:
            try:
                return await self._pods.records(source.pod, source.container, follow=follow)
            except NotFound:
                pass  # a runner forgets a pod when its logs are kept
        return await self._kept(source, follow=follow)

    async def _kept(self, source: Source, *, follow: bool = False) -> AsyncGenerator[bytes, None]:
        if self._logs is not None:
            try:
                return await self._logs.records(source.key, source.container)
            except NotFound:
                if self._peers is None:
                    raise
        if self._peers is None:
            raise NotFound(f"there is no log of container {source.container}")
        return await self._peers.records(source.pod, source.key, source.container, follow=follow)

    async def _on(
        self, source: Source, pieces: AsyncGenerator[bytes, None], skip: int
    ) -> AsyncGenerator[bytes, None]:
        at = 0
        try:
            async for piece in _skipped(pieces, skip):
                at += len(piece)
                yield piece
        except NotFound:
            async for piece in _skipped(await self._kept(source), skip + at):
                yield piece

    async def _until(
        self, source: Source, pieces: AsyncGenerator[bytes, None], ending: Ending
    ) -> AsyncGenerator[bytes, None]:
        at = 0
        try:
            async with aclosing(pieces):
                while (piece := await ending.next(pieces)) is not None:
                    at += len(piece)
                    yield piece
        except OverError:
            # What nobody has read yet is there all the same.
            async with aclosing(await self.read(source, skip=at)) as rest:
                async for piece in rest:
                    yield piece


class Held:
    """What this server has itself, for the others; a PeerLogs."""

    def __init__(self, pods: Pods | None, logs: PodLogs | None) -> None:
        self._records = Records(pods, logs)
        self._followed: WeakSet[Ending] = WeakSet()
        self._is_cut = False

    def cut(self) -> None:
        """Let nobody follow any longer: this server stops."""
        self._is_cut = True
        for ending in self._followed:
            ending.cut()

    async def records(
        self, pod: str, key: str, container: str, *, follow: bool = False
    ) -> AsyncGenerator[bytes, None]:
        """See the port."""
        source = Source(pod=pod, key=key, container=container)
        if not follow:
            return await self._records.read(source)
        ending = Ending()
        self._followed.add(ending)
        if self._is_cut:
            ending.cut()
        return await self._records.follow(source, ending)

    async def containers(self, key: str) -> tuple[str, ...]:
        """See the port."""
        return await self._records.kept(key)


async def _skipped(pieces: AsyncGenerator[bytes, None], skip: int) -> AsyncGenerator[bytes, None]:
    """The pieces without their first bytes."""
    async with aclosing(pieces):
        async for piece in pieces:
            fresh = piece[skip:] if skip else piece
            skip = max(0, skip - len(piece))
            if fresh:
                yield fresh
