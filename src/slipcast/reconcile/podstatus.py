"""The status of a pod as its node writes it: what its runner says, in the words of a kubelet.

Source: Kubernetes, pod lifecycle: phases, conditions, container states.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from slipcast.api.meta import Condition
from slipcast.api.pod import (
    ContainerState,
    ContainerStateTerminated,
    ContainerStateWaiting,
    ContainerStatus,
    Pod,
    PodStatus,
)
from slipcast.values import instant
from slipcast.values.apifaults import BadRequest

SCHEDULED: Final = "PodScheduled"
UNSCHEDULABLE: Final = "Unschedulable"
OVER: Final = frozenset({"Succeeded", "Failed"})
LOST: Final = "Lost"
DEADLINE: Final = "DeadlineExceeded"

_ENDED: Final = {"Succeeded": "PodCompleted", "Failed": "PodFailed"}
_INITIALIZING: Final = "PodInitializing"
_GONE: Final = ContainerState(
    terminated=ContainerStateTerminated(
        exit_code=137,
        reason="ContainerStatusUnknown",
        message="The container could not be located when the pod was terminated",
    )
)


def is_over(status: PodStatus) -> bool:
    """Whether a pod has ended, for good."""
    return status.phase in OVER


def told(pod: Pod, seen: PodStatus, now: datetime) -> Pod:
    """A pod that was started, with what its runner says."""
    status = replace(
        pod.status,
        phase=seen.phase or "Pending",
        reason=seen.reason,
        message=seen.message,
        host_ip="",
        start_time=pod.status.start_time or seen.start_time,
        init_container_statuses=seen.init_container_statuses,
        container_statuses=seen.container_statuses,
    )
    return _with(pod, status, now)


def held(pod: Pod, reason: str, message: str, now: datetime) -> Pod:
    """A pod that cannot begin yet: its first container says why."""
    why = ContainerState(waiting=ContainerStateWaiting(reason=reason, message=message))
    later = ContainerState(waiting=ContainerStateWaiting(reason=_INITIALIZING))
    inits, mains = pod.spec.init_containers, pod.spec.containers
    main = later if inits else why
    status = replace(
        pod.status,
        phase="Pending",
        init_container_statuses=tuple(
            ContainerStatus(name=each.name, image=each.image, state=later if index else why)
            for index, each in enumerate(inits)
        ),
        container_statuses=tuple(
            ContainerStatus(name=each.name, image=each.image, state=main) for each in mains
        ),
    )
    return _with(pod, status, now)


def failed(pod: Pod, reason: str, message: str, now: datetime) -> Pod:
    """A pod that never began and never will."""
    status = replace(pod.status, phase="Failed", reason=reason, message=message)
    return _with(pod, status, now)


def lost(pod: Pod, now: datetime) -> Pod:
    """A pod that began, and of which its node knows nothing any more."""
    status = replace(
        pod.status,
        phase="Failed",
        reason=LOST,
        message="The node knows nothing of this pod any more.",
        init_container_statuses=_gone(pod.status.init_container_statuses),
        container_statuses=_gone(pod.status.container_statuses),
    )
    return _with(pod, status, now)


def unscheduled(pod: Pod, message: str, now: datetime) -> Pod:
    """A pod that gets no node, and why."""
    new = Condition(type=SCHEDULED, status="False", reason=UNSCHEDULABLE, message=message)
    conditions = _merged(pod.status.conditions, [new], now)
    return replace(pod, status=replace(pod.status, conditions=conditions))


def why_unscheduled(pod: Pod) -> str:
    """What a pod was told that gets no node by now; empty when it was told nothing."""
    for each in pod.status.conditions:
        if each.type == SCHEDULED and each.status == "False":
            return each.message
    return ""


def scheduled_at(pod: Pod) -> datetime | None:
    """When a pod was taken on by its node, as its status says."""
    for each in pod.status.conditions:
        if each.type == SCHEDULED and each.status == "True":
            return moment(each.last_transition_time)
    return None


def moment(text: str) -> datetime | None:
    """A moment as objects have it; None where there is none that can be read."""
    try:
        return instant.parse(text)
    except BadRequest:
        return None


def _gone(statuses: Iterable[ContainerStatus]) -> tuple[ContainerStatus, ...]:
    return tuple(
        each
        if each.state.terminated is not None
        else replace(each, state=_GONE, ready=False, started=False)
        for each in statuses
    )


def _with(pod: Pod, status: PodStatus, now: datetime) -> Pod:
    """The pod with a status and the conditions that follow from it."""
    conditions = _merged(pod.status.conditions, list(_conditions(pod, status)), now)
    return replace(pod, status=replace(status, conditions=conditions))


def _conditions(pod: Pod, status: PodStatus) -> Iterator[Condition]:
    yield _initialized(pod, status)
    ready = _ready(pod, status)
    yield replace(ready, type="Ready")
    yield replace(ready, type="ContainersReady")
    yield Condition(type=SCHEDULED, status="True")


def _initialized(pod: Pod, status: PodStatus) -> Condition:
    kind = "Initialized"
    if status.phase == "Succeeded":
        return Condition(type=kind, status="True", reason=_ENDED[status.phase])
    done = {each.name for each in status.init_container_statuses if _went_well(each)}
    rest = [each.name for each in pod.spec.init_containers if each.name not in done]
    if not rest:
        return Condition(type=kind, status="True")
    message = f"containers with incomplete status: [{' '.join(rest)}]"
    return Condition(type=kind, status="False", reason="ContainersNotInitialized", message=message)


def _went_well(status: ContainerStatus) -> bool:
    return status.state.terminated is not None and not status.state.terminated.exit_code


def _ready(pod: Pod, status: PodStatus) -> Condition:
    if status.phase in _ENDED:
        return Condition(status="False", reason=_ENDED[status.phase])
    ready = {each.name for each in status.container_statuses if each.ready}
    rest = [each.name for each in pod.spec.containers if each.name not in ready]
    if not rest:
        return Condition(status="True")
    message = f"containers with unready status: [{' '.join(rest)}]"
    return Condition(status="False", reason="ContainersNotReady", message=message)


def _merged(
    old: Iterable[Condition], new: Iterable[Condition], now: datetime
) -> tuple[Condition, ...]:
    """New conditions before those that others look after; one that stays keeps its moment."""
    before = {each.type: each for each in old}
    found: list[Condition] = []
    for each in new:
        was = before.pop(each.type, None)
        stays = was is not None and was.status == each.status
        since = was.last_transition_time if was is not None and stays else instant.to_text(now)
        found.append(replace(each, last_transition_time=since))
    return (*found, *before.values())
