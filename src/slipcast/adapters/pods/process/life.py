"""The life of a pod: what happens to its containers, what is to be done next, and its status.

Pure: it is told the time, and what became of each container. Moments are seconds of a clock that
only goes forward; `wall` is the same as the API writes it.

Source: Kubernetes, the lifecycle of pods: phases, restart policies, back-off.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import msgspec
from msgspec.structs import replace

from slipcast.adapters.pods.process.plan import Plan, Role
from slipcast.api.pod import (
    ContainerState,
    ContainerStateRunning,
    ContainerStateTerminated,
    ContainerStateWaiting,
    ContainerStatus,
    PodStatus,
)

FIRST_PAUSE: Final = 10.0
LONGEST_PAUSE: Final = 300.0
STEADY: Final = 600.0
"""Seconds after which a container that ended is taken for one that had run well."""

DEADLINE: Final = "DeadlineExceeded"
_TOO_LATE: Final = "Pod was active on the node longer than the specified deadline"


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """How a container ended."""

    code: int
    reason: str = ""
    message: str = ""


@dataclass(slots=True)
class Container:
    """A container: its role, how it is doing, and when it is started."""

    role: Role
    status: ContainerStatus
    due: float = 0.0
    since: float = 0.0
    pause: float = 0.0
    over: bool = False

    @property
    def runs(self) -> bool:
        """Whether it runs."""
        return self.status.state.running is not None

    @property
    def code(self) -> int:
        """What it ended with."""
        end = self.status.state.terminated
        return 0 if end is None else end.exit_code


@dataclass(slots=True)
class Life:
    """A pod from its start to its end."""

    plan: Plan
    wall: str
    inits: list[Container] = field(default_factory=list)
    mains: list[Container] = field(default_factory=list)
    reason: str = ""
    ending: bool = False

    def __post_init__(self) -> None:
        """Every container waits."""
        self.inits = [_waiting(role) for role in self.plan.inits]
        self.mains = [_waiting(role) for role in self.plan.mains]

    @property
    def each(self) -> list[Container]:
        """All containers, in their order."""
        return [*self.inits, *self.mains]

    @property
    def is_over(self) -> bool:
        """Whether nothing runs and nothing will."""
        if any(each.runs for each in self.each):
            return False
        return self.ending or self._init_failed or all(each.over for each in self.each)

    def startable(self, now: float) -> list[Container]:
        """The containers that are to be started now."""
        return [each for each in self._wanted() if each.due <= now]

    def next_start(self) -> float | None:
        """When the next container is to be started."""
        return min((each.due for each in self._wanted()), default=None)

    def started(self, container: Container, now: float, wall: str) -> None:
        """A container runs."""
        last = container.status.state.terminated
        container.since = now
        container.status = replace(
            container.status,
            state=ContainerState(running=ContainerStateRunning(started_at=wall)),
            restart_count=container.status.restart_count + (last is not None),
            last_state=ContainerState(terminated=last),
            ready=True,
            started=True,
        )

    def ended(self, container: Container, ending: Ending, now: float, wall: str) -> None:
        """A container has ended, or could not be started."""
        running = container.status.state.running
        reason = ending.reason or ("Error" if ending.code else "Completed")
        container.status = replace(
            container.status,
            ready=not ending.code and container in self.inits,
            started=False,
            state=ContainerState(
                terminated=ContainerStateTerminated(
                    exit_code=ending.code,
                    reason=reason,
                    message=ending.message,
                    started_at=running.started_at if running else wall,
                    finished_at=wall,
                )
            ),
        )
        container.over = self.ending or self.plan.stays_ended(container.role.name, ending.code)
        if not container.over:
            steady = now - container.since > STEADY
            container.due = now + (0.0 if steady else container.pause)
            longer = max(FIRST_PAUSE, container.pause * 2)
            container.pause = 0.0 if steady else min(longer, LONGEST_PAUSE)

    def end(self, reason: str = "") -> None:
        """Nothing more is started; what runs is being ended."""
        self.ending = True
        self.reason = self.reason or reason

    @property
    def status(self) -> PodStatus:
        """How the pod is doing."""
        return PodStatus(
            phase=self._phase,
            reason=self.reason,
            message=_TOO_LATE if self.reason == DEADLINE else "",
            start_time=self.wall,
            init_container_statuses=tuple(each.status for each in self.inits),
            container_statuses=tuple(each.status for each in self.mains),
        )

    @property
    def _phase(self) -> str:
        if self.is_over:
            # Of a plan that cannot be read nothing has run: that is no success.
            good = self.each and all(each.over and each.code == 0 for each in self.each)
            return "Succeeded" if good and not self.reason else "Failed"
        begun = [each for each in self.mains if each.status.state.waiting is None]
        return "Running" if begun else "Pending"

    @property
    def _init_failed(self) -> bool:
        return any(each.over and each.code for each in self.inits)

    def _wanted(self) -> list[Container]:
        if self.ending or self._init_failed:
            return []
        first = next((each for each in self.inits if not each.over), None)
        group = self.mains if first is None else [first]
        return [each for each in group if not each.runs and not each.over]


def lost(plan: Plan, status: PodStatus, wall: str) -> PodStatus:
    """The status of a pod whose supervisor is gone without a word."""
    message = (
        "The process that looked after this pod was killed, or the machine was restarted; "
        "what the pod ran has been ended."
    )

    def known(
        roles: tuple[Role, ...], statuses: tuple[ContainerStatus, ...]
    ) -> tuple[ContainerStatus, ...]:
        told = {each.name: each for each in statuses}
        return tuple(_lost(told.get(role.name) or _waiting(role).status, wall) for role in roles)

    return replace(
        status,
        phase="Failed",
        reason="Lost",
        message=message,
        start_time=status.start_time or wall,
        init_container_statuses=known(plan.inits, status.init_container_statuses),
        container_statuses=known(plan.mains, status.container_statuses),
    )


def _lost(status: ContainerStatus, wall: str) -> ContainerStatus:
    running = status.state.running
    if running is None:
        return status
    end = ContainerStateTerminated(
        exit_code=137,
        reason="ContainerStatusUnknown",
        message="How the container ended is not known.",
        started_at=running.started_at,
        finished_at=wall,
    )
    return replace(status, ready=False, started=False, state=ContainerState(terminated=end))


def _waiting(role: Role) -> Container:
    waiting = ContainerState(waiting=ContainerStateWaiting(reason="PodInitializing"))
    return Container(role, ContainerStatus(name=role.name, image=role.image, state=waiting))
