"""Rights: who may pull from a repository, push into it, and take from it (IS-112).

Pulling is `get` of `imagestreams/layers`, pushing `update`, in the namespace and of the stream.

Source: image-streams.md IS-111, IS-112.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from slipcast.api import kinds
from slipcast.ports.api import Resource
from slipcast.registry.faults import DENIED, RegistryFault
from slipcast.registry.names import Repository
from slipcast.registry.parts import Parts
from slipcast.values.actor import Actor

Deed = Literal["pull", "push", "delete"]
_REVIEW: Final = kinds.require(kinds.AUTHORIZATION, "SelfSubjectAccessReview")
_ATTRIBUTES: Final[dict[Deed, dict[str, str]]] = {
    "pull": {"verb": "get", "resource": "imagestreams", "subresource": "layers"},
    "push": {"verb": "update", "resource": "imagestreams", "subresource": "layers"},
    "delete": {"verb": "delete", "resource": "imagestreamtags"},
}


async def may(parts: Parts, actor: Actor, repository: Repository, deed: Deed) -> bool:
    """Whether somebody may do that with a repository."""
    attributes = {
        **_ATTRIBUTES[deed],
        "group": kinds.IMAGE,
        "namespace": repository.namespace,
        "name": repository.stream,
    }
    content: dict[str, Any] = {"metadata": {}, "spec": {"resourceAttributes": attributes}}
    answer = await parts.apis.as_(actor).create(Resource(_REVIEW), content)
    return bool(answer.document.content.get("status", {}).get("allowed"))


async def demand(parts: Parts, actor: Actor, repository: Repository, deed: Deed) -> None:
    """Nothing, when somebody may do that with a repository.

    Errors: RegistryFault DENIED, the same whether the repository is there or not.
    """
    if not await may(parts, actor, repository, deed):
        raise RegistryFault(DENIED, f"access denied: {actor.name} may not {deed} {repository}")
