"""Admission: what an actor may not write although it may write the kind.

Roles and bindings give away only what their writer has; a build strategy that lets its user choose
what runs has to be allowed by itself. The pod of a build has the rights of builds on its host, so
that nobody but the server makes one, or says what runs in it.

Source: Kubernetes RBAC, privilege escalation; OpenShift, restricting build strategies.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from slipcast.access.rules import Attempt
from slipcast.api.document import JSON
from slipcast.api.kinds import BUILD, CORE, RBAC
from slipcast.builds.naming import BUILD_NAME
from slipcast.ports.api import Resource
from slipcast.store.authorize import Guard
from slipcast.values.actor import MASTERS
from slipcast.values.apifaults import refused
from slipcast.values.patch import same

Admit = Callable[[Resource, JSON, JSON | None], Awaitable[None]]
"""Looks at what is about to be kept, and what it replaces. Errors: Forbidden."""

STRATEGIES: Final = {
    "sourceStrategy": ("Source", "source"),
    "dockerStrategy": ("Docker", "docker"),
    "customStrategy": ("Custom", "custom"),
    "jenkinsPipelineStrategy": ("JenkinsPipeline", "jenkinspipeline"),
}
"""THE TABLE of build strategies: their field, their name, and what of builds may be created."""

OPTIMIZED: Final = "optimizeddocker"
"""What of builds may be created where layers of a Docker build are left out."""

_TIES: Final = frozenset({"ownerReferences", "finalizers", "managedFields", "resourceVersion"})


async def everything(_resource: Resource, _content: JSON, _before: JSON | None) -> None:
    """Admits everything: for what the server writes itself."""


def by(guard: Guard) -> Admit:
    """What an actor may write."""

    async def admit(resource: Resource, content: JSON, before: JSON | None) -> None:
        kind = resource.kind
        if kind.group == RBAC:
            if before is None or not _says_same(content, before):
                await guard.check_grant(resource, content)
        elif kind.group == BUILD:
            if resource.subresource or (before and _concerns_garbage_only(content, before)):
                return
            await check_strategy(guard, resource, content)
        elif (kind.group, kind.name) == (CORE, "Pod") and MASTERS not in guard.actor.groups:
            _check_pod(resource, content, before)

    return admit


def _check_pod(resource: Resource, content: JSON, before: JSON | None) -> None:
    """A pod that is, or says that it is, a build's is only for the server to write."""
    if before is None:
        if not _is_of_build(content):
            return
        why = "only the build controller creates the pods of builds: start a build instead"
    else:
        if not (_is_of_build(content) or _is_of_build(before)):
            return
        if all(same(one, other) for one, other in zip(_run(content), _run(before), strict=True)):
            return
        why = "what runs in the pod of a build, and whose it is, cannot be changed"
    kind = resource.kind
    raise refused(kind.plural, kind.group, resource.name, why)


def _is_of_build(pod: JSON) -> bool:
    """Whether a pod would be taken for that of a build."""
    metadata = pod["metadata"]
    owners = metadata.get("ownerReferences") or ()
    return BUILD_NAME in (metadata.get("labels") or {}) or any(
        each.get("kind") == "Build" for each in owners
    )


def _run(pod: JSON) -> tuple[object, ...]:
    """What of a pod says what runs, for whom, and what came of it."""
    metadata = pod["metadata"]
    words = (metadata.get(field) or {} for field in ("labels", "annotations"))
    return (
        pod.get("spec"),
        pod.get("status"),
        metadata.get("ownerReferences"),
        *(each.get(BUILD_NAME) for each in words),
    )


def _says_same(content: JSON, before: JSON) -> bool:
    fields = ("rules", "aggregationRule", "roleRef", "subjects")
    return all(same(content.get(field), before.get(field)) for field in fields)


async def check_strategy(guard: Guard, resource: Resource, content: JSON) -> None:
    """Nothing, when an actor may build the way an object says (BL-140).

    Shape:  an object without a strategy is not this rule's to refuse.
    Errors: Forbidden (BL-141).
    """
    strategy = (content.get("spec") or {}).get("strategy") or {}
    used = next((field for field in STRATEGIES if strategy.get(field) is not None), None)
    if used is None:
        return
    shown, allowed_by = STRATEGIES[used]
    if strategy[used].get("imageOptimizationPolicy") not in {None, "None"}:
        allowed_by = OPTIMIZED
    attempt = Attempt(
        verb="create",
        group=BUILD,
        plural="builds",
        subresource=allowed_by,
        namespace=resource.namespace,
    )
    verdict = await guard.policy.decide(guard.actor, attempt)
    if not verdict.allowed:
        kind, name = resource.kind, content["metadata"].get("name", "")
        why = f"build strategy {shown} is not allowed"
        raise refused(kind.plural, kind.group, name, why)


def _concerns_garbage_only(content: JSON, before: JSON) -> bool:
    """Whether an update only says what an object goes with, and who must agree (BL-144)."""
    return same(_without_ties(content), _without_ties(before))


def _without_ties(content: JSON) -> JSON:
    metadata = {field: value for field, value in content["metadata"].items() if field not in _TIES}
    return {**content, "metadata": metadata}
