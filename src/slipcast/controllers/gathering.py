"""Views gathered: what a decision about one build, or one BuildConfig, is made on.

What is not kept is asked for, once, and only where the decision may need it.

Source: build-lifecycle.md BL-40, BL-46, BL-47, BL-70, BL-76; house rule of views.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final, TypeVar

import msgspec
from msgspec.structs import replace

from slipcast.api import kinds
from slipcast.api.build import Build, BuildConfig
from slipcast.api.core import Secret, ServiceAccount
from slipcast.api.document import JSON, Document
from slipcast.api.image import ImageStream
from slipcast.api.kinds import Kind
from slipcast.api.lens import read
from slipcast.api.limits import ResourceQuota
from slipcast.api.pod import Pod
from slipcast.api.wire import Wire
from slipcast.builds import naming, needs, quotas
from slipcast.builds.credentials import secret_for
from slipcast.builds.lineage import Maker
from slipcast.builds.phases import Phase
from slipcast.builds.strategies import is_delegated
from slipcast.builds.triggers import Reference, stale_images, watched
from slipcast.controllers.demand import output_of
from slipcast.controllers.queue import Key
from slipcast.controllers.sight import BUILD, BUILD_CONFIG, POD, STREAM, Sight
from slipcast.controllers.standing import Going, Over
from slipcast.images.events import newest as newest_event
from slipcast.images.references import split_stream_tag
from slipcast.images.resolve import Found, newest
from slipcast.ports.api import ListOptions, Resource
from slipcast.reconcile.buildconfigs import ConfigView
from slipcast.reconcile.imagechange import ImageView
from slipcast.reconcile.imageimports import ImportView
from slipcast.reconcile.quotas import QUOTA, QuotaView
from slipcast.reconcile.views import BuildView, Missing, Output
from slipcast.values.apifaults import NotFound

S = TypeVar("S", bound=msgspec.Struct)

_NEEDED: Final[Mapping[str, Kind]] = {
    name: kinds.require(kinds.CORE, name) for name in (needs.SECRET, needs.CONFIG_MAP)
}
ACCOUNT: Final = kinds.require(kinds.CORE, "ServiceAccount")
SECRET: Final = _NEEDED[needs.SECRET]
_DOCKER_IMAGE: Final = "DockerImage"
_STREAM_TAG: Final = "ImageStreamTag"


class _StreamStatus(Wire, frozen=True, kw_only=True):
    docker_image_repository: str = ""


class _Stream(Wire, frozen=True, kw_only=True):
    status: _StreamStatus = _StreamStatus()


class _Keys(Wire, frozen=True, kw_only=True):
    """Of a Secret or ConfigMap, what it has values for; the values are not read."""

    data: Mapping[str, msgspec.Raw] = {}
    binary_data: Mapping[str, msgspec.Raw] = {}


async def build_view(sight: Sight, key: Key) -> BuildView | None:
    """What there is to be seen of a build; None when there is nothing to be done about it."""
    build = await _build(sight, key)
    if build is None:
        return None
    pod = await _pod(sight, build)
    if not _may_begin(build):
        missing = await _lacks_push_secret(sight, build)
        return BuildView(build=build, cluster=sight.cluster, pod=pod, push_secret_missing=missing)
    config = naming.config_name(build)
    return BuildView(
        build=build,
        cluster=sight.cluster,
        pod=pod,
        siblings=sight.siblings(build.metadata.namespace, config) if config else (),
        output=await _output(sight, build),
        missing=await _missing(sight, build),
    )


async def config_view(sight: Sight, key: Key) -> ConfigView | None:
    """What there is to be seen of a BuildConfig; None when there is nothing to be done about it."""
    kept = sight.configs.get(*key)
    if kept is None or not sight.is_tended(key, kept):
        return None
    document = await _found(sight, BUILD_CONFIG, *key)
    if document is None:
        return None
    # Of the builds that have made an image, one is known by it until that is built or passed over.
    is_known_by = sight.is_stale(kept) or sight.is_awaited(key)
    builds = () if is_known_by else sight.history(*key)
    return ConfigView(config=read(document, BuildConfig), builds=builds)


async def image_view(sight: Sight, key: Key) -> ImageView | None:
    """What there is to be seen of the tags that a BuildConfig watches; None when all are built.

    Shape:  the tags are as they are after the BuildConfig was read: what it has built already is
            never newer than they are.
    """
    kept = sight.configs.get(*key)
    document = None if kept is None else await _found(sight, BUILD_CONFIG, *key)
    if document is None:
        return None
    config = read(document, BuildConfig)
    places = dict.fromkeys(watched(each, config) for each in config.spec.triggers)
    images = {
        place: found
        for place in places
        if place is not None and (found := await _newest(sight, place)) is not None
    }
    specs = {place: found.pull_spec for place, (found, _) in images.items()}
    if not stale_images(config, specs):
        return None
    others = sight.circle(key) - {key}
    makers = await _makers(sight, key, output_of(config))
    for each in sorted(others):
        kept = sight.configs.get(*each)
        makers += await _makers(sight, each, None if kept is None else kept.output)
    return ImageView(
        config=config,
        images={place: found for place, (found, _) in images.items()},
        created={place: created for place, (_, created) in images.items()},
        makers=tuple(makers),
    )


async def _makers(sight: Sight, key: Key, output: Reference | None) -> list[Maker]:
    """The builds of a BuildConfig that have pushed an image, or may have."""
    makers = list(sight.makers(*key))
    if all(each.image for each in makers):
        return makers
    found = None if output is None else await _newest(sight, output)
    image = "" if found is None else found[0].image
    return [each if each.image else replace(each, output=image) for each in makers]


async def _newest(sight: Sight, place: Reference) -> tuple[Found, str] | None:
    """The image that a tag means now, and since when."""
    halves = split_stream_tag(place.name)
    document = None if halves is None else await _found(sight, STREAM, place.namespace, halves[0])
    if halves is None or document is None:
        return None
    stream = read(document, ImageStream)
    found, event = newest(stream).get(halves[1]), newest_event(stream, halves[1])
    return None if found is None or event is None else (found, event.created)


async def import_view(sight: Sight, key: Key) -> ImportView | None:
    """What there is to be seen of a stream; None when it wants no images of elsewhere."""
    if sight.imports is None or sight.importing.get(*key) is None:
        return None
    document = await _found(sight, STREAM, *key)
    return None if document is None else sight.imports.view(key, read(document, ImageStream))


async def quota_view(sight: Sight, key: Key) -> QuotaView | None:
    """What there is to be seen of a quota; None when it limits nothing that is counted."""
    document = None if sight.quotas.get(*key) is None else await _found(sight, QUOTA, *key)
    if document is None:
        return None
    quota = read(document, ResourceQuota)
    contents: dict[Kind, tuple[JSON, ...]] = {}
    used: dict[str, Fraction] = {}
    for name, means in quotas.limited(quota).items():
        place = Resource(means.kind, key[0])
        if quotas.is_number(quota, means):
            page = await sight.api.list(place, ListOptions(limit=1))
            used[name] = Fraction(len(page.documents) + (page.remaining or 0))
            continue
        if means.kind not in contents:
            listing = await sight.api.list(place)
            contents[means.kind] = tuple(each.content for each in listing.documents)
        used[name] = quotas.used(quota, means, contents[means.kind])
    return QuotaView(quota=quota, used=used)


async def _build(sight: Sight, key: Key) -> Build | None:
    match sight.builds.get(*key):
        case Going(_, build):
            return build
        case Over() as over if not over.is_settled:
            return await _over(sight, key)
        case _:
            return None


async def _over(sight: Sight, key: Key) -> Build | None:
    """A build that is over, of which only a few words are kept."""
    document = await _found(sight, BUILD, *key)
    if document is None:
        return None
    build = read(document, Build)
    return None if is_delegated(build) else build


async def _pod(sight: Sight, build: Build) -> Pod | None:
    """Whatever has the name of a build's pod; nobody says it is gone who has not looked (BL-76)."""
    namespace, name = build.metadata.namespace, naming.pod_name(build)
    document = sight.pods.get(namespace, name) or await _found(sight, POD, namespace, name)
    return None if document is None else read(document, Pod)


