"""Lists: the tags of a repository, all repositories, what refers to a manifest.

Source: OCI distribution specification 1.1, content discovery; the catalog is docker's.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any, Final

import msgspec
from starlette.responses import Response

from slipcast.api import kinds
from slipcast.images.manifests import LARGEST, OCI_INDEX
from slipcast.ports.api import Resource
from slipcast.registry import contents, streams
from slipcast.registry.faults import DIGEST_INVALID, NAME_UNKNOWN, RegistryFault
from slipcast.registry.names import TAG, Repository
from slipcast.registry.objects import all_of
from slipcast.registry.pages import Page
from slipcast.registry.parts import Call, Manifest, Parts
from slipcast.registry.rights import demand, may, refused
from slipcast.values.digest import Digest
from slipcast.values.faults import InvalidFault

FILTER: Final = "artifactType"
NAMESPACES: Final = Resource(kinds.require(kinds.CORE, "Namespace"))


async def tags(parts: Parts, call: Call) -> Response:
    """The tags of a repository that mean something, in order.

    Errors: RegistryFault.
    """
    repository = call.repository
    await demand(parts, call.actor, repository, "pull")
    page = Page.of(call.request)
    stream = await streams.stream_of(parts, repository)
    if stream is None:
        raise RegistryFault(NAME_UNKNOWN, f"there is no repository {repository}")
    names = sorted(
        each.tag
        for each in stream.status.tags
        if each.items and each.tag > page.last and TAG.fullmatch(each.tag)
    )
    shown = names[: page.most]
    path = f"/v2/{repository}/tags/list"
    headers = page.next(path, shown, {}) if len(names) > len(shown) else {}
    return _answered({"name": str(repository), "tags": shown}, headers)


async def catalog(parts: Parts, call: Call) -> Response:
    """The repositories that who asks may pull from, in order.

    Errors: RegistryFault UNAUTHORIZED for those whom nobody knows, when there are none.
    """
    page = Page.of(call.request)
    shown: list[str] = []
    is_more = False
    async with aclosing(_visible(parts, call, page.last)) as names:
        async for name in names:
            if len(shown) == page.most:
                is_more = True
                break
            shown.append(name)
    if not shown and not page.last and page.most and not call.actor.is_known:
        raise refused(call.actor)
    headers = page.next("/v2/_catalog", shown, {}) if is_more else {}
    return _answered({"repositories": shown}, headers)


async def _visible(parts: Parts, call: Call, last: str) -> AsyncGenerator[str, None]:
    """The repositories behind the last one that is known, from which who asks may pull.

    Shape:  namespace by namespace, so that those before the last one are not looked into; of most
            it is known of all streams at once whether one may.
    """
    spaces = sorted([f"{each.names.name}/" async for each in all_of(parts.server, NAMESPACES)])
    for space in spaces:
        if space < last and not last.startswith(space):
            continue
        namespace = space.removesuffix("/")
        whole = await may(parts, call.actor, Repository(namespace, ""), "pull")
        async for each in all_of(parts.server, Resource(streams.STREAM, namespace)):
            repository = Repository(namespace, each.names.name)
            if str(repository) <= last:
                continue
            if whole or await may(parts, call.actor, repository, "pull"):
                yield str(repository)


async def referrers(parts: Parts, call: Call) -> Response:
    """An index of the manifests of a repository that are about another, there or not.

    Errors: RegistryFault.
    """
    repository = call.repository
    await demand(parts, call.actor, repository, "pull")
    page = Page.of(call.request)
    try:
        subject = Digest.parse(call.reference)
    except InvalidFault as fault:
        raise RegistryFault(DIGEST_INVALID, "the digest is none that is known") from fault
    wanted = call.request.query_params.get(FILTER, "")
    shown, is_more = await _referring(parts, repository, subject, page)
    if wanted:
        shown = [each for each in shown if each.get(FILTER) == wanted]
    content = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": shown}
    headers = {"oci-filters-applied": FILTER} if wanted else {}
    if is_more:
        extra = {FILTER: wanted} if wanted else {}
        path = f"/v2/{repository}/referrers/{subject}"
        headers |= page.next(path, [is_more], extra)
    return _answered(content, headers, OCI_INDEX)


async def _referring(
    parts: Parts, repository: Repository, subject: Digest, page: Page
) -> tuple[list[dict[str, Any]], str]:
    """Descriptors of what refers to a manifest, and the last of them where there are more."""
    stream = await streams.stream_of(parts, repository)
    shown: list[dict[str, Any]] = []
    last, size = "", 0
    if stream is None:
        return shown, last
    for link in await parts.links.referrers(str(repository), subject):
        name = str(link.digest)
        if name <= page.last or not contents.is_of(stream, link):
            continue
        if len(shown) == page.most or size >= LARGEST:
            return shown, last
        found = await contents.kept(parts, link.digest)
        if found is not None:
            shown.append(_descriptor(found))
            # Of its annotations the answer has all, and has read the rest.
            size += len(found.body)
            last = name
    return shown, ""


def _descriptor(manifest: Manifest) -> dict[str, Any]:
    found = contents.meant(manifest.body)
    described: dict[str, Any] = {
        "mediaType": manifest.media_type,
        "digest": str(manifest.digest),
        "size": len(manifest.body),
    }
    if found is not None and found.artifact_type:
        described[FILTER] = found.artifact_type
    if found is not None and found.annotations:
        described["annotations"] = dict(found.annotations)
    return described


def _answered(
    content: Mapping[str, Any], headers: Mapping[str, str], media_type: str = "application/json"
) -> Response:
    return Response(msgspec.json.encode(content), headers={**headers, "content-type": media_type})
