"""The agent, decided: the pods of the API against what their runner says, and back.

Level, not edge: what is decided depends on the view alone. Only pods of builds run here. A slot is
taken by what runs, not by what waits for a Secret, so that nobody's mistake stops others' builds.

Order of the end: logs are kept, then the API is told, then the API forgets a pod that was deleted,
then the runner forgets it: cut off anywhere, what was done is found done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from slipcast.api.pod import Pod, PodStatus
from slipcast.builds import naming
from slipcast.reconcile import podstatus
from slipcast.reconcile.podactions import (
    Again,
    Bind,
    Delete,
    Forget,
    Keep,
    PodAction,
    Start,
    Stop,
    Tell,
)
from slipcast.reconcile.podqueue import next_pods

ORPHANED: Final = timedelta(seconds=10)
"""How long a pod may take to end that is gone from the API."""

_NEVER: Final = datetime.max.replace(tzinfo=UTC)

UNTOLD: Final = timedelta(seconds=2)
"""How long a pod waits for its turn before it is told what it waits for."""

NOT_OURS: Final = "0/1 nodes are available: this server runs the pods of builds and no others."


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why a pod could not be started, and until when it is not tried again; None: never."""

    reason: str
    message: str
    until: datetime | None = None


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What the runner says of a pod that was started and not removed."""

    uid: str
    namespace: str
    status: PodStatus


NOBODY: Mapping[str, Refusal] = {}
NEVER: Mapping[str, datetime] = {}
NO_KEYS: Mapping[str, str] = {}


class PodsView(msgspec.Struct, frozen=True, kw_only=True):
    """The pods of a node, and what its agent remembers of them, by uid.

    Shape:  pods are those that are not over or are being deleted, and all that are in seen.
            starting are those that are being started right now. stopped says by when a pod was
            asked to end. kept are those whose logs are kept, keys says under which key those of
            pods that may be gone from the API are; unkept says until when keeping is not tried
            again. others are the nodes that may be there beside this one; None: there is no other,
            and what was bound to one was bound to this one under an earlier name.
    """

    pods: tuple[Pod, ...]
    seen: tuple[Seen, ...]
    node: str
    limit: int
    starting: frozenset[str] = frozenset()
    refusals: Mapping[str, Refusal] = NOBODY
    stopped: Mapping[str, datetime] = NEVER
    kept: frozenset[str] = frozenset()
    keys: Mapping[str, str] = NO_KEYS
    unkept: Mapping[str, datetime] = NEVER
    others: frozenset[str] | None = None

    def is_ours(self, pod: Pod) -> bool:
        """Whether a pod is for this node, or for any."""
        return self.others is None or pod.spec.node_name in {"", self.node}

    def is_abandoned(self, pod: Pod) -> bool:
        """Whether a pod is for a node that is gone."""
        return not self.is_ours(pod) and pod.spec.node_name not in (self.others or ())


def reconcile(view: PodsView, now: datetime) -> tuple[PodAction, ...]:
    """What is to be done about pods; nothing when all is as it should be."""
    seen = {each.uid: each for each in view.seen}
    known = {each.metadata.uid for each in view.pods}
    actions: list[PodAction] = []
    for each in view.seen:
        if each.uid not in known:
            actions += _orphaned(view, each, now)
    for pod in view.pods:
        found = seen.get(pod.metadata.uid)
        if found is not None:
            actions += _started(view, pod, found, now)
        elif pod.metadata.uid not in view.starting and view.is_ours(pod):
            actions += _unstarted(view, pod, now)
        elif view.is_abandoned(pod):
            actions += _abandoned(pod, now)
    return (*actions, *_begun(view, seen, now))


def load(view: PodsView) -> tuple[int, int]:
    """How many pods run here, and how many wait that could."""
    seen = {each.uid: each for each in view.seen}
    running = [each for each in view.seen if not podstatus.is_over(each.status)]
    waiting = [
        pod
        for pod in view.pods
        if pod.metadata.uid not in seen
        and pod.metadata.uid not in view.starting
        and view.is_ours(pod)
        and is_of_build(pod)
        and not (pod.metadata.deletion_timestamp or podstatus.is_over(pod.status) or _began(pod))
    ]
    return len(running) + len(view.starting - seen.keys()), len(waiting)


def is_of_build(pod: Pod) -> bool:
    """Whether a Build controls a pod; none but the server can make one so."""
    owners = pod.metadata.owner_references
    return any(each.controller and each.kind == "Build" for each in owners)


def _begun(view: PodsView, seen: Mapping[str, Seen], now: datetime) -> Iterator[PodAction]:
    """The pods whose turn it is."""
    running = Counter(each.namespace for each in view.seen if not podstatus.is_over(each.status))
    fresh = [pod for pod in view.pods if pod.metadata.uid not in seen]
    running.update(pod.metadata.namespace for pod in fresh if pod.metadata.uid in view.starting)
    waiting = [pod for pod in fresh if _may_start(view, pod, now)]
    turn = next_pods(waiting, running, view.limit - running.total())
    for pod in turn:
        if not pod.spec.node_name:
            yield Bind(pod=pod, node=view.node)
        yield Start(pod=pod)
    # Who was refused before says that, and not that it waits.
    silent = {*(pod.metadata.uid for pod in turn), *view.refusals}
    count = f"{view.limit} of {view.limit} builds run on this machine"
    yield from _told_to_wait(
        view.node, [pod for pod in waiting if pod.metadata.uid not in silent], count, now
    )


def blinded(pods: Iterable[Pod], node: str, why: str, now: datetime) -> tuple[PodAction, ...]:
    """What is to be done while nobody can say which pods run: those that wait are told."""
    waiting = (
        pod
        for pod in pods
        if is_of_build(pod)
        and pod.spec.node_name in {"", node}
        and not pod.metadata.deletion_timestamp
        and not _began(pod)
    )
    return tuple(_told_to_wait(node, waiting, f"this machine runs no pods now: {why}", now))


def _told_to_wait(
    node: str, waiting: Iterable[Pod], why: str, now: datetime
) -> Iterator[PodAction]:
    """Telling pods what they wait for, if they have waited for a while.

    Shape:  what another node has told stays: one of them is enough to say it.
    """
    soon: list[tuple[datetime, str]] = []
    for pod in waiting:
        told, message = podstatus.why_unscheduled(pod), f"{node}: {why}"
        if told == message or (told and not told.startswith(f"{node}: ")):
            continue
        at = (podstatus.moment(pod.metadata.creation_timestamp) or now) + UNTOLD
        if at > now:
            soon.append((at, pod.metadata.uid))
        else:
            yield Tell(before=pod, after=podstatus.unscheduled(pod, message, now))
    if soon:
        first = min(soon)
        yield Again(uid=first[1], at=first[0])


def _may_start(view: PodsView, pod: Pod, now: datetime) -> bool:
    """Whether a pod that its runner does not know only waits for its turn."""
    uid = pod.metadata.uid
    if uid in view.starting or not view.is_ours(pod):
        return False
    if pod.metadata.deletion_timestamp or not is_of_build(pod) or _began(pod):
        return False
    refusal = view.refusals.get(uid)
    if refusal is None:
        return True
    return refusal.until is not None and refusal.until <= now < _latest(pod)


def _unstarted(view: PodsView, pod: Pod, now: datetime) -> tuple[PodAction, ...]:
    """A pod that its runner does not know."""
    if pod.metadata.deletion_timestamp:
        return _let_go(pod) if pod.spec.node_name else ()
    if podstatus.is_over(pod.status):
        return ()
    if not is_of_build(pod):
        return _tell(pod, podstatus.unscheduled(pod, NOT_OURS, now))
    if _began(pod):
        return _tell(pod, podstatus.lost(pod, now))
    refusal = view.refusals.get(pod.metadata.uid)
    return () if refusal is None else _refused(pod, refusal, now)


def _abandoned(pod: Pod, now: datetime) -> tuple[PodAction, ...]:
    """A pod of a node that is gone: nobody else can be given it."""
    if podstatus.is_over(pod.status) or not is_of_build(pod):
        return ()
    if pod.metadata.deletion_timestamp:
        return _let_go(pod)
    if _began(pod):
        return _tell(pod, podstatus.lost(pod, now))
    why = f"The server {pod.spec.node_name}, which was to run it, is gone."
    return _tell(pod, podstatus.failed(pod, podstatus.LOST, why, now))


def _refused(pod: Pod, refusal: Refusal, now: datetime) -> tuple[PodAction, ...]:
    """A pod that could not be started: it is tried again, or it is over."""
    if refusal.until is None:
        return _tell(pod, podstatus.failed(pod, refusal.reason, refusal.message, now))
    if now >= _latest(pod):
        return _tell(pod, podstatus.failed(pod, podstatus.DEADLINE, refusal.message, now))
    held = podstatus.held(pod, refusal.reason, refusal.message, now)
    if refusal.until <= now:
        return _tell(pod, held)
    at = min(refusal.until, _latest(pod))
    return (*_tell(pod, held), Again(uid=pod.metadata.uid, at=at))


def _started(view: PodsView, pod: Pod, seen: Seen, now: datetime) -> tuple[PodAction, ...]:
    """A pod that its runner knows."""
    if podstatus.is_over(seen.status):
        return _ended(view, pod, seen, now)
    if podstatus.is_over(pod.status):
        # What the API says of an end stays said.
        return _stopped(view, seen.uid, now + ORPHANED, now)
    told = _tell(pod, podstatus.told(pod, seen.status, now))
    if not pod.metadata.deletion_timestamp:
        return told
    by = podstatus.moment(pod.metadata.deletion_timestamp) or now
    return (*_stopped(view, seen.uid, by, now), *told)


def _ended(view: PodsView, pod: Pod, seen: Seen, now: datetime) -> tuple[PodAction, ...]:
    """A pod that has ended: its logs, its status, its end in the API, its end on the host."""
    logs = _logs(view, seen, naming.log_key(pod), now)
    waits = [each for each in logs if isinstance(each, Again)]
    told = (
        () if podstatus.is_over(pod.status) else _tell(pod, podstatus.told(pod, seen.status, now))
    )
    if waits:
        # Who waits for the build is told, whatever becomes of its log.
        return (*told, *waits)
    gone = _let_go(pod) if pod.metadata.deletion_timestamp else ()
    return (*logs, *told, *gone, Forget(uid=seen.uid))


def _orphaned(view: PodsView, seen: Seen, now: datetime) -> tuple[PodAction, ...]:
    """A pod that is gone from the API."""
    if not podstatus.is_over(seen.status):
        return _stopped(view, seen.uid, now + ORPHANED, now)
    key = view.keys.get(seen.uid)
    logs = _logs(view, seen, key, now) if key is not None else ()
    if any(isinstance(each, Again) for each in logs):
        return logs
    return (*logs, Forget(uid=seen.uid))


def _logs(view: PodsView, seen: Seen, key: str, now: datetime) -> tuple[PodAction, ...]:
    """Keeping what a pod said, unless that is done, or did not work a moment ago."""
    if seen.uid in view.kept:
        return ()
    until = view.unkept.get(seen.uid)
    if until is not None and until > now:
        return (Again(uid=seen.uid, at=until),)
    every = (*seen.status.init_container_statuses, *seen.status.container_statuses)
    spoke = tuple(each.name for each in every if each.state.terminated is not None)
    return (Keep(uid=seen.uid, key=key, containers=spoke),)


def _stopped(view: PodsView, uid: str, by: datetime, now: datetime) -> tuple[PodAction, ...]:
    """Asking a pod to end, unless it was asked to end as early."""
    asked = view.stopped.get(uid)
    if asked is not None and asked <= by:
        return ()
    return (Stop(uid=uid, grace=max(0.0, (by - now).total_seconds()), by=by),)


def _let_go(pod: Pod) -> tuple[PodAction, ...]:
    """The end of a pod that is deleted, in the API; once, since finalizers may hold it."""
    return () if pod.metadata.deletion_grace_period_seconds == 0 else (Delete(pod=pod),)


def _began(pod: Pod) -> bool:
    """Whether a pod was started once, as its status says."""
    return bool(pod.status.start_time) or podstatus.is_over(pod.status)


def _latest(pod: Pod) -> datetime:
    """Until when a pod may wait for what keeps it from beginning."""
    since, seconds = podstatus.scheduled_at(pod), pod.spec.active_deadline_seconds
    if since is None or seconds is None:
        return _NEVER
    try:
        return since + timedelta(seconds=seconds)
    except OverflowError:
        return _NEVER


def _tell(before: Pod, after: Pod) -> tuple[PodAction, ...]:
    return () if after == before else (Tell(before=before, after=after),)
