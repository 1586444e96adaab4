"""Rights: who may pull from a repository, push into it, and take from it (IS-112).

Pulling is `get` of `imagestreams/layers`, pushing `update`, in the namespace and of the stream;
taking away is `delete` of `imagestreamtags`. Decided anew with each request.

Source: image-streams.md IS-111, IS-112.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from slipcast.api import kinds
from slipcast.ports.api import Resource
from slipcast.registry.faults import DENIED, UNAUTHORIZED, RegistryFault
from slipcast.registry.names import Repository
from slipcast.registry.parts import Parts
from slipcast.values.actor import Actor
from slipcast.values.apifaults import Forbidden

Deed = Literal["pull", "push", "delete"]
_OWN: Final = Resource(kinds.require(kinds.AUTHORIZATION, "SelfSubjectAccessReview"))
_ANYBODYS: Final = Resource(kinds.require(kinds.AUTHORIZATION, "SubjectAccessReview"))
_ATTRIBUTES: Final[dict[Deed, dict[str, str]]] = {
    "pull": {"verb": "get", "resource": "imagestreams", "subresource": "layers"},
    "push": {"verb": "update", "resource": "imagestreams", "subresource": "layers"},
    "delete": {"verb": "delete", "resource": "imagestreamtags"},
}


async def may(parts: Parts, actor: Actor, repository: Repository, deed: Deed) -> bool:
    """Whether somebody may do that with a repository; with all of a namespace, without a stream."""
    attributes = {
        **_ATTRIBUTES[deed],
        "group": kinds.IMAGE,
        "namespace": repository.namespace,
        "name": repository.stream,
    }
    if not actor.is_known:
        return await _may_anybody(parts, actor, attributes)
    content: dict[str, Any] = {"metadata": {}, "spec": {"resourceAttributes": attributes}}
    try:
        answer = await parts.apis.as_(actor).create(_OWN, content)
    except Forbidden:
        # A token for less than all does not let its owner ask.
        return False
    return bool(answer.document.content.get("status", {}).get("allowed"))


async def demand(parts: Parts, actor: Actor, repository: Repository, deed: Deed) -> None:
    """Nothing, when somebody may do that with a repository.

    Errors: RegistryFault DENIED, or UNAUTHORIZED where nobody knows who asks; the same whether the
            repository is there or not.
    """
    if not await may(parts, actor, repository, deed):
        raise refused(actor)


def refused(actor: Actor) -> RegistryFault:
    """The fault of not being allowed to."""
    if not actor.is_known:
        return RegistryFault(UNAUTHORIZED, "authentication required")
    return RegistryFault(DENIED, "access denied")


async def _may_anybody(parts: Parts, actor: Actor, attributes: dict[str, str]) -> bool:
    """Whether those whom nobody knows may; they cannot ask themselves."""
    spec = {"resourceAttributes": attributes, "user": actor.name, "groups": list(actor.groups)}
    content: dict[str, Any] = {"metadata": {}, "spec": spec}
    answer = await parts.server.create(_ANYBODYS, content)
    return bool(answer.document.content.get("status", {}).get("allowed"))
