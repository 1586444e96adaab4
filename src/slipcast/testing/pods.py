"""Pods in memory: a test moves them through their phases and says what their containers say.

Implements the Pods port. One instance is one host: give it to a second agent, and it finds what
the first one started.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from msgspec.structs import replace

from slipcast.api.pod import (
    ContainerState,
    ContainerStateRunning,
    ContainerStateTerminated,
    ContainerStateWaiting,
    ContainerStatus,
    Pod,
    PodStatus,
)
from slipcast.builds import naming
from slipcast.ports.pods import Materials, Observed
from slipcast.values.faults import NotFound, PodFault, PortFault
from slipcast.values.logrecords import Stream, timestamp, written

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
KILLED = 137
TERMINATED = 143
OVER = frozenset({"Succeeded", "Failed"})
_WAITING = ContainerState(waiting=ContainerStateWaiting(reason="PodInitializing"))


@dataclass(slots=True)
class FakePod:
    """A pod that was started, what it was given, and what became of it.

    Shape:  said and received are by container; asked_to_end has the graces of every stop.
    """

    pod: Pod
    materials: Materials
    status: PodStatus
    said: dict[str, bytes] = field(default_factory=dict)
    received: dict[str, bytes] = field(default_factory=dict)
    asked_to_end: list[float] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.status.phase in OVER


Behaviour = Callable[["FakePods", str], None]
"""What a pod does as soon as it was started; it is told by its uid."""


@dataclass(slots=True)
class FakePods:
    """A host in memory. Pods are named by uid or, in what tests say, by name.

    Shape:  behaves says what every pod does as soon as it was started; by default it waits for the
            test. refusal is raised by `start`, refused counts how often; fault is raised by every
            method, and asked_in_vain counts how often. A stubborn host does not end what it is
            asked to end. started and removed are uids, in order, each time.
    """

    now: Callable[[], datetime] = lambda: NOON
    behaves: Behaviour | None = None
    refusal: Exception | None = None
    refused: int = 0
    fault: PortFault | None = None
    asked_in_vain: int = 0
    stubborn: bool = False
    pods: dict[str, FakePod] = field(default_factory=dict)
    started: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    _news: list[str] = field(default_factory=list)
    _moved: asyncio.Event = field(default_factory=asyncio.Event)

    async def start(self, pod: Pod, materials: Materials) -> None:
        """See the port."""
        self._check()
        if self.refusal is not None:
            self.refused += 1
            self._tell(pod.metadata.uid)
            raise self.refusal
        uid = pod.metadata.uid
        if uid in self.pods:
            return
        status = PodStatus(
            phase="Pending",
            start_time=self._moment(),
            init_container_statuses=tuple(
                ContainerStatus(name=each.name, image=each.image, state=_WAITING)
                for each in pod.spec.init_containers
            ),
            container_statuses=tuple(
                ContainerStatus(name=each.name, image=each.image, state=_WAITING)
                for each in pod.spec.containers
            ),
        )
        self.pods[uid] = FakePod(pod, materials, status)
        self.started.append(uid)
        self._tell(uid)
        if self.behaves is not None:
            self.behaves(self, uid)

    async def stop(self, uid: str, grace: float) -> None:
        """See the port."""
        self._check()
        found = self.pods.get(uid)
        if found is None:
            return
        found.asked_to_end.append(grace)
        if not self.stubborn and not found.is_over:
            self.fail(uid, exit_code=TERMINATED)

    async def remove(self, uid: str) -> None:
        """See the port."""
        self._check()
        found = self.pods.get(uid)
        if found is None:
            return
        if not found.is_over:
            raise PodFault(f"pod {found.pod.metadata.name} runs", retryable=True)
        del self.pods[uid]
        self.removed.append(uid)
        self._tell(uid)

    async def list(self) -> tuple[Observed, ...]:
        """See the port."""
        self._check()
        return tuple(
            Observed(
                uid=uid,
                namespace=each.pod.metadata.namespace,
                name=each.pod.metadata.name,
                status=each.status,
                key=naming.log_key(each.pod),
            )
            for uid, each in self.pods.items()
        )

    async def changes(self) -> AsyncGenerator[str, None]:
        """See the port."""
        self._check()
        return self._changes(len(self._news))

    async def records(
        self, uid: str, container: str, *, follow: bool = False
    ) -> AsyncGenerator[bytes, None]:
        """See the port."""
        self._check()
        found = self.pods.get(uid)
        if found is None or _state(found.status, container) is None:
            raise NotFound(f"there is no container {container} of pod {uid}")
        return self._records(found, container, follow=follow)

    async def attach(self, uid: str, container: str, body: AsyncIterator[bytes]) -> None:
        """See the port."""
        self._check()
        found = self.pods.get(uid)
        if found is None or _state(found.status, container) is None:
            raise NotFound(f"there is no container {container} of pod {uid}")
        if found.is_over:
            raise PodFault(f"container {container} has ended")
        async for piece in body:
            found.received[container] = found.received.get(container, b"") + piece

    def run(self, which: str) -> None:
        """All init containers have ended well, all others run."""
        found = self._of(which)
        moment = self._moment()
        running = ContainerState(running=ContainerStateRunning(started_at=moment))
        status = replace(
            found.status,
            phase="Running",
            init_container_statuses=self._ended(found.status.init_container_statuses, 0),
            container_statuses=tuple(
                replace(each, state=running, ready=True, started=True)
                for each in found.status.container_statuses
            ),
        )
        self._become(found, status)

    def succeed(self, which: str) -> None:
        """Every container has ended well."""
        self._end(which, "Succeeded", 0)

    def fail(
        self, which: str, *, exit_code: int = 1, container_reason: str = "", reason: str = ""
    ) -> None:
        """Every container that had not ended has ended badly.

        Shape:  reason is the pod's own, such as `DeadlineExceeded`.
        """
        self._end(which, "Failed", exit_code, container_reason, reason)

    def run_out_of_memory(self, which: str) -> None:
        """The kernel has killed every container."""
        self.fail(which, exit_code=KILLED, container_reason="OOMKilled")

    def say(self, which: str, text: str, *, container: str = "", stream: Stream = "stdout") -> None:
        """A container says lines.

        Shape:  container empty means the first.
        """
        found = self._of(which)
        name = container or found.pod.spec.containers[0].name
        time = timestamp(self.now())
        lines = (written(time, stream, line.encode()) for line in text.splitlines())
        found.said[name] = found.said.get(name, b"") + b"".join(lines)
        self._move()

    def vanish(self, which: str) -> None:
        """The host has lost a pod."""
        uid = self._of(which).pod.metadata.uid
        del self.pods[uid]
        self._tell(uid)

    def uid(self, name: str) -> str:
        """The uid of the pod of a name."""
        return self._of(name).pod.metadata.uid

    async def until(self, holds: Callable[[], bool]) -> None:
        """Return when something holds; looked at whenever something happens here."""
        while not holds():
            await self._moved.wait()

    def _of(self, which: str) -> FakePod:
        if which in self.pods:
            return self.pods[which]
        return next(each for each in self.pods.values() if each.pod.metadata.name == which)

    def _check(self) -> None:
        if self.fault is not None:
            self.asked_in_vain += 1
            self._move()
            raise self.fault

    def _moment(self) -> str:
        return self.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def _end(
        self, which: str, phase: str, exit_code: int, container_reason: str = "", reason: str = ""
    ) -> None:
        found = self._of(which)
        if found.is_over:
            return
        status = replace(
            found.status,
            phase=phase,
            reason=reason,
            init_container_statuses=self._ended(
                found.status.init_container_statuses, exit_code, container_reason
            ),
            container_statuses=self._ended(
                found.status.container_statuses, exit_code, container_reason
            ),
        )
        self._become(found, status)

    def _ended(
        self, containers: tuple[ContainerStatus, ...], exit_code: int, reason: str = ""
    ) -> tuple[ContainerStatus, ...]:
        moment = self._moment()
        return tuple(
            each
            if each.state.terminated is not None
            else replace(
                each,
                ready=False,
                started=False,
                state=ContainerState(
                    terminated=ContainerStateTerminated(
                        exit_code=exit_code,
                        reason=reason or ("Error" if exit_code else "Completed"),
                        started_at=each.state.running.started_at if each.state.running else moment,
                        finished_at=moment,
                    )
                ),
            )
            for each in containers
        )

    def _become(self, found: FakePod, status: PodStatus) -> None:
        found.status = status
        self._tell(found.pod.metadata.uid)

    def _tell(self, uid: str) -> None:
        self._news.append(uid)
        self._move()

    def _move(self) -> None:
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def _changes(self, seen: int) -> AsyncGenerator[str, None]:
        while True:
            while seen < len(self._news):
                seen += 1
                yield self._news[seen - 1]
            await self._moved.wait()

    async def _records(
        self, found: FakePod, container: str, *, follow: bool
    ) -> AsyncGenerator[bytes, None]:
        sent = 0
        while True:
            said = found.said.get(container, b"")[sent:]
            if said:
                sent += len(said)
                yield said
                continue
            state = _state(found.status, container)
            is_gone = found.pod.metadata.uid not in self.pods
            if not follow or is_gone or state is None or state.terminated is not None:
                return
            await self._moved.wait()


def runs_and_succeeds(pods: FakePods, uid: str) -> None:
    """A pod that runs, says a line and ends well as soon as it was started."""
    pods.run(uid)
    pods.say(uid, "built")
    pods.succeed(uid)


def runs(pods: FakePods, uid: str) -> None:
    """A pod that runs as soon as it was started."""
    pods.run(uid)


def _state(status: PodStatus, container: str) -> ContainerState | None:
    every = (*status.init_container_statuses, *status.container_statuses)
    return next((each.state for each in every if each.name == container), None)