def _may_begin(build: Build) -> bool:
    is_new = build.status.phase in {"", Phase.NEW}
    return is_new and not build.status.cancelled and not build.metadata.deletion_timestamp


async def _lacks_push_secret(sight: Sight, build: Build) -> bool:
    """Whether a build that waits for its pod to run has no push secret (BL-70)."""
    secret = build.spec.output.push_secret
    if secret is None or build.status.phase != Phase.PENDING:
        return False
    need = needs.Need(needs.SECRET, secret.name)
    return await _needed(sight, build, need) is None


async def _output(sight: Sight, build: Build) -> Output:
    """Where the image of a build is pushed (BL-40)."""
    to = build.spec.output.to
    if to is None or not to.name:
        return Output()
    if to.kind == _DOCKER_IMAGE:
        return Output(name=to.name)
    if to.kind != _STREAM_TAG:
        return Output(wrong=f"the output is of kind {to.kind}, which cannot be pushed to")
    namespace = to.namespace or build.metadata.namespace
    stream, _, tag = to.name.partition(":")
    document = await _found(sight, STREAM, namespace, stream)
    shown = f"{namespace}/{stream}"
    if document is None:
        return Output(wrong=f"the referenced output image stream {shown} does not exist")
    repository = read(document, _Stream).status.docker_image_repository
    if not repository:
        return Output(
            wrong=f"the referenced output image stream {shown} has no repository: there is no"
            " integrated registry"
        )
    name = f"{repository}:{tag or 'latest'}"
    return Output(name=name, secret=await _push_secret(sight, build, name))


