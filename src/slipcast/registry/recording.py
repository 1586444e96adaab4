"""Recording: what was pushed becomes an Image, and the newest of its tag (IS-113 to IS-118).

The registry writes with its own rights; only a stream that is not there is made with those of who
pushes.

Source: image-streams.md IS-70 to IS-75, IS-113 to IS-118.
"""

from __future__ import annotations

from typing import Final

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.images.prune import SUBJECT
from slipcast.ports.api import Resource
from slipcast.registry import streams
from slipcast.registry.faults import DENIED, MANIFEST_INVALID, NAME_INVALID, RegistryFault
from slipcast.registry.names import Repository
from slipcast.registry.parts import Manifest, Parts
from slipcast.values.actor import Actor
from slipcast.values.apifaults import AlreadyExists, Conflict, Forbidden, Invalid, NotFound
from slipcast.values.digest import Digest

NAMESPACE: Final = kinds.require(kinds.CORE, "Namespace")
IMAGE: Final = Resource(kinds.require(kinds.IMAGE, "Image"))
MANAGED: Final = {
    "openshift.io/image.managed": "true",
    "image.openshift.io/manifestBlobStored": "true",
}
"""Annotations of images that are kept in this registry (IS-68)."""
TRIES: Final = 30
"""How often a push goes on when others push to the same tag at once."""


async def check_namespace(parts: Parts, repository: Repository) -> None:
    """Nothing, when there is such a namespace (IS-114).

    Errors: RegistryFault DENIED, as where one may not.
    """
    try:
        await parts.server.get(Resource(NAMESPACE, "", repository.namespace))
    except NotFound as fault:
        raise RegistryFault(DENIED, "access denied") from fault


async def prepare(parts: Parts, actor: Actor, repository: Repository) -> None:
    """Make the stream, with the rights of who pushes (IS-114).

    Errors: RegistryFault.
    """
    content: JSON = {"metadata": {"name": repository.stream}}
    try:
        await parts.apis.as_(actor).create(Resource(streams.STREAM, repository.namespace), content)
    except AlreadyExists:
        return
    except (Forbidden, NotFound) as fault:
        # That there is no such namespace is nothing to tell.
        why = fault.message if isinstance(fault, Forbidden) else "access denied"
        raise RegistryFault(DENIED, why) from fault
    except Invalid as fault:
        raise RegistryFault(NAME_INVALID, fault.message) from fault


async def record(parts: Parts, repository: Repository, image: JSON, tag: str) -> None:
    """Keep an Image, and make it the newest of a tag, if one is named.

    Errors: RegistryFault DENIED for what limits and quotas forbid (IS-117); MANIFEST_INVALID.
    """
    try:
        if tag:
            await _map(parts, repository, image, tag)
        else:
            await parts.server.create(IMAGE, image)
    except AlreadyExists:
        return
    except Forbidden as fault:
        raise RegistryFault(DENIED, fault.message) from fault
    except Invalid as fault:
        raise RegistryFault(MANIFEST_INVALID, fault.message) from fault


async def _map(parts: Parts, repository: Repository, image: JSON, tag: str) -> None:
    mapping: JSON = {
        "metadata": {"name": repository.stream, "namespace": repository.namespace},
        "image": image,
        "tag": tag,
    }
    resource = Resource(kinds.require(kinds.IMAGE, "ImageStreamMapping"), repository.namespace)
    for left in reversed(range(TRIES)):
        try:
            await parts.server.create(resource, mapping)
        except Conflict:
            if not left:
                raise
        else:
            return


def image_of(
    parts: Parts,
    repository: Repository,
    manifest: Manifest,
    texts: JSON,
    subject: Digest | None = None,
) -> JSON:
    """The Image of what was pushed; texts are those of its manifest and its configuration.

    Shape:  what it is about is said beside the manifest only where that is not held.
    """
    name = str(manifest.digest)
    is_untold = subject is not None and "dockerImageManifest" not in texts
    about = {SUBJECT: str(subject)} if is_untold else {}
    return {
        "metadata": {"name": name, "annotations": {**MANAGED, **about}},
        "dockerImageReference": f"{parts.address}/{repository}@{name}",
        **texts,
    }


async def forget(parts: Parts, repository: Repository, name: str) -> bool:
    """Take an image out of the history of all tags of a stream; whether it was in one.

    Shape:  a tag that had nothing else is gone.
    """
    for left in reversed(range(TRIES)):
        try:
            return await _forget(parts, repository, name)
        except NotFound:
            return False
        except Conflict:
            if not left:
                raise
    return False


async def _forget(parts: Parts, repository: Repository, name: str) -> bool:
    document = await parts.server.get(streams.resource_of(repository))
    content = document.content
    before: list[JSON] = content.get("status", {}).get("tags") or []
    after = [
        {**tag, "items": [item for item in tag.get("items") or [] if item.get("image") != name]}
        for tag in before
    ]
    if after == before:
        return False
    content["status"]["tags"] = [tag for tag in after if tag["items"] or tag.get("conditions")]
    await parts.server.update(streams.resource_of(repository, "status"), content)
    return True
