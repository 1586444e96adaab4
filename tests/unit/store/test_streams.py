"""Whose tags streams may have, where their images are, and how many of them there may be."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import pytest
from typing_extensions import override

from slipcast.access.rules import Attempt
from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.images.origins import Origins
from slipcast.ports.api import Api, Patch, Resource
from slipcast.store.authorize import ALLOWED, AllowAll, Verdict
from slipcast.store.store import Setup, Store, Streaming
from slipcast.values.actor import MASTERS, Actor
from slipcast.values.apifaults import Conflict, Forbidden, Invalid
from unit.store.conftest import NAMESPACES, STREAMS, StandingClock

pytestmark = pytest.mark.anyio

ADDRESS: Final = "registry:5000"
ONE, TWO, THREE = (f"sha256:{digit * 64}" for digit in "123")
BASE: Final = Resource(kinds.require(kinds.IMAGE, "ImageStream"), "base")
TAGS: Final = Resource(kinds.require(kinds.IMAGE, "ImageStreamTag"), "p")
MAPPING: Final = kinds.require(kinds.IMAGE, "ImageStreamMapping")
RANGES: Final = Resource(kinds.require("", "LimitRange"), "p")
QUOTAS: Final = Resource(kinds.require("", "ResourceQuota"), "p")
FROM_BASE: Final = {"kind": "ImageStreamTag", "name": "ruby:2.3", "namespace": "base"}


class OwnOnly(AllowAll):
    """Lets everybody do everything, but only in p."""

    @override
    async def decide(self, actor: Actor, attempt: Attempt) -> Verdict:
        is_own = MASTERS in actor.groups or attempt.namespace in {"", "p"}
        return ALLOWED if is_own else Verdict(allowed=False)


class NoImages(AllowAll):
    """Lets everybody do everything but make Images."""

    @override
    async def decide(self, actor: Actor, attempt: Attempt) -> Verdict:
        return Verdict(allowed=False) if attempt.plural == "images" else ALLOWED


def a_store(journal: MemoryJournal, clock: StandingClock, address: str = ADDRESS) -> Store:
    """A store with a registry at an address."""
    streaming = Streaming(address=address, public="images.example.com")
    return Store(journal, clock, Setup(policy=OwnOnly(), streaming=streaming))


@pytest.fixture
def store(journal: MemoryJournal, clock: StandingClock) -> Store:
    return a_store(journal, clock)


@pytest.fixture
async def root(store: Store) -> Api:
    """Who may do everything; there is a stream with an image in another namespace."""
    api = store.as_(Actor(name="root", groups=(MASTERS,)))
    await api.create(NAMESPACES, {"metadata": {"name": "p"}})
    await api.create(NAMESPACES, {"metadata": {"name": "base"}})
    await api.create(BASE, {"metadata": {"name": "ruby"}})
    await api.create(Resource(MAPPING, "base"), a_mapping("2.3", space="base"))
    return api


@pytest.fixture
async def ada(store: Store, root: Api) -> Api:
    """Who may do everything in p."""
    del root
    return store.as_(Actor(name="ada"))


def a_mapping(tag: str, image: str = ONE, space: str = "p", size: int = 1) -> JSON:
    """A mapping of an image that the registry keeps."""
    return {
        "metadata": {"name": "ruby"},
        "tag": tag,
        "image": {
            "metadata": {"name": image, "annotations": {"openshift.io/image.managed": "true"}},
            "dockerImageReference": f"{ADDRESS}/{space}/ruby@{image}",
            "dockerImageMetadata": {"Size": size},
        },
    }


def a_stream(name: str = "ruby", *tags: JSON) -> JSON:
    """A stream whose tags shall be so."""
    return {"metadata": {"name": name}, "spec": {"tags": [*tags]}}


def a_limit(type_: str, **most: Any) -> JSON:
    """A limit range with one limit."""
    return {"metadata": {"name": "l"}, "spec": {"limits": [{"type": type_, "max": most}]}}


async def test_an_image_of_another_namespace_is_tagged_by_who_may_pull_it_is_24(
    root: Api,
) -> None:
    made = await root.create(STREAMS, a_stream("app", {"name": "a", "from": FROM_BASE}))

    (event,) = made.document.content["status"]["tags"][0]["items"]
    assert event["dockerImageReference"] == f"{ADDRESS}/p/app@{ONE}"


async def test_and_by_nobody_else_is_24(ada: Api) -> None:
    with pytest.raises(Invalid) as refused:
        await ada.create(STREAMS, a_stream("app", {"name": "a", "from": FROM_BASE}))

    (cause,) = refused.value.causes
    assert cause.sentence == "spec.tags[a].from: Forbidden: base/ruby"


async def test_whether_a_stream_is_there_is_told_to_nobody_else_either_is_24(ada: Api) -> None:
    hidden = {**FROM_BASE, "name": "nowhere:1"}

    with pytest.raises(Invalid, match="Forbidden: base/nowhere"):
        await ada.create(STREAMS, a_stream("app", {"name": "a", "from": hidden}))


async def test_who_writes_a_tag_has_no_more_rights_than_who_writes_the_stream_is_24_is_58(
    ada: Api,
) -> None:
    with pytest.raises(Invalid, match="Forbidden: base/ruby"):
        await ada.create(TAGS, {"metadata": {"name": "app:a"}, "tag": {"from": FROM_BASE}})


async def test_what_was_tagged_before_may_stay_is_24(root: Api, ada: Api) -> None:
    await root.create(STREAMS, a_stream("app", {"name": "a", "from": FROM_BASE}))
    labels = {"metadata": {"labels": {"a": "b"}}}

    answer = await ada.patch(STREAMS.named("app"), Patch(type="merge", body=labels))

    assert answer.document.names.labels == {"a": "b"}


async def test_a_stream_says_where_its_images_are_is_522_is_523(ada: Api) -> None:
    status = (await ada.create(STREAMS, a_stream("app"))).document.content["status"]

    assert status["dockerImageRepository"] == "registry:5000/p/app"
    assert status["publicDockerImageRepository"] == "images.example.com/p/app"


async def test_a_registry_that_moved_is_told_by_every_stream_at_the_next_start_is_522(
    journal: MemoryJournal, clock: StandingClock, root: Api
) -> None:
    before = (await root.get(BASE.named("ruby"))).content

    await a_store(journal, clock, "elsewhere:5000").prepare()

    after = (await root.get(BASE.named("ruby"))).content
    assert after["status"]["dockerImageRepository"] == "elsewhere:5000/base/ruby"
    assert after["status"]["tags"] == before["status"]["tags"]
    assert after["metadata"]["generation"] == before["metadata"]["generation"]


async def test_streams_that_say_so_already_are_not_written(
    journal: MemoryJournal, clock: StandingClock, root: Api
) -> None:
    before = (await root.get(BASE.named("ruby"))).revision

    await a_store(journal, clock).prepare()

    assert (await root.get(BASE.named("ruby"))).revision == before


async def test_an_image_that_was_pushed_elsewhere_is_pulled_from_this_stream_is_72(
    root: Api, ada: Api
) -> None:
    await ada.create(STREAMS, a_stream())

    await root.create(Resource(MAPPING, "p"), a_mapping("latest", space="base"))

    stream = (await ada.get(STREAMS.named("ruby"))).content
    reference = stream["status"]["tags"][0]["items"][0]["dockerImageReference"]
    assert reference == f"{ADDRESS}/p/ruby@{ONE}"


async def test_an_image_that_is_too_large_is_not_taken_is_75(root: Api, ada: Api) -> None:
    await root.create(RANGES, a_limit("openshift.io/Image", storage="1Ki"))
    await ada.create(STREAMS, a_stream())

    with pytest.raises(Forbidden, match=r"per openshift\.io/Image \(2Ki > 1Ki\)"):
        await root.create(Resource(MAPPING, "p"), a_mapping("a", TWO, size=2048))

    stream = (await ada.get(STREAMS.named("ruby"))).content
    assert "tags" not in stream["status"]


async def test_more_images_than_a_stream_may_have_are_not_taken_is_75(root: Api, ada: Api) -> None:
    await root.create(RANGES, a_limit("openshift.io/ImageStream", **{"openshift.io/images": "1"}))
    await ada.create(STREAMS, a_stream())
    await root.create(Resource(MAPPING, "p"), a_mapping("a"))

    with pytest.raises(Forbidden, match=r"openshift\.io/images exceeds the maximum limit"):
        await root.create(Resource(MAPPING, "p"), a_mapping("a", TWO))


async def test_more_tags_than_a_stream_may_have_are_refused(root: Api, ada: Api) -> None:
    await root.create(
        RANGES, a_limit("openshift.io/ImageStream", **{"openshift.io/image-tags": "1"})
    )
    tags = [{"name": each, "from": {"kind": "DockerImage", "name": each}} for each in "ab"]

    with pytest.raises(Forbidden, match=r"openshift\.io/image-tags exceeds .* \(2 > 1\)"):
        await ada.create(STREAMS, a_stream("app", *tags))


async def test_more_streams_than_a_quota_allows_are_refused(root: Api, ada: Api) -> None:
    hard = {"openshift.io/imagestreams": "1"}
    await root.create(QUOTAS, {"metadata": {"name": "q"}, "spec": {"hard": hard}})
    await ada.create(STREAMS, a_stream("one"))

    with pytest.raises(Forbidden, match="exceeded quota: q"):
        await ada.create(STREAMS, a_stream("two"))
    with pytest.raises(Forbidden, match="exceeded quota: q"):
        await ada.create(TAGS, {"metadata": {"name": "two:a"}, "tag": {"name": "a"}})


async def test_tags_name_only_registries_that_are_allowed_up_22(
    journal: MemoryJournal, clock: StandingClock, root: Api
) -> None:
    del root
    streaming = Streaming(origins=Origins(allowed=("quay.io",)))
    store = Store(journal, clock, Setup(policy=NoImages(), streaming=streaming))
    tags = [
        {"name": host, "from": {"kind": "DockerImage", "name": f"{host}/acme/web:1"}}
        for host in ("quay.io", "ghcr.io")
    ]

    with pytest.raises(Invalid) as refused:
        await store.as_(Actor(name="ada")).create(STREAMS, a_stream("app", *tags))

    (cause,) = refused.value.causes
    assert cause.sentence == (
        "spec.tags[ghcr.io].from.name: Forbidden: policy forbids images from ghcr.io: they may"
        " come from quay.io only"
    )


class Meddler:
    """Writes to a stream just before somebody else does, once."""

    def __init__(self, api: Api, tag: str, image: str) -> None:
        self._api = api
        self._mapping = a_mapping(tag, image)
        self.is_done = False

    async def meddle(self) -> None:
        if not self.is_done:
            self.is_done = True
            await self._api.create(Resource(MAPPING, "p"), self._mapping)


@pytest.fixture
def meddling(monkeypatch: pytest.MonkeyPatch, store: Store) -> Any:
    """Has somebody meddle with the next write of a status."""

    def arrange(meddler: Meddler) -> None:
        journal = store._parts.verbs.rows.journal
        append = journal.append

        async def late(key: str, value: bytes | None, **more: Any) -> Any:
            if "imagestreams" in key:
                await meddler.meddle()
            return await append(key, value, **more)

        monkeypatch.setattr(journal, "append", late)

    return arrange


async def test_a_push_goes_on_when_others_push_to_other_tags_is_73(
    root: Api, meddling: Any
) -> None:
    await root.create(STREAMS, a_stream())
    meddling(Meddler(root, "other", TWO))

    await root.create(Resource(MAPPING, "p"), a_mapping("mine"))

    tags = (await root.get(STREAMS.named("ruby"))).content["status"]["tags"]
    assert [each["tag"] for each in tags] == ["mine", "other"]


async def test_a_push_is_told_when_others_push_to_the_same_tag_is_73(
    root: Api, meddling: Any
) -> None:
    await root.create(STREAMS, a_stream())
    await root.create(Resource(MAPPING, "p"), a_mapping("mine", THREE))
    meddling(Meddler(root, "mine", TWO))

    with pytest.raises(Conflict):
        await root.create(Resource(MAPPING, "p"), a_mapping("mine"))


async def test_pushes_to_many_tags_at_once_are_all_kept_is_73(root: Api) -> None:
    await root.create(STREAMS, a_stream())
    names = [f"t{number:02}" for number in range(40)]

    async with asyncio.TaskGroup() as tasks:
        for name in names:
            tasks.create_task(root.create(Resource(MAPPING, "p"), a_mapping(name)))

    tags = (await root.get(STREAMS.named("ruby"))).content["status"]["tags"]
    assert [each["tag"] for each in tags] == names


async def test_tags_made_at_once_are_all_kept_is_54(root: Api) -> None:
    names = [f"t{number:02}" for number in range(20)]

    async with asyncio.TaskGroup() as tasks:
        for name in names:
            sent = {"metadata": {"name": f"app:{name}"}, "tag": {"from": FROM_BASE}}
            tasks.create_task(root.create(TAGS, sent))

    tags = (await root.get(STREAMS.named("app"))).content["spec"]["tags"]
    assert [each["name"] for each in tags] == names


async def test_the_secrets_of_a_stream_are_for_those_who_may_have_them_is_500(
    store: Store, root: Api
) -> None:
    del root
    stranger = store.as_(Actor(name="eve"))

    with pytest.raises(Forbidden, match="imagestreams/secrets"):
        await stranger.get(Resource(BASE.kind, "base", "ruby", "secrets"))
    with pytest.raises(Forbidden, match="imagestreams/layers"):
        await stranger.get(Resource(BASE.kind, "base", "ruby", "layers"))
