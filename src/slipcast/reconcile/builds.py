"""The build controller: from New over Pending and Running to an end, and cancelling on the way.

Level, not edge: what is decided depends on the view alone. Whoever asks again gets the rest of an
answer that was only half carried out, and nothing when all was.

Source: build-lifecycle.md sections 1, 3, 4, 7, 9, 10 and 12.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from msgspec.structs import replace

from slipcast.api import kinds
from slipcast.api.build import Build
from slipcast.api.pod import Pod
from slipcast.builds import naming
from slipcast.builds.outcome import outcome, ran_out_of_memory, snippet
from slipcast.builds.phases import Phase, conditioned, ended, entered, is_terminal, started
from slipcast.builds.reasons import MESSAGES, Reason
from slipcast.builds.runpolicy import RunPolicy, next_builds, policy_of
from slipcast.builds.strategies import is_delegated
from slipcast.reconcile.actions import NORMAL, WARNING, Action, Change, Record, Remove
from slipcast.reconcile.podcreation import creation, is_ours
from slipcast.reconcile.views import BuildView

BUILD: Final = kinds.require(kinds.BUILD, "Build")
POD: Final = kinds.require(kinds.CORE, "Pod")

EVENTS: Final = {
    Phase.RUNNING: ("BuildStarted", "is now running"),
    Phase.COMPLETE: ("BuildCompleted", "completed successfully"),
    Phase.FAILED: ("BuildFailed", "failed"),
    Phase.ERROR: ("BuildFailed", "failed"),
    Phase.CANCELLED: ("BuildCancelled", "has been cancelled"),
}
"""THE TABLE of events: what people are told of a build that enters a phase (BL-586 to BL-589)."""


def reconcile(view: BuildView, now: datetime) -> tuple[Action, ...]:
    """What is to be done about a build; nothing when all is as it should be."""
    build = view.build
    if build.metadata.deletion_timestamp or is_delegated(build) or not _is_known(build):
        return ()
    if is_terminal(build.status.phase):
        return _over(view, now)
    if build.status.cancelled:
        return _cancelled(view, now)
    if build.status.phase in {"", Phase.NEW}:
        return _waiting(view, now)
    return _followed(view, now)


def _is_known(build: Build) -> bool:
    """Whether a build is in a phase at all; what clients invent is not ours to move."""
    return (build.status.phase or Phase.NEW) in set(Phase)


def pod_refused(view: BuildView, why: str, now: datetime) -> tuple[Action, ...]:
    """What is to be done when a build's pod could not be created, before it is tried again (BL-43).

    Shape:  why is the fault's message.
    """
    build = view.build
    message = f"{MESSAGES[Reason.CANNOT_CREATE_POD]} {why}"
    held = entered(build, Phase.NEW, now, reason=Reason.CANNOT_CREATE_POD, message=message)
    told = Record(
        kind=BUILD,
        object=build,
        type=WARNING,
        reason="FailedCreate",
        message=f"Error creating build pod: {why}",
    )
    return (*_change(build, held), told)


def _over(view: BuildView, now: datetime) -> tuple[Action, ...]:
    """A build that is over: its record is completed, once (BL-79, BL-80)."""
    build, pod = view.build, _our_pod(view)
    phase = Phase(build.status.phase)
    after = build
    if phase == Phase.FAILED and pod is not None:
        after = _with_last_words(build, pod, now)
    if build.status.completion_timestamp:
        return _change(build, after)
    after = started(after, pod.status.start_time if pod is not None else "")
    after = conditioned(replace(after, status=ended(after.status, now)), now)
    return (*_change(build, after), _told(after, phase))


def _with_last_words(build: Build, pod: Pod, now: datetime) -> Build:
    """A failed build with what its pod said last, which the builder could not know (BL-73)."""
    out_of_memory = ran_out_of_memory(pod) and build.status.reason != Reason.OUT_OF_MEMORY
    if out_of_memory:
        reason = Reason.OUT_OF_MEMORY
        build = entered(build, Phase.FAILED, now, reason=reason, message=MESSAGES[reason])
    if build.status.log_snippet:
        return build
    return replace(build, status=replace(build.status, log_snippet=snippet(pod)))


def _cancelled(view: BuildView, now: datetime) -> tuple[Action, ...]:
    """A build that somebody wants to stop: first its pod goes, then it is over (BL-91, BL-92)."""
    build, pod = view.build, _our_pod(view)
    reason = Reason.CANCELLED
    after = entered(build, Phase.CANCELLED, now, reason=reason, message=MESSAGES[reason])
    gone = (Remove(kind=POD, object=pod),) if pod is not None else ()
    return (*gone, *_moved(build, after))


def _waiting(view: BuildView, now: datetime) -> tuple[Action, ...]:
    """A build that is New: its turn, and what keeps it from its pod (BL-30 to BL-48)."""
    build = view.build
    # A pod that is there runs, whoever's turn it is: whoever made it was stopped before saying so.
    if _our_pod(view) is None and naming.config_name(build):
        siblings = _queue(view)
        turn = next_builds(siblings)
        if build.metadata.name in turn.unnumbered:
            return _unnumbered(build, now)
        if build.metadata.name not in turn.start:
            newest = policy_of(build) is RunPolicy.SERIAL_LATEST_ONLY
            return _superseding(siblings, turn.superseded) if newest else ()
    return creation(view, now)


def _queue(view: BuildView) -> tuple[Build, ...]:
    """The builds of the same BuildConfig, as they stand in line; pipelines stand elsewhere."""
    build = view.build
    config = naming.config_name(build)
    others = (
        each
        for each in view.siblings
        if each.metadata.name != build.metadata.name and naming.is_of_config(each, config)
    )
    return (build, *(each for each in others if not (is_delegated(each) or _is_leaving(each))))


def _is_leaving(build: Build) -> bool:
    """Whether a build is deleted before it began: it will not take its turn."""
    return bool(build.metadata.deletion_timestamp) and build.status.phase in {"", Phase.NEW}


def _superseding(siblings: tuple[Build, ...], names: tuple[str, ...]) -> tuple[Action, ...]:
    """Builds that are cancelled because there is a newer one (BL-32)."""
    chosen = (each for each in siblings if each.metadata.name in names)
    return tuple(
        Change(
            kind=BUILD,
            before=each,
            after=replace(each, status=replace(each.status, cancelled=True)),
        )
        for each in chosen
    )


def _unnumbered(build: Build, now: datetime) -> tuple[Action, ...]:
    """A build whose place nobody knows: it is told, once, what it lacks (BL-30, BL-585)."""
    message = (
        f"The annotation {naming.BUILD_NUMBER} holds no number, so that no build of"
        f" {naming.config_name(build)} can start."
    )
    held = entered(build, Phase.NEW, now, message=message)
    changes = _change(build, held)
    if not changes:
        return ()
    told = Record(
        kind=BUILD,
        object=build,
        type=WARNING,
        reason="HandleBuildError",
        message=f"Build has error: {message}",
    )
    return (*changes, told)


def _followed(view: BuildView, now: datetime) -> tuple[Action, ...]:
    """A build whose pod was made: it is where its pod is (BL-70 to BL-77)."""
    build = view.build
    found = outcome(build, _our_pod(view), push_secret_missing=view.push_secret_missing)
    after = entered(
        started(build, found.started), found.phase, now, reason=found.reason, message=found.message
    )
    if after.status.phase == found.phase and found.snippet:
        after = replace(after, status=replace(after.status, log_snippet=found.snippet))
    return _moved(build, after)


def _moved(before: Build, after: Build) -> tuple[Action, ...]:
    """The change, and the news if it is another phase."""
    changes = _change(before, after)
    phase = Phase(after.status.phase)
    if before.status.phase == phase or phase not in EVENTS:
        return changes
    return (*changes, _told(after, phase))


def _told(build: Build, phase: Phase) -> Record:
    reason, what = EVENTS[phase]
    message = f"Build {build.metadata.namespace}/{build.metadata.name} {what}"
    return Record(kind=BUILD, object=build, type=NORMAL, reason=reason, message=message)


def _change(before: Build, after: Build) -> tuple[Action, ...]:
    return () if after == before else (Change(kind=BUILD, before=before, after=after),)


def _our_pod(view: BuildView) -> Pod | None:
    return view.pod if view.pod is not None and is_ours(view.pod, view.build) else None
