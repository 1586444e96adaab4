"""How fast a journal is: appends, gets, lists and followers of each adapter, in one run.

    bench/journal.py [--keys N] [--postgres URL] [memory] [sqlite] [postgres]

Rates are medians of several rounds. Values have 2 kB; the keys are spread over fifty namespaces.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.adapters.journal.postgres import PostgresJournal
from slipcast.adapters.journal.sqlite import SqliteJournal
from slipcast.ports.journal import Journal

VALUE = os.urandom(2000)
ROUNDS = 5
PREFIX = "/build.openshift.io/builds/"
FOLLOWERS = 200


def key_of(number: int) -> str:
    """The key of an object."""
    return f"{PREFIX}ns{number // 2000:02}/build-{number:07}"


async def rate(count: int, work: Callable[[], Awaitable[None]]) -> float:
    """How much of something is done in a second."""
    begun = time.perf_counter()
    await work()
    return count / (time.perf_counter() - begun)


class Bench:
    """One journal under load."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.keys = 0

    async def create(self, count: int, tasks: int) -> None:
        """Write new objects from several tasks."""
        first, self.keys = self.keys, self.keys + count
        numbers = iter(range(first, self.keys))

        async def some() -> None:
            for number in numbers:
                await self.journal.append(key_of(number), VALUE, expected=0)

        async with asyncio.TaskGroup() as group:
            for _ in range(tasks):
                group.create_task(some())

    async def change(self, count: int, tasks: int) -> None:
        """Write existing objects anew from several tasks."""
        numbers = iter(random.sample(range(self.keys), count))

        async def some() -> None:
            for number in numbers:
                row = await self.journal.get(key_of(number))
                if row is not None:
                    await self.journal.append(row.key, VALUE, expected=row.revision)

        async with asyncio.TaskGroup() as group:
            for _ in range(tasks):
                group.create_task(some())

    async def get(self, count: int) -> None:
        """Read objects, one after the other."""
        for _ in range(count):
            await self.journal.get(key_of(random.randrange(self.keys)))  # noqa: S311

    async def list(self, count: int, *, first: bool = False, back: int = 0) -> None:
        """Read pages of 500: the first one, or any."""
        at = await self.journal.head() - back if back else None
        for _ in range(count):
            number = random.randrange(max(1, self.keys - 500))  # noqa: S311
            start = "" if first else key_of(number)
            await self.journal.list(PREFIX, at=at, after=start, limit=500)

    async def follow(self, count: int) -> None:
        """Have followers see new objects, every one all of them."""
        first = await self.journal.head()

        async def follower() -> None:
            seen = 0
            async for batch in self.journal.since(first, PREFIX):
                seen += len(batch.entries)
                if seen == count:
                    return

        async with asyncio.TaskGroup() as group:
            for _ in range(FOLLOWERS):
                group.create_task(follower())
            await asyncio.sleep(0)
            await self.create(count, 16)


async def measure(name: str, bench: Bench, keys: int) -> None:
    """Print the rates of one journal."""
    await bench.create(max(0, keys - bench.keys), 64)
    rows: list[tuple[str, int, Callable[[int], Awaitable[None]]]] = [
        ("creates, 1 task", 500, lambda n: bench.create(n, 1)),
        ("creates, 16 tasks", 4000, lambda n: bench.create(n, 16)),
        ("get and change, 16 tasks", 1000, lambda n: bench.change(n, 16)),
        ("gets", 5000, bench.get),
        ("lists of 500, the first page", 50, lambda n: bench.list(n, first=True)),
        ("lists of 500, any page", 50, bench.list),
        ("lists of 500, 100 revisions ago", 50, lambda n: bench.list(n, back=100)),
        ("lists of 500, 8000 revisions ago", 50, lambda n: bench.list(n, back=8000)),
        (f"rows to each of {FOLLOWERS} followers", 500, bench.follow),
    ]
    for what, count, work in rows:
        rates = [await rate(count, lambda: work(count)) for _ in range(ROUNDS)]  # noqa: B023
        print(f"{name:9} {keys:7} keys  {what:34} {statistics.median(rates):9.0f} /s", flush=True)


@asynccontextmanager
async def opened(name: str, url: str) -> AsyncIterator[Journal]:
    """An empty journal."""
    with tempfile.TemporaryDirectory(dir=".") as directory:
        journal: Journal
        if name == "memory":
            journal = MemoryJournal()
        elif name == "postgres":
            journal = await PostgresJournal.open(url)
        else:
            journal = await SqliteJournal.open(Path(directory) / "journal.db")
        try:
            yield journal
        finally:
            await journal.close()


async def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("adapters", nargs="*", default=["memory", "sqlite"])
    parser.add_argument("--keys", type=int, nargs="*", default=[1000, 100000])
    parser.add_argument("--postgres", default="")
    options = parser.parse_args()
    for name in options.adapters:
        async with opened(name, options.postgres) as journal:
            bench = Bench(journal)
            for keys in options.keys:
                await measure(name, bench, keys)


if __name__ == "__main__":
    asyncio.run(main())
