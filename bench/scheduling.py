"""Scheduling alone: store, controllers and agent in this process, over pods that end at once."""

from __future__ import annotations

import asyncio
import cProfile
import os
import pstats
import tempfile
import time
from contextlib import aclosing
from pathlib import Path

import uvloop

from slipcast.adapters import certificates
from slipcast.adapters.clock import SystemClock
from slipcast.adapters.identity.serviceaccounts import Issuing
from slipcast.adapters.identity.signing import SigningKey
from slipcast.adapters.journal.sqlite import SqliteJournal
from slipcast.adapters.podlogs import DirectoryLogs
from slipcast.api import kinds
from slipcast.builds.cluster import Cluster
from slipcast.controllers.agent import Agent, Hosting
from slipcast.controllers.controller import Controllers, Running
from slipcast.controllers.materials import Gatherer, Server
from slipcast.ports.api import Api, Resource, WatchOptions
from slipcast.store.store import SERVER, Setup, Store
from slipcast.testing.pods import FakePods, runs_and_succeeds

SPACE = "bench"
LIMIT = 2
SETTLING = 0.5
PROFILE = "BENCH_PROFILE"
_BUILD = kinds.require(kinds.BUILD, "Build")
_CONFIG = kinds.require(kinds.BUILD, "BuildConfig")
_NAMESPACE = kinds.require("", "Namespace")


def measured(directory: Path, builds: int, configs: int) -> None:
    """Ask for builds over configs, and print how many end in a second, and at which price."""
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=directory, prefix="bench-builds-") as home:
        uvloop.run(_measured(Path(home).absolute(), builds, configs))


async def _measured(place: Path, builds: int, configs: int) -> None:
    journal = await SqliteJournal.open(place / "journal.db")
    clock, pki = SystemClock(), certificates.prepare(place / "pki", ("localhost",))
    key = SigningKey.at(place / "pki" / "sa.key")
    authority = pki.authority.read_bytes()
    store = Store(journal, clock, Setup(issuer=Issuing(key, authority, ())))
    await store.prepare()
    api = store.as_(SERVER)
    await _prepare(api, configs)
    hosting = Hosting(
        node="bench",
        limit=LIMIT,
        pods=FakePods(now=clock.now, behaves=runs_and_succeeds),
        logs=DirectoryLogs(place / "logs"),
        gatherer=Gatherer(api=api, server=Server(host="localhost", port=1, authority=authority)),
    )
    async with asyncio.TaskGroup() as tasks:
        works = (
            Controllers(api, clock, Running(cluster=Cluster(builder_image="b"))).run(),
            Agent(api, clock, hosting).run(),
        )
        beside = [tasks.create_task(work) for work in works]
        await asyncio.sleep(SETTLING)
        await _timed(api, builds, configs)
        for task in beside:
            task.cancel()
    await journal.close()


async def _prepare(api: Api, configs: int) -> None:
    await api.create(Resource(_NAMESPACE), {"metadata": {"name": SPACE}})
    spec = {
        "source": {"git": {"uri": "https://git.example.com/app.git"}},
        "strategy": {"sourceStrategy": {"from": {"kind": "DockerImage", "name": "r.example/b:1"}}},
        "successfulBuildsHistoryLimit": 1_000_000,
    }
    for number in range(configs):
        body = {"metadata": {"name": f"app-{number}"}, "spec": spec}
        await api.create(Resource(_CONFIG, SPACE), body)


async def _timed(api: Api, builds: int, configs: int) -> None:
    profile = cProfile.Profile() if os.environ.get(PROFILE) else None
    cpu, began = time.process_time(), time.perf_counter()
    if profile is not None:
        profile.enable()
    ended = asyncio.create_task(_ended(api, builds))
    await asyncio.sleep(0)
    for number in range(builds):
        name = f"app-{number % configs}"
        body = {"kind": "BuildRequest", "apiVersion": "build.openshift.io/v1"}
        await api.act(
            Resource(_CONFIG, SPACE, name, "instantiate"), {**body, "metadata": {"name": name}}
        )
    asked = time.perf_counter() - began
    await ended
    if profile is not None:
        profile.disable()
        pstats.Stats(profile).sort_stats("cumulative").print_stats(70)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    print(f"\nscheduling alone: {builds} builds over {configs} configs, pods that end at once")
    print(f"  {builds / seconds:.1f} builds a second (asked for in {asked:.1f} s)")
    print(f"  processor per build: {1e3 * cpu / builds:.1f} ms", flush=True)


async def _ended(api: Api, builds: int) -> None:
    """Return when so many builds have ended."""
    over: set[str] = set()
    async with aclosing(await api.watch(Resource(_BUILD, SPACE), WatchOptions())) as events:
        async for event in events:
            content = event.document.content
            if content.get("status", {}).get("phase") == "Complete":
                over.add(content["metadata"]["name"])
            if len(over) == builds:
                return
