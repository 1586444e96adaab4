"""What a build's pod says about the build: phase, reason, message, the last lines of its log.

What the builder itself reported goes before what its pod looks like (BL-63). Whether the build may
go to that phase is decided in `phases`.

Source: build-lifecycle.md section 7.
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec.structs import replace

from slipcast.api.build import Build
from slipcast.api.pod import ContainerStateTerminated, ContainerStatus, Pod
from slipcast.builds.phases import Phase
from slipcast.builds.reasons import MESSAGES, Reason

OUT_OF_MEMORY: Final = "OOMKilled"
"""The reason of a container that the kernel ended for its memory."""

EVICTED: Final = "Evicted"
"""The reason of a pod that its node had no more room for."""

MESSAGE_LATE: Final = "The build took longer than its completionDeadlineSeconds allow."

_LATE: Final = "DeadlineExceeded"
_SCHEDULED: Final = "PodScheduled"
_SNIPPET_LINES: Final = 5
_LONGEST_LINE: Final = 120
_HEAD: Final = 58
_TAIL: Final = 59


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Where a build is, as its pod has it.

    Shape:  started is when the pod began, empty when it has not; snippet is empty unless it failed.
    """

    phase: Phase
    reason: str = ""
    message: str = ""
    started: str = ""
    snippet: str = ""


def outcome(build: Build, pod: Pod | None, *, push_secret_missing: bool = False) -> Outcome:
    """Where a build is, whose pod is this; None for a pod that is gone (BL-70 to BL-76)."""
    if pod is None:
        return _because(Phase.ERROR, Reason.POD_DELETED)
    status = pod.status
    if status.phase == "Running" or (status.phase in {"", "Pending"} and _has_begun(pod)):
        return Outcome(phase=Phase.RUNNING, started=status.start_time)
    if status.phase == "Succeeded":
        return _succeeded(pod)
    if status.phase == "Failed":
        return _failed(build, pod)
    if push_secret_missing:
        missing = _because(Phase.PENDING, Reason.MISSING_PUSH_SECRET)
        said = _waits_for(pod)
        return replace(missing, message=f"{missing.message[:-1]}: {said}") if said else missing
    return Outcome(phase=Phase.PENDING, message=_waits_for(pod))


def snippet(pod: Pod) -> str:
    """The last lines of what failed, long ones without their middle (BL-80)."""
    ends = (_end(each) for each in (*pod.status.container_statuses, *_inits(pod)))
    texts = (end.message for end in ends if end is not None and end.exit_code != 0)
    text = next((text for text in texts if text.strip()), "")
    lines = text.rstrip().splitlines()[-_SNIPPET_LINES:]
    return "\n".join(_shortened(line) for line in lines)


def ran_out_of_memory(pod: Pod) -> bool:
    """Whether a container of the pod was ended for its memory."""
    ends = (_end(each) for each in (*pod.status.container_statuses, *_inits(pod)))
    return any(end is not None and end.reason == OUT_OF_MEMORY for end in ends)


def _waits_for(pod: Pod) -> str:
    """What keeps a pod from beginning, in words; empty when nothing is told (UP-30)."""
    for each in pod.status.conditions:
        if each.type == _SCHEDULED and each.status == "False":
            return each.message
    every = (*_inits(pod), *pod.status.container_statuses)
    said = (each.state.waiting.message for each in every if each.state.waiting is not None)
    return next((message for message in said if message), "")


def _has_begun(pod: Pod) -> bool:
    """Whether the first stage runs or has run: then the build does (BA-607)."""
    return any(each.state.running or each.state.terminated for each in _inits(pod))


def _succeeded(pod: Pod) -> Outcome:
    started = pod.status.start_time
    if not pod.status.container_statuses:
        return _because(Phase.ERROR, Reason.NO_CONTAINER_STATUS, started)
    ends = [_end(each) for each in pod.status.container_statuses]
    if any(end is not None and end.exit_code != 0 for end in ends):
        return _because(Phase.ERROR, Reason.FAILED_CONTAINER, started)
    return Outcome(phase=Phase.COMPLETE, started=started)


def _failed(build: Build, pod: Pod) -> Outcome:
    started, tail = pod.status.start_time, snippet(pod)
    if ran_out_of_memory(pod):
        return _because(Phase.FAILED, Reason.OUT_OF_MEMORY, started, tail)
    if pod.status.reason == EVICTED:
        message = pod.status.message or MESSAGES[Reason.EVICTED]
        return Outcome(
            phase=Phase.FAILED,
            reason=Reason.EVICTED,
            message=message,
            started=started,
            snippet=tail,
        )
    if pod.metadata.deletion_timestamp:
        return _because(Phase.ERROR, Reason.POD_DELETED, started)
    told = build.status
    if told.phase == Phase.FAILED and told.reason:
        return Outcome(
            phase=Phase.FAILED,
            reason=told.reason,
            message=told.message,
            started=started,
            snippet=tail,
        )
    if not started and pod.status.message:
        return _never_began(pod)
    reason = Reason.GENERIC_FAILED
    message = MESSAGE_LATE if pod.status.reason == _LATE else MESSAGES[reason]
    return Outcome(
        phase=Phase.FAILED, reason=reason, message=message, started=started, snippet=tail
    )


def _never_began(pod: Pod) -> Outcome:
    """A build whose pod could not be started, and why (UP-2)."""
    is_late = pod.status.reason == _LATE
    reason = Reason.GENERIC_FAILED if is_late else Reason.CANNOT_CREATE_POD
    what = f"{MESSAGE_LATE} It waited:" if is_late else MESSAGES[reason]
    message = f"{what} {pod.status.message}"
    return Outcome(phase=Phase.FAILED, reason=reason, message=message)


def _because(phase: Phase, reason: Reason, started: str = "", tail: str = "") -> Outcome:
    message = MESSAGES[reason]
    return Outcome(phase=phase, reason=reason, message=message, started=started, snippet=tail)


def _inits(pod: Pod) -> tuple[ContainerStatus, ...]:
    return pod.status.init_container_statuses


def _end(status: ContainerStatus) -> ContainerStateTerminated | None:
    return status.state.terminated


def _shortened(line: str) -> str:
    if len(line) <= _LONGEST_LINE:
        return line
    return f"{line[:_HEAD]}...{line[-_TAIL:]}"
