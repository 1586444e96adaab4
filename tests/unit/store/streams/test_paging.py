"""Lists of tags, page by page."""

from __future__ import annotations

from typing import Final

import pytest

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.ports.api import Api, DeleteOptions, ListOptions, Resource
from slipcast.values.apifaults import BadRequest, Invalid
from unit.store.conftest import NAMESPACES, STREAMS

pytestmark = pytest.mark.anyio

IMAGE: Final = "sha256:" + "1" * 64
STREAM_TAGS: Final = Resource(kinds.require(kinds.IMAGE, "ImageStreamTag"), "p")
IMAGE_TAGS: Final = Resource(kinds.require(kinds.IMAGE, "ImageTag"), "p")
MAPPINGS: Final = Resource(kinds.require(kinds.IMAGE, "ImageStreamMapping"), "p")
ALL: Final = ["a:1", "a:2", "a:3", "ab:1", "b:1", "b:2"]


@pytest.fixture(autouse=True)
async def _there(api: Api) -> None:
    """Three streams, one without tags, and a name that begins as another."""
    await api.create(STREAMS, {"metadata": {"name": "aa"}})
    for name in ALL:
        await push(api, name)


async def push(api: Api, name: str) -> None:
    """Give a tag its image; the stream, too, where it is not there."""
    stream, _, tag = name.partition(":")
    if tag == "1":
        await api.create(STREAMS, {"metadata": {"name": stream, "labels": {"name": stream}}})
    image = {"metadata": {"name": IMAGE}, "dockerImageReference": f"quay.io/a@{IMAGE}"}
    mapping: JSON = {"metadata": {"name": stream}, "tag": tag, "image": image}
    await api.create(MAPPINGS, mapping)


async def pages(api: Api, limit: int, tags: Resource = STREAM_TAGS, **more: str) -> list[list[str]]:
    """The names of tags, page by page."""
    found: list[list[str]] = []
    token = ""
    while token or not found:
        options = ListOptions(limit=limit, from_token=token, **more)
        listing = await api.list(tags, options)
        found.append([each.names.name for each in listing.documents])
        token = listing.token
    return found


@pytest.mark.parametrize("tags", [STREAM_TAGS, IMAGE_TAGS])
async def test_without_a_limit_all_are_listed(api: Api, tags: Resource):
    assert await pages(api, 0, tags) == [ALL]


@pytest.mark.parametrize("tags", [STREAM_TAGS, IMAGE_TAGS])
@pytest.mark.parametrize("limit", [1, 2, 4, 5, 6, 7])
async def test_pages_have_as_many_as_are_asked_for(api: Api, tags: Resource, limit: int):
    expected = [ALL[at : at + limit] for at in range(0, len(ALL), limit)]

    assert await pages(api, limit, tags) == expected


async def test_pages_are_of_what_is_selected(api: Api):
    assert await pages(api, 2, labels="name in (a,b)") == [["a:1", "a:2"], ["a:3", "b:1"], ["b:2"]]


async def test_what_changes_meanwhile_is_seen_as_it_was(api: Api):
    first = await api.list(STREAM_TAGS, ListOptions(limit=2))
    await push(api, "a:4")
    await api.delete(STREAMS.named("b"), DeleteOptions())

    rest = await api.list(STREAM_TAGS, ListOptions(from_token=first.token))

    assert [each.names.name for each in rest.documents] == ALL[2:]
    assert rest.revision == first.revision


async def test_a_list_of_tags_may_be_of_an_older_revision(api: Api):
    before = await api.list(STREAM_TAGS)
    await push(api, "a:4")

    options = ListOptions(resource_version=str(before.revision), match="Exact")
    listing = await api.list(STREAM_TAGS, options)

    assert [each.names.name for each in listing.documents] == ALL


async def test_a_token_is_for_the_list_that_gave_it(api: Api):
    await api.create(NAMESPACES, {"metadata": {"name": "q"}})
    first = await api.list(STREAM_TAGS, ListOptions(limit=2))

    with pytest.raises(BadRequest):
        await api.list(
            Resource(STREAM_TAGS.kind, "q"), ListOptions(limit=2, from_token=first.token)
        )


async def test_options_have_to_go_together(api: Api):
    with pytest.raises(Invalid):
        await api.list(STREAM_TAGS, ListOptions(match="Exact"))
