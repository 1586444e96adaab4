"""Builds of a program that says what it does, asked for, cancelled and killed at random, and the
account of them that must add up, whatever becomes of the server meanwhile.

Names decide how builds end: of each configuration those whose number is divisible by four fail.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import httpx
from typing_extensions import override

from e2e.server.load import AGAIN, Watcher
from e2e.server.process import Server

NAMESPACE = "builds"
GROUP = f"/apis/build.openshift.io/v1/namespaces/{NAMESPACE}"
ENDED = frozenset({"Complete", "Failed", "Error", "Cancelled"})
CONFIGS = {
    **{f"serial-{number}": "Serial" for number in range(4)},
    **{f"parallel-{number}": "Parallel" for number in range(2)},
    "latest": "SerialLatestOnly",
    "sent": "Serial",
}
SENT = "sent"
SOURCE = b"x" * 5000
FAILING = 4
LINES = 20
PAUSE = 0.15
"""Seconds at most between two things that one client asks for."""
NEST = "slipcast.adapters.pods.process.nest"
GROUPS = tuple(Path("/sys/fs/cgroup").glob("**/slipcast-pods"))

PROGRAM = r"""#!/bin/sh
name=${BUILD#*\"name\":\"}
name=${name%%\"*}
echo "$name" >> BEGUN
number=0
while [ $number -lt LINES ]; do
    echo "$name says $number"
    number=$((number + 1))
done
sleep 0.0$((${#BUILD} % 10))
size=$(wc -c)
case $name in
    sent-*) [ "$size" -eq SIZE ] || { echo "$name was sent $size"; exit 3; } ;;
esac
[ $((${name##*-} % FAILING)) -ne 0 ]
"""


def program(directory: Path) -> tuple[Path, Path]:
    """The program that builds, and the file in which it says which builds it has begun."""
    begun, path = directory / "begun", directory / "program"
    begun.touch()
    words = {"BEGUN": begun, "LINES": LINES, "SIZE": len(SOURCE), "FAILING": FAILING}
    path.write_text(re.sub("|".join(words), lambda word: str(words[word[0]]), PROGRAM))
    path.chmod(0o755)
    return path, begun


def fails(name: str) -> bool:
    """Whether a build is to fail."""
    return int(name.rpartition("-")[2]) % FAILING == 0


def config(name: str) -> dict[str, Any]:
    """A build configuration, of which every build stays."""
    source: dict[str, Any] = {"dockerfile": "FROM scratch\n"}
    if name == SENT:
        source = {"type": "Binary", "binary": {}}
    spec = {
        "runPolicy": CONFIGS[name],
        "source": source,
        "strategy": {"dockerStrategy": {}},
        "successfulBuildsHistoryLimit": 100_000,
        "failedBuildsHistoryLimit": 100_000,
    }
    return {"metadata": {"name": name}, "spec": spec}


def prepare(server: Server) -> int:
    """Make the namespace and its configurations; the revision from which builds are watched."""
    with server.client() as client:
        space = {"metadata": {"name": NAMESPACE}}
        client.post("/api/v1/namespaces", json=space).raise_for_status()
        for name in CONFIGS:
            client.post(f"{GROUP}/buildconfigs", json=config(name)).raise_for_status()
        listed = client.get(f"{GROUP}/builds").raise_for_status().json()
        return int(listed["metadata"]["resourceVersion"])


@dataclass
class Known:
    """What is known of builds: uids of those that were acknowledged, what was done to whom."""

    made: dict[str, str] = field(default_factory=dict)
    doubts: Counter[str] = field(default_factory=Counter)
    cancelled: set[str] = field(default_factory=set)
    orphaned: set[str] = field(default_factory=set)

    def expected(self, name: str) -> set[str]:
        """The phases that a build may end in."""
        phases = {"Failed" if fails(name) else "Complete"}
        if name in self.cancelled or name.startswith("latest-"):
            phases.add("Cancelled")
        if name in self.orphaned:
            phases |= {"Failed", "Error"}
        return phases


class Client:
    """Asks for builds, and cancels some of them."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._mine: list[str] = []

    async def go_on(self, client: httpx.AsyncClient) -> None:
        """Do one thing.

        Errors: httpx.TransportError.
        """
        if self._mine and random.random() < 0.15:  # noqa: S311  no secret
            await self._cancel(client, random.choice(self._mine[-3:]))  # noqa: S311
        else:
            await self._ask(client, random.choice(list(CONFIGS)))  # noqa: S311

    async def _ask(self, client: httpx.AsyncClient, name: str) -> None:
        self._known.doubts[name] += 1
        path = f"{GROUP}/buildconfigs/{name}"
        if name == SENT:
            answer = await client.post(f"{path}/instantiatebinary", content=SOURCE)
        else:
            request = {"metadata": {"name": name}}
            answer = await client.post(f"{path}/instantiate", json=request)
        if answer.status_code not in {200, 201}:
            assert answer.status_code in {409, 429, 503}, answer.text
            return
        self._known.doubts[name] -= 1
        metadata = answer.json()["metadata"]
        assert metadata["name"] not in self._known.made, f"{metadata['name']} was made twice"
        self._known.made[metadata["name"]] = metadata["uid"]
        self._mine.append(metadata["name"])

    async def _cancel(self, client: httpx.AsyncClient, name: str) -> None:
        self._known.cancelled.add(name)
        answer = await client.patch(
            f"{GROUP}/builds/{name}",
            json={"status": {"cancelled": True}},
            headers={"content-type": "application/merge-patch+json"},
        )
        assert answer.status_code in {200, 409, 429, 503}, answer.text


@asynccontextmanager
async def asking(server: Server, known: Known, clients: int) -> AsyncIterator[None]:
    """Clients at work, whatever becomes of the server, until the context ends."""
    context, enough = server.context(), anyio.Event()

    async def work(client: Client) -> None:
        while not enough.is_set():
            with suppress(httpx.TransportError):
                async with server.clients(context) as connection:
                    while not enough.is_set():
                        await client.go_on(connection)
                        await anyio.sleep(random.uniform(0, PAUSE))  # noqa: S311
            await anyio.sleep(AGAIN)

    async with anyio.create_task_group() as tasks:
        for _ in range(clients):
            tasks.start_soon(work, Client(known))
        yield
        # Whoever waits for an answer gets it.
        enough.set()


class Phases(Watcher):
    """Remembers the phases of builds, each as it changes."""

    def __init__(self, revision: int) -> None:
        super().__init__(revision)
        self.phases: dict[str, list[str]] = defaultdict(list)

    @override
    async def follow(self, client: httpx.AsyncClient, path: str = f"{GROUP}/builds") -> None:
        """Follow until the connection ends, in whatever way."""
        await super().follow(client, path)

    @override
    def take(self, line: str) -> None:
        """Take in one frame."""
        super().take(line)
        event = json.loads(line)
        if event["type"] in {"ADDED", "MODIFIED"}:
            build = event["object"]
            phases = self.phases[build["metadata"]["name"]]
            if build["status"]["phase"] not in phases[-1:]:
                phases.append(build["status"]["phase"])


async def killed_now_and_then(server: Server, known: Known) -> None:
    """Kill supervisors, and who starts them, at random, for ever."""
    while True:
        await anyio.sleep(random.uniform(0.2, 1.2))  # noqa: S311
        if random.random() < 0.3:  # noqa: S311
            for pid in nests(server):
                _kill(pid)
        else:
            _kill_a_supervisor(server, known)


def _kill_a_supervisor(server: Server, known: Known) -> None:
    places = [path for path in (server.state / "pods").glob("*/lock") if path.parent.name[0] != "."]
    if not places:
        return
    place = random.choice(places)  # noqa: S311
    with suppress(OSError, ValueError):
        pid, plan = int(place.read_text()), json.loads((place.parent / "pod.json").read_text())
        known.orphaned.add(plan["name"].removesuffix("-build"))
        if pid in processes(server):
            _kill(pid)


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def processes(server: Server) -> dict[int, str]:
    """The processes that came of a server, by what they run; itself left out."""
    mark = f"={server.log.parent}/".encode()
    own = server.process.pid if server.process is not None else 0
    found = {}
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark in (place / "environ").read_bytes() and int(place.name) != own:
                words = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                found[int(place.name)] = words
    return {pid: words for pid, words in found.items() if words}


def nests(server: Server) -> set[int]:
    """Who starts supervisors: what it has forked looks the same, but has a parent that does."""
    alike = {pid for pid, words in processes(server).items() if NEST in words}
    held = {_text(path) for path in (server.state / "pods").glob("*/lock")}
    return {pid for pid in alike if str(pid) not in held and _parent(pid) not in alike}


def _text(path: Path) -> str:
    """What is in a file; nothing in one that is gone by now."""
    with suppress(OSError):
        return path.read_text()
    return ""


def _parent(pid: int) -> int:
    stat = _text(Path(f"/proc/{pid}/stat"))
    return int(stat.rpartition(")")[2].split()[1]) if stat else 0


def wrong(known: Known, builds: Sequence[dict[str, Any]], begun: Path) -> Iterator[str]:
    """What of the builds is not as it should be in the end."""
    names = {each["metadata"]["name"]: each for each in builds}
    ran = Counter(begun.read_text().split())
    for name, uid in known.made.items():
        if name not in names or names[name]["metadata"]["uid"] != uid:
            yield f"{name} is lost"
    for name in ran.keys() - names.keys():
        yield f"{name} was run and is no build"
    for name, build in names.items():
        phase = build["status"]["phase"]
        if phase not in known.expected(name):
            yield f"{name} is {phase}: {build['status'].get('message')}"
        fewest = int(phase in {"Complete", "Failed"} and name not in known.orphaned)
        if not fewest <= ran[name] <= 1:
            yield f"{name} is {phase} and was run {ran[name]} times"
    yield from _miscounted(builds)


def _miscounted(builds: Sequence[dict[str, Any]]) -> Iterator[str]:
    for config_name in CONFIGS:
        numbers = [
            int(each["metadata"]["annotations"]["openshift.io/build.number"])
            for each in builds
            if each["metadata"]["name"].rpartition("-")[0] == config_name
        ]
        # A number is taken together with the build that has it: none is lost.
        if sorted(numbers) != list(range(1, len(numbers) + 1)):
            yield f"{config_name} has numbers twice, or lacks some: {sorted(numbers)}"


def is_whole(log: str, name: str, *, cut: bool) -> bool:
    """Whether a log is what a build has said; of one that was cut off, a part of it or nothing."""
    whole = "".join(f"{name} says {number}\n" for number in range(LINES))
    if cut and whole.startswith(log):
        return True
    # What a build that has never begun ended with is told in its place.
    return log == whole or (cut and log.startswith(f"build {name} "))


def cut_logs(server: Server, known: Known, builds: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The builds whose logs are not whole."""
    with server.client() as client:
        for build in builds:
            name, phase = build["metadata"]["name"], build["status"]["phase"]
            answer = client.get(f"{GROUP}/builds/{name}/log")
            cut = phase == "Cancelled" or name in known.orphaned
            if not is_whole(answer.text, name, cut=cut):
                yield f"{name}, {phase}: {answer.status_code} {answer.text!r}"


def leftovers(server: Server, known: Known) -> list[str]:
    """What is left of builds that have all ended."""
    with server.client() as client:
        items = client.get(f"/api/v1/namespaces/{NAMESPACE}/pods").json()["items"]
    uids = {each["metadata"]["uid"] for each in items}
    pods = [str(each) for each in (server.state / "pods").iterdir() if each.name != "events"]
    groups = [str(path) for group in GROUPS for path in group.iterdir() if path.name in uids]
    uploads = [str(each) for each in (server.state / "uploads").iterdir()]
    starting = sorted(nests(server))
    ours = processes(server).items()
    running = [f"{pid}: {words}" for pid, words in ours if pid not in starting[:1]]
    # What was sent by a request that was cut off may be there for a while.
    return [*pods, *groups, *running, *uploads[known.doubts[SENT] :]]
