"""A build whose turn it is gets its pod, or is told what keeps it from one.

Source: build-lifecycle.md section 4.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, assert_never

from msgspec.structs import replace

from slipcast.api import kinds
from slipcast.api.build import Build
from slipcast.api.pod import Pod
from slipcast.builds import naming
from slipcast.builds.phases import Phase, entered
from slipcast.builds.reasons import MESSAGES, Reason
from slipcast.builds.strategies import Delegate, Facts, PodPlan, Refused, plan
from slipcast.reconcile.actions import NORMAL, WARNING, Action, Again, Change, Create, Record
from slipcast.reconcile.views import BuildView, Missing
from slipcast.values.apifaults import BadRequest
from slipcast.values.instant import parse

BUILD: Final = kinds.require(kinds.BUILD, "Build")
POD: Final = kinds.require(kinds.CORE, "Pod")

PATIENCE: Final = timedelta(minutes=2)
"""How long a pod of another owner may stay in the way, before the build gives up (BL-44)."""


def is_ours(pod: Pod, build: Build) -> bool:
    """Whether a pod was made for a build: its owner is just this one, not one of its name."""
    uid = build.metadata.uid
    return any(
        each.kind == BUILD.name and each.uid == uid for each in pod.metadata.owner_references
    )


def creation(view: BuildView, now: datetime) -> tuple[Action, ...]:
    """The pod of a build whose turn it is; one that is there already is adopted (BL-44, BL-48)."""
    if view.pod is not None:
        if is_ours(view.pod, view.build):
            return _pending(view, now)
        return _occupied(view, view.pod, now)
    if view.output.wrong:
        return _held(view, now, Reason.INVALID_OUTPUT, view.output.wrong)
    if view.missing.values:
        message = f"{MESSAGES[Reason.UNRESOLVABLE_VARIABLE]} {' '.join(view.missing.values)}"
        return _ended(view.build, Phase.ERROR, now, Reason.UNRESOLVABLE_VARIABLE, message)
    if view.missing.config_maps or view.missing.secrets:
        return _held(view, now, Reason.CANNOT_CREATE_POD, _listed(view.missing))
    return _planned(view, now)


def _planned(view: BuildView, now: datetime) -> tuple[Action, ...]:
    facts = Facts(
        output=view.output.name, push_secret=view.output.secret, may_be_root=view.may_be_root
    )
    found = plan(view.build, view.cluster, facts)
    match found:
        case PodPlan():
            return (Create(kind=POD, object=found.pod), *_pending(view, now))
        case Delegate():
            return ()
        case Refused() if found.reason == Reason.UNRESOLVABLE_VARIABLE:
            return _ended(view.build, Phase.ERROR, now, found.reason, found.message)
        case Refused():
            message = f"{MESSAGES[found.reason]} {found.message}"
            held = entered(view.build, Phase.NEW, now, reason=found.reason, message=message)
            return _change(view.build, held)
        case _:
            assert_never(found)


def _pending(view: BuildView, now: datetime) -> tuple[Action, ...]:
    """The build has its pod (BL-41, BL-45)."""
    build = view.build
    annotations = {**build.metadata.annotations, naming.POD_NAME: naming.pod_name(build)}
    output = view.output.name or build.status.output_docker_image_reference
    after = entered(build, Phase.PENDING, now)
    after = replace(
        after,
        metadata=replace(after.metadata, annotations=annotations),
        status=replace(after.status, output_docker_image_reference=output),
    )
    return _change(build, after)


def _occupied(view: BuildView, pod: Pod, now: datetime) -> tuple[Action, ...]:
    """Another's pod has the name: it may be about to go; if it stays, the build cannot run."""
    build, reason = view.build, Reason.POD_EXISTS
    if not pod.metadata.owner_references:
        return _ended(build, Phase.ERROR, now, reason, MESSAGES[reason])
    since = _waiting_since(build, reason)
    if since is None:
        message = f"Waiting for another build's pod {pod.metadata.name} to go."
        held = entered(build, Phase.NEW, now, reason=reason, message=message)
        return (*_change(build, held), Again(at=now + PATIENCE))
    if now - since < PATIENCE:
        return (Again(at=since + PATIENCE),)
    return _ended(build, Phase.ERROR, now, reason, MESSAGES[reason])


def _waiting_since(build: Build, reason: Reason) -> datetime | None:
    """Since when a build has been waiting for this reason; None when it has not."""
    for each in build.status.conditions:
        if (each.type, each.reason) == (Phase.NEW, reason):
            try:
                return parse(each.last_update_time)
            except BadRequest:
                return None
    return None


def _held(view: BuildView, now: datetime, reason: Reason, why: str) -> tuple[Action, ...]:
    """A build waits for what is missing; what was sent along cannot wait (BL-40, BL-46)."""
    build = view.build
    message = f"{MESSAGES[reason][:-1]}: {why}." if reason is Reason.INVALID_OUTPUT else why
    if build.spec.source.binary is not None:
        return _ended(build, Phase.FAILED, now, reason, message)
    changes = _change(build, entered(build, Phase.NEW, now, reason=reason, message=message))
    if not changes or reason is not Reason.INVALID_OUTPUT:
        return changes
    return (*changes, _record(build, WARNING, "invalidOutput", why))


def _ended(
    build: Build, phase: Phase, now: datetime, reason: Reason, message: str
) -> tuple[Action, ...]:
    after = entered(build, phase, now, reason=reason, message=message)
    told = f"Build {build.metadata.namespace}/{build.metadata.name} failed"
    return (*_change(build, after), _record(after, NORMAL, "BuildFailed", told))


def _record(build: Build, type_: str, reason: str, message: str) -> Record:
    return Record(kind=BUILD, object=build, type=type_, reason=reason, message=message)


def _change(before: Build, after: Build) -> tuple[Action, ...]:
    return () if after == before else (Change(kind=BUILD, before=before, after=after),)


def _listed(missing: Missing) -> str:
    """What is not there, as people are told (BL-46)."""
    parts = []
    if missing.config_maps:
        parts.append(f"ConfigMaps [{' '.join(missing.config_maps)}]")
    if missing.secrets:
        parts.append(f"Secrets [{' '.join(missing.secrets)}]")
    return f"These resources do not exist: {' '.join(parts)}"
