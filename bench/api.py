"""The API server under load: rates, latencies, fan-out, memory, growth; no assertions on speed.

A server with its embedded store is started for it; the client is another process on the same
machine, over TLS. Beside each rate stands what the request cost of the server's processor, which
also tells something on a machine that has other work. The baseline is Kubernetes 1.36 with etcd,
on two cores as well, 16 connections, 2 kB objects.

    python bench/api.py [--size small|full] [--directory DIR | --attach STATE] [CASE ...]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

import uvloop
from wire import Connection, Load, Target, flood, request, steady

CONNECTIONS = 16
WATCHERS = 200
IDLE_WATCHERS = 1000
_WARMING = 50
STEADY_CREATES = 500
STEADY_GETS = 1000
STARTING = 30.0

BASELINE = {"create": 2600.0, "create ConfigMap": 2600.0, "get": 5800.0, "list of 500": 133.0}
"""THE TABLE of what the peer does in a second."""
BASELINE_MEMORY = 640e6

GROUP = "/apis/build.openshift.io/v1"
_REVISION = re.compile(rb'"resourceVersion":"(\d+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is asked of the server.

    Shape:  `objects` are there when reading is timed; `growth` are the numbers of objects at
            which it is timed again.
    """

    requests: int
    objects: int
    events: int
    seconds: float
    growth: tuple[int, ...]


SIZES = {
    "small": Size(requests=2000, objects=10_000, events=100, seconds=4, growth=(1000, 5000)),
    "full": Size(
        requests=10_000, objects=10_000, events=500, seconds=20, growth=(1000, 10_000, 100_000)
    ),
}


@dataclass(slots=True, kw_only=True)
class Bench:
    """A server, how much to ask of it, and which names are taken."""

    target: Target
    size: Size
    spaces: Iterator[int] = field(default_factory=lambda: count(time.time_ns()))

    async def ask(self, raw: bytes) -> bytes:
        """One request over a connection of its own."""
        connection = await Connection.open(self.target, self.target.tls())
        body = await connection.ask(raw)
        await connection.close()
        return body

    async def space(self) -> str:
        """The collection of build configs of a fresh namespace."""
        name = f"bench-{next(self.spaces)}"
        await self.ask(request("POST", "/api/v1/namespaces", {"metadata": {"name": name}}))
        return f"{GROUP}/namespaces/{name}/buildconfigs"

    async def fill(self, collection: str, start: int, end: int) -> Load:
        """Create the objects numbered from start to before end."""
        bodies = (request("POST", collection, config(number)) for number in range(start, end))
        return await flood(self.target, list(bodies), CONNECTIONS)


def config(number: int) -> dict[str, object]:
    """A build config of 2 kB."""
    strategy = {
        "from": {"kind": "ImageStreamTag", "name": "ruby:2.3"},
        "env": [{"name": f"VARIABLE_{each}", "value": "x" * 20} for each in range(5)],
    }
    return {
        "apiVersion": "build.openshift.io/v1",
        "kind": "BuildConfig",
        "metadata": {"name": f"config-{number:06}", "labels": {"app": f"app-{number % 10}"}},
        "spec": {
            "source": {"git": {"uri": "https://example.com/x/y"}, "dockerfile": "#" * 1200},
            "strategy": {"sourceStrategy": strategy},
            # Without a trigger that would have the server build while it is timed.
            "triggers": [{"type": "GitHub", "github": {"secret": "x" * 20}}],
        },
    }


async def rates(bench: Bench) -> None:
    """Creates, gets, updates, and lists of several lengths."""
    requests, objects = bench.size.requests, bench.size.objects
    collection = await bench.space()
    head("as fast as it goes, 16 connections")
    row("create", await bench.fill(collection, 0, requests))
    row("create ConfigMap", await _maps(bench, requests))
    await reading(bench, collection, requests)
    row("update", await flood(bench.target, await _updates(bench, collection), CONNECTIONS))
    if requests < objects:
        await bench.fill(collection, requests, objects)
    whole = [request("GET", collection)] * 8
    row(f"list of {max(requests, objects):,}", await flood(bench.target, whole, 2))


async def _maps(bench: Bench, number: int) -> Load:
    """ConfigMaps of 2 kB, a kind that the peer has as well."""
    namespace = (await bench.space()).rpartition("/")[0].rpartition("/")[2]
    bodies = [
        request(
            "POST",
            f"/api/v1/namespaces/{namespace}/configmaps",
            {"metadata": {"name": f"map-{each:06}"}, "data": {"words": "x" * 1800}},
        )
        for each in range(number)
    ]
    return await flood(bench.target, bodies, CONNECTIONS)


