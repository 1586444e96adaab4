"""Excerpts: what somebody wants of the logs of containers, as one stream of text."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing

from slipcast.store.actions.records import Ending, Records, Source
from slipcast.values.faults import NotFound
from slipcast.values.logselection import Taker, Wanted, window


class Excerpt:
    """The logs of containers, one after another, as far as they are wanted.

    Shape:  what is wanted is wanted of each container. With an ending, what comes is told until
            then, and a container whose log is nowhere yet is waited for.
    """

    def __init__(self, records: Records, wanted: Wanted, ending: Ending | None = None) -> None:
        self._records = records
        self._wanted = wanted
        self._ending = ending
        self.is_empty = True
        """Whether there were no records, wanted or not."""

    async def texts(self, sources: Iterable[Source]) -> AsyncGenerator[bytes, None]:
        """The text, in pieces."""
        is_open = False
        for source in sources:
            # A container's last line may lack its end; the next one's first is another line.
            gap = b"\n" if is_open else b""
            async with aclosing(self._patient(source)) as texts:
                async for text in texts:
                    yield gap + text
                    gap, is_open = b"", not text.endswith(b"\n")

    async def _patient(self, source: Source) -> AsyncGenerator[bytes, None]:
        if self._ending is not None and not await self._records.is_there(source):
            await self._ending.wait()
        try:
            async with aclosing(self._of(source)) as texts:
                async for text in texts:
                    yield text
        except NotFound:
            return

    async def _of(self, source: Source) -> AsyncGenerator[bytes, None]:
        wanted, ending = self._wanted, self._ending
        lines = 0 if wanted.tail is None else await self._counted(source)
        taker = Taker(wanted, window(wanted, lines, grows=ending is not None))
        opened = (
            self._records.read(source) if ending is None else (self._records.follow(source, ending))
        )
        async with aclosing(await opened) as pieces:
            async for piece in pieces:
                self.is_empty = False
                text = taker.take(piece)
                if text:
                    yield text
                if taker.is_full:
                    return

    async def _counted(self, source: Source) -> int:
        """How many lines of a log are young enough."""
        taker = Taker(Wanted(since=self._wanted.since))
        async with aclosing(await self._records.read(source)) as pieces:
            async for piece in pieces:
                self.is_empty = False
                taker.take(piece)
                await asyncio.sleep(0)  # others are served as well
        return taker.lines