async def _push_secret(sight: Sight, build: Build, name: str) -> str:
    """What an image is pushed with by a build that was made before its stream, or its secret."""
    if build.spec.output.push_secret is not None:
        return ""
    namespace = build.metadata.namespace
    account = await _found(sight, ACCOUNT, namespace, naming.account(build))
    listed = () if account is None else read(account, ServiceAccount).secrets
    found = [await _found(sight, SECRET, namespace, each.name) for each in listed]
    return secret_for([read(each, Secret) for each in found if each is not None], name)


async def _missing(sight: Sight, build: Build) -> Missing:
    """What a build refers to and is not there (BL-46, BL-47)."""
    wanted, absent = needs.objects(build), list[needs.Need]()
    for need in wanted:
        if await _needed(sight, build, need) is None:
            absent.append(need)
    lacking = []
    for value in needs.values(build):
        document = await _needed(sight, build, value.need)
        if value.optional or value.need in absent:
            continue
        if document is None:
            absent.append(value.need)
        elif not _has(document, value.key):
            where = f"{value.need.kind} {value.need.name}"
            lacking.append(f"{value.variable} refers to {value.key} of {where}, which has none.")
    return Missing(
        config_maps=tuple(each.name for each in absent if each.kind == needs.CONFIG_MAP),
        secrets=tuple(each.name for each in absent if each.kind == needs.SECRET),
        values=tuple(lacking),
    )


def _has(document: Document, key: str) -> bool:
    keys = read(document, _Keys)
    return key in keys.data or key in keys.binary_data


async def _needed(sight: Sight, build: Build, need: needs.Need) -> Document | None:
    return await _found(sight, _NEEDED[need.kind], build.metadata.namespace, need.name)


async def _found(sight: Sight, kind: Kind, namespace: str, name: str) -> Document | None:
    """An object as it is now."""
    try:
        return await sight.api.get(Resource(kind, namespace, name))
    except NotFound:
        return None
