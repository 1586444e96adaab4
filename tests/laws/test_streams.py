"""Laws of streams in a store: whatever is pushed, tagged and removed, in whatever order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.api.document import JSON, Document
from slipcast.ports.api import Api, Patch, Resource
from slipcast.store.store import Setup, Store, Streaming
from slipcast.testing.api import StandingClock
from slipcast.values.actor import MASTERS, Actor
from slipcast.values.apifaults import AlreadyExists, Invalid, NotFound

ADDRESS: Final = "registry:5000"
NAMESPACES: Final = Resource(kinds.require("", "Namespace"))
STREAMS: Final = Resource(kinds.require(kinds.IMAGE, "ImageStream"), "p")
TAGS: Final = Resource(kinds.require(kinds.IMAGE, "ImageStreamTag"), "p")
MAPPINGS: Final = Resource(kinds.require(kinds.IMAGE, "ImageStreamMapping"), "p")

names = st.sampled_from(("one", "two"))
tags = st.sampled_from(("a", "b", "c"))
images = st.sampled_from([f"sha256:{digit * 64}" for digit in "123"])
steps = st.one_of(
    st.tuples(st.just("push"), names, tags, images),
    st.tuples(st.just("tag"), names, tags, st.tuples(names, tags)),
    st.tuples(st.just("untag"), names, tags, st.none()),
    st.tuples(st.just("again"), names, tags, st.none()),
)
"""What people and registries do to streams."""


async def push(api: Api, name: str, tag: str, image: str) -> None:
    """The registry tells of a push."""
    kept = {"openshift.io/image.managed": "true"}
    pushed = {
        "metadata": {"name": image, "annotations": kept},
        "dockerImageReference": f"{ADDRESS}/p/{name}@{image}",
    }
    await api.create(MAPPINGS, {"metadata": {"name": name}, "tag": tag, "image": pushed})


async def tagged(api: Api, name: str, tag: str, source: tuple[str, str]) -> None:
    """Somebody has a tag made of another."""
    reference = {"kind": "ImageStreamTag", "name": ":".join(source)}
    metadata = {"name": f"{name}:{tag}"}
    await api.update(
        TAGS.named(f"{name}:{tag}"), {"metadata": metadata, "tag": {"from": reference}}
    )


async def untagged(api: Api, name: str, tag: str, _: Any) -> None:
    """Somebody removes a tag."""
    await api.delete(TAGS.named(f"{name}:{tag}"))


async def again(api: Api, name: str, tag: str, _: Any) -> None:
    """Somebody wants everything looked up again."""
    del tag
    stream = (await api.get(STREAMS.named(name))).content
    wanted = [{**each, "generation": 0} for each in stream["spec"].get("tags") or ()]
    await api.patch(STREAMS.named(name), Patch(type="merge", body={"spec": {"tags": wanted}}))


DOINGS: Final[dict[str, Callable[..., Awaitable[None]]]] = {
    "push": push,
    "tag": tagged,
    "untag": untagged,
    "again": again,
}


async def done(all_of_it: list[Any]) -> tuple[Api, list[Document]]:
    """Two streams after all that; what cannot be done is refused."""
    journal = MemoryJournal()
    store = Store(journal, StandingClock(), Setup(streaming=Streaming(address=ADDRESS)))
    api = store.as_(Actor(name="ada", groups=(MASTERS,)))
    await api.create(NAMESPACES, {"metadata": {"name": "p"}})
    for name in ("one", "two"):
        await api.create(STREAMS, {"metadata": {"name": name}})
    for doing, *words in all_of_it:
        with suppress(AlreadyExists, Invalid, NotFound):
            await DOINGS[doing](api, *words)
    return api, [*(await api.list(STREAMS)).documents]


def images_of(document: Document) -> list[JSON]:
    """The items of the histories of all tags of a stream."""
    return [
        item
        for tag in document.content["status"].get("tags") or ()
        for item in tag.get("items") or ()
    ]


@given(st.lists(steps, max_size=12))
def test_every_image_of_a_stream_is_named_and_pulled_from_that_stream(did: list[Any]) -> None:
    _, streams = asyncio.run(done(did))

    assert all(
        item["dockerImageReference"] == f"{ADDRESS}/p/{stream.names.name}@{item['image']}"
        for stream in streams
        for item in images_of(stream)
    )


@given(st.lists(steps, max_size=12))
def test_no_tag_is_of_a_generation_that_is_still_to_come(did: list[Any]) -> None:
    _, streams = asyncio.run(done(did))

    assert all(
        1 <= each["generation"] <= stream.content["metadata"]["generation"]
        for stream in streams
        for each in (*images_of(stream), *(stream.content["spec"].get("tags") or ()))
    )


@given(st.lists(steps, max_size=12))
def test_a_stream_that_is_written_as_it_was_read_stays_as_it_is(did: list[Any]) -> None:
    async def rewritten() -> tuple[list[Document], list[Document]]:
        api, streams = await done(did)
        written = [
            (await api.update(STREAMS.named(each.names.name), each.content)).document
            for each in streams
        ]
        return streams, written

    before, after = asyncio.run(rewritten())

    assert after == before


@given(st.lists(steps, max_size=12))
def test_every_tag_that_means_an_image_is_listed_and_can_be_read(did: list[Any]) -> None:
    async def read() -> tuple[list[str], list[str], list[str]]:
        api, streams = await done(did)
        listed = [each.names.name for each in (await api.list(TAGS)).documents]
        seen = [(await api.get(TAGS.named(name))).names.name for name in listed]
        known = [
            f"{stream.names.name}:{tag['tag']}"
            for stream in streams
            for tag in stream.content["status"].get("tags") or ()
            if tag.get("items")
        ]
        return listed, seen, known

    listed, seen, known = asyncio.run(read())

    assert listed == seen == known
