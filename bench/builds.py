"""Builds under load: how soon one begins, how many end in a minute, what each costs the server.

A server with its embedded store runs builds as processes, whose program says a line and ends, so
that what is measured is the server's. Latencies count from when the request for a build is sent to
when its pod is seen to run, and to its first line, by the time that the line itself tells.

    python bench/builds.py [--size small|full] [--directory DIR] [CASE ...]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import scheduling
import uvloop
from api import started
from watched import BUILDS, Account, Seen, Watched
from wire import Connection, Target, flood, request

CONNECTIONS = 8
CONFIGS = 50
FIRST = "#!/bin/sh\necho begun\n"
GOAL_LATENCY = 150.0
GOAL_RATE = 10.0
SETTLING = 2.0
WARMING = 3
KEPT = 1_000_000
SPEC = {
    "source": {"dockerfile": "FROM scratch\nLABEL bench=1\n"},
    "strategy": {"dockerStrategy": {}},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many builds are asked for, at once and one by one, and how many there are already."""

    builds: int
    single: int
    finished: int


SIZES = {
    "small": Size(builds=100, single=10, finished=1000),
    "full": Size(builds=500, single=50, finished=10_000),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """Builds that were run.

    Units:  seconds of wall time, of the server's processor, of all processors of the server and
            its pods.
    """

    builds: Sequence[Seen]
    seconds: float
    cpu: float
    whole: float

    @property
    def cost(self) -> float:
        """Seconds of the server's processor for each."""
        return self.cpu / len(self.builds)

    @property
    def others(self) -> float:
        """Seconds of processor for each, of what the server has started."""
        return (self.whole - self.cpu) / len(self.builds)


def config(name: str, last: int = 0) -> dict[str, Any]:
    """A build config, which has counted builds."""
    return {
        "apiVersion": "build.openshift.io/v1",
        "kind": "BuildConfig",
        "metadata": {"name": name},
        # Builds that have ended are to stay.
        "spec": {
            **SPEC,
            "successfulBuildsHistoryLimit": KEPT,
            "failedBuildsHistoryLimit": KEPT,
        },
        "status": {"lastVersion": last},
    }


def finished(name: str, number: int) -> dict[str, Any]:
    """A build of a config that has ended."""
    labels = {"buildconfig": name, "openshift.io/build-config.name": name}
    words = {"openshift.io/build-config.name": name, "openshift.io/build.number": str(number)}
    return {
        "apiVersion": "build.openshift.io/v1",
        "kind": "Build",
        "metadata": {"name": f"{name}-{number}", "labels": labels, "annotations": words},
        "spec": SPEC,
        "status": {
            "phase": "Complete",
            "startTimestamp": "2026-01-01T00:00:00Z",
            "completionTimestamp": "2026-01-01T00:00:01Z",
            "config": {"kind": "BuildConfig", "name": name},
        },
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A server, what it and its pods use, and a namespace in it with build configs."""

    target: Target
    account: Account
    space: str

    @classmethod
    async def of(cls, target: Target, account: Account, configs: int, there: int = 0) -> Bench:
        """A fresh namespace on a server, with configs, and builds of them that have ended."""
        space = f"bench-{time.time_ns()}"
        connection = await Connection.open(target, target.tls())
        await connection.ask(request("POST", "/api/v1/namespaces", {"metadata": {"name": space}}))
        for number in range(configs):
            place = f"{BUILDS}/namespaces/{space}/buildconfigs"
            body = config(f"app-{number}", there // configs)
            await connection.ask(request("POST", place, body))
        await connection.close()
        place = f"{BUILDS}/namespaces/{space}/builds"
        numbers = (divmod(each, configs) for each in range(there))
        bodies = [
            request("POST", place, finished(f"app-{which}", 1 + number))
            for number, which in numbers
        ]
        if bodies:
            await flood(target, bodies, CONNECTIONS)
        return cls(target=target, account=account, space=space)

    async def queue(self, builds: int) -> Ran:
        """Ask for builds as fast as possible, and have all of them run."""
        configs = iter([f"app-{each % CONFIGS}" for each in range(builds)])
        async with self._watched() as watched:

            async def ask(connection: Connection) -> None:
                for each in configs:
                    await watched.ask(connection, each)

            async with self._connections(CONNECTIONS) as connections:
                cpu, whole, began = self.target.cpu(), self.account.read(), time.perf_counter()
                await asyncio.gather(*map(ask, connections))
                await watched.ended(tuple(watched.builds))
                seconds = time.perf_counter() - began
            # What is done about a build that has ended is part of its price.
            await asyncio.sleep(SETTLING)
            ran = Ran(
                builds=tuple(watched.builds.values()),
                seconds=seconds,
                cpu=self.target.cpu() - cpu,
                whole=self.account.read() - whole,
            )
            await watched.listen(tuple(watched.builds))
        return ran

    async def singly(self, builds: int) -> list[Seen]:
        """Ask for one build after another, each when the one before has ended."""
        async with self._watched() as watched, self._connections(1) as (connection,):
            names = []
            for _ in range(WARMING + builds):
                names.append(await watched.ask(connection, "app-0"))
                await watched.ended(names[-1:])
                await asyncio.sleep(0.1)
            await watched.listen(names)
        first = watched.builds[names[0]]
        print(
            f"\nthe first of a server: first line after {1e3 * (first.said - first.asked):.0f} ms"
        )
        return [watched.builds[name] for name in names[WARMING:]]

    def _watched(self) -> contextlib.AbstractAsyncContextManager[Watched]:
        return Watched(self.target, self.space).following()

    @contextlib.asynccontextmanager
    async def _connections(self, number: int) -> AsyncIterator[list[Connection]]:
        tls = self.target.tls()
        connections = [await Connection.open(self.target, tls) for _ in range(number)]
        yield connections
        for connection in connections:
            await connection.close()


async def idle(target: Target, size: Size) -> None:
    """One build at a time, of a program that only says a line."""
    with Account.of(target) as account:
        bench = await Bench.of(target, account, 1)
        _latencies("one at a time, a program that says a line", await bench.singly(size.single))


async def queued(target: Target, size: Size) -> None:
    """Many at once, without and with many that have ended before."""
    with Account.of(target) as account:
        costs = []
        for there in (0, size.finished):
            bench = await Bench.of(target, account, CONFIGS, there)
            ran = await bench.queue(size.builds)
            costs.append(ran.cost)
            _latencies(f"{size.builds} over {CONFIGS} configs, {there:,} ended before", ran.builds)
            _queue(ran)
        print(f"  processor of the server per build, to that without: {costs[1] / costs[0]:.2f}x")


async def builder(target: Target, size: Size) -> None:
    """One build at a time, of the builder itself: FROM scratch."""
    with Account.of(target) as account:
        bench = await Bench.of(target, account, 1)
        _latencies("one at a time, slipcast-builder", await bench.singly(size.single))


def _latencies(title: str, builds: Iterable[Seen]) -> None:
    every = list(builds)
    print(f"\n{title}")
    print(f"  {'from the request, ms':24}{'p50':>10}{'p99':>10}{'most':>10}", flush=True)
    moments = {
        "answered": [each.answered - each.asked for each in every],
        "pod made": [each.planned - each.asked for each in every],
        "pod seen to run": [each.runs - each.asked for each in every],
        "first line": [each.said - each.asked for each in every],
        "end seen": [each.ended - each.asked for each in every],
    }
    for name, latencies in moments.items():
        values = sorted(1000 * each for each in latencies)
        shown = (values[len(values) // 2], values[int(len(values) * 0.99)], values[-1])
        print(f"  {name:24}" + "".join(f"{each:10.1f}" for each in shown))
    phases = sorted({each.phase for each in every})
    print(f"  {len(every)} builds, all of them {' or '.join(phases)}", flush=True)


def _queue(ran: Ran) -> None:
    rate = len(ran.builds) / ran.seconds
    print(f"  {60 * rate:.0f} builds a minute, {rate:.1f} a second")
    print(f"  processor per build: server {1e3 * ran.cost:.1f} ms, pods {1e3 * ran.others:.1f} ms")


CASES = {"idle": idle, "queued": queued, "builder": builder}
"""THE TABLE of cases that a server is needed for."""
SCHEDULING = "scheduling"


@contextlib.contextmanager
def _served(directory: Path, case: str) -> Iterator[Target]:
    """A server of our own, whose builds run what the case asks for."""
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory, prefix="bench-builds-") as home:
        env: Mapping[str, str] = {}
        if case != "builder":
            program = Path(home).absolute() / "program"
            program.write_text(FIRST)
            program.chmod(0o755)
            env = {"SLIPCAST_BUILDER_PROGRAM": str(program)}
        with started(directory, env) as target:
            yield target


def main() -> None:
    """Parse, and run the cases in turn, each with a server of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--directory", type=Path, default=Path(".state"), help="for the store")
    cases = (*CASES, SCHEDULING)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(cases)}")
    given = parser.parse_args()
    print(f"goals: first line within {GOAL_LATENCY:.0f} ms, {GOAL_RATE:.0f} builds a second")
    size = SIZES[given.size]
    for case in given.cases or cases:
        if case == SCHEDULING:
            scheduling.measured(given.directory, size.builds, CONFIGS)
            continue
        with _served(given.directory, case) as target:
            uvloop.run(CASES[case](target, size))


if __name__ == "__main__":
    main()
