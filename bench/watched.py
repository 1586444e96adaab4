"""Builds as a client sees them: when they were asked for, when their pods and they themselves
changed, when their first line was said; and what all processes of a server used.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from wire import Connection, Target, request

BUILDS = "/apis/build.openshift.io/v1"
ENDED = frozenset({"Complete", "Failed", "Error", "Cancelled"})
_ACCOUNTS = Path("/sys/fs/cgroup/cpuacct")
_NANO = 1e9


@dataclass(slots=True)
class Seen:
    """One build. Units: seconds since the epoch; 0 is not yet."""

    asked: float = 0.0
    answered: float = 0.0
    planned: float = 0.0
    runs: float = 0.0
    said: float = 0.0
    ended: float = 0.0
    phase: str = ""


@dataclass(slots=True)
class Watched:
    """The builds of a namespace, by name."""

    target: Target
    namespace: str
    builds: dict[str, Seen] = field(default_factory=dict)
    _moved: asyncio.Event = field(default_factory=asyncio.Event)

    @contextlib.asynccontextmanager
    async def following(self) -> Any:
        """Follow builds and pods while in the context."""
        places = (
            (f"{BUILDS}/namespaces/{self.namespace}/builds", self._saw_build),
            (f"/api/v1/namespaces/{self.namespace}/pods", self._saw_pod),
        )
        async with asyncio.TaskGroup() as tasks:
            following = []
            for path, saw in places:
                connection = await Connection.open(self.target, self.target.tls())
                listed = json.loads(await connection.ask(request("GET", f"{path}?limit=1")))
                since = listed["metadata"]["resourceVersion"]
                watch = f"{path}?watch=true&resourceVersion={since}"
                await connection.follow(request("GET", watch))
                following.append(tasks.create_task(self._follow(connection, saw)))
            yield self
            for task in following:
                task.cancel()

    async def ask(self, connection: Connection, config: str) -> str:
        """Ask for a build of a config; its name."""
        path = f"{BUILDS}/namespaces/{self.namespace}/buildconfigs/{config}/instantiate"
        body = {"kind": "BuildRequest", "apiVersion": "build.openshift.io/v1"}
        raw = request("POST", path, {**body, "metadata": {"name": config}})
        asked = time.time()
        made = json.loads(await connection.ask(raw))
        seen = self._of(made["metadata"]["name"])
        seen.asked, seen.answered = asked, time.time()
        return str(made["metadata"]["name"])

    async def ended(self, names: Sequence[str]) -> None:
        """Return when all of them have ended."""
        while not all(self._of(name).ended for name in names):
            self._moved.clear()
            await self._moved.wait()

    async def listen(self, names: Sequence[str]) -> None:
        """Learn from their logs when they said their first line."""
        connection = await Connection.open(self.target, self.target.tls())
        for name in names:
            path = f"{BUILDS}/namespaces/{self.namespace}/builds/{name}/log"
            text = await connection.read(request("GET", f"{path}?timestamps=true&limitBytes=64"))
            first = text.split(b" ", 1)[0].decode()
            self._of(name).said = datetime.fromisoformat(first).timestamp()
        await connection.close()

    def _of(self, name: str) -> Seen:
        return self.builds.setdefault(name, Seen())

    async def _follow(self, connection: Connection, saw: Any) -> None:
        rest = b""
        async for frame in connection.frames():
            *lines, rest = (rest + frame).split(b"\n")
            now = time.time()
            for line in lines:
                event = json.loads(line)
                saw(event["object"], now)
            self._moved.set()

    def _saw_build(self, build: Any, now: float) -> None:
        phase = build.get("status", {}).get("phase")
        if phase in ENDED:
            seen = self._of(build["metadata"]["name"])
            seen.ended, seen.phase = seen.ended or now, phase

    def _saw_pod(self, pod: Any, now: float) -> None:
        seen = self._of(pod["metadata"]["name"].removesuffix("-build"))
        seen.planned = seen.planned or now
        if pod.get("status", {}).get("startTime"):
            seen.runs = seen.runs or now


@dataclass(frozen=True, slots=True)
class Account:
    """What a server and all that came of it have used."""

    group: Path | None

    @classmethod
    @contextlib.contextmanager
    def of(cls, target: Target) -> Iterator[Account]:
        """Count from now on, where this host lets us."""
        group = _ACCOUNTS / f"bench-builds-{target.pid}"
        try:
            group.mkdir()
            (group / "cgroup.procs").write_text(str(target.pid))
        except OSError:
            yield cls(None)
            return
        try:
            yield cls(group)
        finally:
            for pid in (group / "cgroup.procs").read_text().split():
                with contextlib.suppress(OSError):
                    (_ACCOUNTS / "cgroup.procs").write_text(pid)
            with contextlib.suppress(OSError):
                group.rmdir()

    def read(self) -> float:
        """Seconds of processor until now; not a number where nobody counts."""
        if self.group is None:
            return float("nan")
        return int((self.group / "cpuacct.usage").read_text()) / _NANO