async def _updates(bench: Bench, collection: str) -> list[bytes]:
    """A new whole for each of the first objects, over the revision that it has."""
    listed = json.loads(await bench.ask(request("GET", f"{collection}?limit=2000")))
    updates = []
    for each in listed["items"]:
        changed = {"apiVersion": "build.openshift.io/v1", "kind": "BuildConfig", **each}
        changed["spec"]["source"]["git"]["ref"] = "main"
        updates.append(request("PUT", f"{collection}/{each['metadata']['name']}", changed))
    return updates


async def reading(bench: Bench, collection: str, objects: int) -> None:
    """Gets, and short lists, of a collection."""
    requests = bench.size.requests
    gets = [
        request("GET", f"{collection}/config-{number * 7 % objects:06}")
        for number in range(requests)
    ]
    row("get", await flood(bench.target, gets, CONNECTIONS))
    for length, times in ((1, requests), (500, requests // 16)):
        lists = [request("GET", f"{collection}?limit={length}")] * times
        row(f"list of {length}", await flood(bench.target, lists, CONNECTIONS))


async def latency(bench: Bench) -> None:
    """Creates and gets at fixed rates, at the same time."""
    collection = await bench.space()
    await bench.fill(collection, 0, 1000)
    creates = [
        request("POST", collection, config(1000 + number))
        for number in range(int(STEADY_CREATES * bench.size.seconds))
    ]
    gets = [
        request("GET", f"{collection}/config-{number % 1000:06}")
        for number in range(int(STEADY_GETS * bench.size.seconds))
    ]
    head(f"at {STEADY_CREATES} creates/s and {STEADY_GETS} gets/s together (cpu: of both)")
    loads = await asyncio.gather(
        steady(bench.target, creates, STEADY_CREATES, CONNECTIONS),
        steady(bench.target, gets, STEADY_GETS, CONNECTIONS),
    )
    for name, load in zip(("create", "get"), loads, strict=True):
        row(f"{name}, steadily", load)
    print(f"  the server's processor: {100 * loads[0].cpu / loads[0].seconds:.0f} % of one core")


async def fanout(bench: Bench) -> None:
    """Watchers of one collection while it changes: each sees each event once, in order."""
    collection, events = await bench.space(), bench.size.events
    watchers = await _watchers(bench, collection, WATCHERS)
    seen = [asyncio.create_task(_revisions(watcher, events)) for watcher in watchers]
    cpu, began = bench.target.cpu(), time.perf_counter()
    await bench.fill(collection, 0, events)
    written = time.perf_counter() - began
    found = await asyncio.gather(*seen)
    seconds, cpu = time.perf_counter() - began, bench.target.cpu() - cpu
    body = await bench.ask(request("GET", collection))
    # The first is the list's own.
    expected = sorted(int(each) for each in _REVISION.findall(body)[1:])
    whole = sum(revisions == expected for revisions in found)
    told = WATCHERS * events
    print(f"\nfan-out: {WATCHERS} watchers, {events} creates")
    print(f"  {whole} of {WATCHERS} watchers saw every event once and in order")
    print(f"  {told / seconds:,.0f} events/s, {1e6 * cpu / told:.0f} us of processor each")
    print(f"  last write after {written:.2f} s, last event after {seconds:.2f} s")
    for watcher in watchers:
        await watcher.close()
    if whole != WATCHERS:
        raise SystemExit("a watcher missed something")


async def _watchers(bench: Bench, collection: str, number: int) -> list[Connection]:
    tls, raw = bench.target.tls(), request("GET", f"{collection}?watch=true")
    watchers = []
    for _ in range(number):
        watcher = await Connection.open(bench.target, tls)
        await watcher.follow(raw)
        watchers.append(watcher)
    return watchers


async def _revisions(watcher: Connection, events: int) -> list[int]:
    found: list[int] = []
    async for frame in watcher.frames():
        found += [int(each) for each in _REVISION.findall(frame)]
        if len(found) >= events:
            break
    return found


async def memory(bench: Bench) -> None:
    """What the server holds when nothing happens, and for each watcher."""
    collection = await bench.space()
    await bench.ask(request("GET", collection))
    await asyncio.sleep(1)
    idle = bench.target.memory()
    watchers = await _watchers(bench, collection, IDLE_WATCHERS)
    await asyncio.sleep(1)
    watched = bench.target.memory()
    print("\nmemory")
    print(f"  idle: {idle / 1e6:.1f} MB, {idle / BASELINE_MEMORY:.2f}x the baseline")
    each, held = (watched - idle) / IDLE_WATCHERS, await _held(bench.target)
    print(f"  {IDLE_WATCHERS} idle watchers: {each / 1e3:.1f} kB each")
    print(
        f"  as many idle connections of a server that echoes over TLS: {held / 1e3:.1f} kB each;"
        f" ours {(each - held) / 1e3:+.1f} kB, {each / held:.2f}x"
    )
    for watcher in watchers:
        await watcher.close()
    await asyncio.sleep(1)
    print(f"  after they have gone: {bench.target.memory() / 1e6:.1f} MB")


async def _held(target: Target) -> float:
    """What a server with nothing of ours in it keeps for an idle connection, in bytes."""
    with _echoing(target) as peer:
        opened = [await _echoed(peer) for _ in range(_WARMING)]
        before = peer.memory()
        opened += [await _echoed(peer) for _ in range(IDLE_WATCHERS)]
        held = peer.memory() - before
        for connection in opened:
            await connection.close()
    return held / IDLE_WATCHERS


@contextlib.contextmanager
def _echoing(target: Target) -> Iterator[Target]:
    """A server that echoes, with the keys of another."""
    argv = (sys.executable, str(Path(__file__).with_name("echo.py")), str(target.keys))
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as server:
        try:
            port = int(server.stdout.readline() if server.stdout else 0)
            yield replace(target, pid=server.pid, host="localhost", port=port)
        finally:
            server.terminate()


async def _echoed(peer: Target) -> Connection:
    """A connection that was used once."""
    connection = await Connection.open(peer, peer.tls())
    await connection.follow(b"HTTP/1.1 200 OK\r\n\r\n")
    return connection


async def growth(bench: Bench) -> None:
    """The same with more and more objects."""
    collection, there = await bench.space(), 0
    for objects in bench.size.growth:
        head(f"{objects:,} objects")
        row("create", await bench.fill(collection, there, objects))
        there = objects
        await reading(bench, collection, objects)
        print(f"  memory: {bench.target.memory() / 1e6:.1f} MB")


def head(title: str) -> None:
    """Begin a table."""
    print(f"\n{title}")
    columns = f"{'rate':>10}{'p50':>11}{'p99':>11}{'cpu each':>12}{'to baseline':>13}"
    print(f"  {'':20}{columns}", flush=True)


def row(name: str, load: Load) -> None:
    """One row of a table."""
    baseline = BASELINE.get(name)
    ratio = f"{load.rate / baseline:12.2f}x" if baseline else ""
    print(
        f"  {name:20}{load.rate:8.0f}/s{1e3 * load.quantile(0.5):8.2f} ms"
        f"{1e3 * load.quantile(0.99):8.2f} ms{1e6 * load.cost:9.0f} us{ratio}",
        flush=True,
    )


CASES = {
    "memory": memory,
    "rates": rates,
    "latency": latency,
    "fanout": fanout,
    "growth": growth,
}
"""THE TABLE of cases; memory comes first, while the server is young."""


@contextlib.contextmanager
def started(directory: Path, env: Mapping[str, str] | None = None) -> Iterator[Target]:
    """A server of our own, with an empty store below the directory; env are variables on top."""
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory, prefix="bench-api-") as home:
        state = Path(home) / "state"
        argv = (sys.executable, "-m", "slipcast", "server", "--listen", "127.0.0.1:0")
        with (Path(home) / "log").open("wb") as log:
            server = subprocess.Popen(
                (*argv, "--state-dir", str(state)),
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
            )
        try:
            yield _running(state, server)
        finally:
            server.terminate()
            server.wait()


def _running(state: Path, server: subprocess.Popen[bytes]) -> Target:
    """The server as soon as it serves."""
    end = time.monotonic() + STARTING
    while time.monotonic() < end and server.poll() is None:
        target = Target.of(state)
        if target is not None:
            return target
        time.sleep(0.05)
    raise SystemExit("the server did not start")


async def run(target: Target, size: Size, cases: list[str]) -> None:
    """Run the cases in turn."""
    bench = Bench(target=target, size=size)
    for case in cases:
        await CASES[case](bench)


def main() -> None:
    """Parse, start a server, run the cases."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--directory", type=Path, default=Path(".state"), help="for the store")
    parser.add_argument("--attach", type=Path, help="state directory of a server that runs")
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}")
    given = parser.parse_args()
    cases = given.cases or list(CASES)
    if unknown := [case for case in cases if case not in CASES]:
        parser.error(f"no case is called {unknown[0]}: they are {', '.join(CASES)}")
    with contextlib.ExitStack() as stack:
        if given.attach:
            target = Target.of(given.attach)
            if target is None:
                parser.error(f"no server runs for {given.attach}")
        else:
            target = stack.enter_context(started(given.directory))
        uvloop.run(run(target, SIZES[given.size], cases))


if __name__ == "__main__":
    main()
