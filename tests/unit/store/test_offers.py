"""Streams for everybody come with each release, and stay as an administrator left them."""

from __future__ import annotations

from typing import Any, cast

import pytest

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.newapp.offered import streams
from slipcast.ports.api import Answer, Api, Resource, WriteOptions
from slipcast.source.catalogue import parse_catalogue
from slipcast.store.offers import FIRST, RECORD, offer
from slipcast.store.store import SERVER, Setup, Store
from unit.store.conftest import NAMESPACES, StandingClock

pytestmark = pytest.mark.anyio

STREAMS = Resource(kinds.require(kinds.IMAGE, "ImageStream"), "openshift")
RECORDS = Resource(kinds.require(kinds.CORE, "ConfigMap"), "openshift")
QUOTAS = Resource(kinds.require(kinds.CORE, "ResourceQuota"), "openshift")


def a_catalogue(*names: str) -> tuple[JSON, ...]:
    """The streams of some builder images."""
    rows = [
        {
            "name": name,
            "version": name.partition(":")[2],
            "image": f"localhost/{name}",
            "supports": [name.partition(":")[0]],
            "tags": ["builder"],
        }
        for name in names
    ]
    return streams(parse_catalogue({"builder": rows}))


OLD = a_catalogue("python:3.11", "ruby:3.1")
NEW = a_catalogue("python:3.12", "python:3.11", "ruby:3.1", "perl:5")


@pytest.fixture
async def admin(journal: Any, clock: StandingClock) -> Api:
    """The server itself, where an older release has been started."""
    store = Store(journal, clock, Setup(guarded=True, shared=OLD))
    await store.prepare()
    return store.as_(SERVER)


async def there(api: Api) -> dict[str, dict[str, str]]:
    """What the tags of each stream lead to."""
    listed = await api.list(STREAMS)
    return {
        each.names.name: {tag["name"]: tag["from"]["name"] for tag in each.content["spec"]["tags"]}
        for each in listed.documents
    }


async def test_a_newer_release_brings_its_streams_and_tags(admin: Api) -> None:
    await offer(admin, NEW)

    found = await there(admin)
    assert found["perl"] == {"5": "localhost/perl:5", "latest": "5"}
    assert found["python"] == {
        "3.11": "localhost/python:3.11",
        "latest": "3.12",
        "3.12": "localhost/python:3.12",
    }


async def test_the_same_release_once_more_writes_nothing(admin: Api) -> None:
    await offer(admin, NEW)
    before = (await admin.list(STREAMS)).revision

    await offer(admin, NEW)

    assert (await admin.list(STREAMS)).revision == before


async def test_what_was_removed_stays_away(admin: Api) -> None:
    await admin.delete(STREAMS.named("python"))

    await offer(admin, NEW)

    assert set(await there(admin)) == {"ruby", "perl"}


async def test_what_was_changed_stays_so_beside_what_is_new(admin: Api) -> None:
    held = (await admin.get(STREAMS.named("python"))).content
    mine = {"name": "latest", "from": {"kind": "DockerImage", "name": "quay.io/mine"}}
    tags = [mine if tag["name"] == "latest" else tag for tag in held["spec"]["tags"]]
    await admin.update(STREAMS.named("python"), {**held, "spec": {**held["spec"], "tags": tags}})

    await offer(admin, NEW)

    found = (await there(admin))["python"]
    assert (found["latest"], found["3.12"]) == ("quay.io/mine", "localhost/python:3.12")


async def test_without_the_record_all_that_is_missing_is_made_again(admin: Api) -> None:
    await admin.delete(STREAMS.named("python"))
    await admin.delete(RECORDS.named(RECORD))

    await offer(admin, OLD)

    assert set(await there(admin)) == {"python", "ruby"}


async def test_what_a_server_put_there_that_remembered_nothing_stays_as_it_is(admin: Api) -> None:
    space = (await admin.get(NAMESPACES.named("openshift"))).content
    metadata = {**space["metadata"], "annotations": {FIRST: "true"}}
    await admin.update(NAMESPACES.named("openshift"), {**space, "metadata": metadata})
    await admin.delete(STREAMS.named("ruby"))
    await admin.delete(RECORDS.named(RECORD))

    await offer(admin, NEW)
    await offer(admin, a_catalogue("go:1", "ruby:3.1"))

    assert set(await there(admin)) == {"python", "go"}


async def test_a_record_that_cannot_be_read_keeps_nobody_from_starting(admin: Api) -> None:
    record = (await admin.get(RECORDS.named(RECORD))).content
    await admin.update(RECORDS.named(RECORD), {**record, "data": {"python": "{", "ruby": "1"}})

    await offer(admin, NEW)

    assert set(await there(admin)) == {"python", "ruby", "perl"}


async def test_a_quota_keeps_nobody_from_starting(admin: Api) -> None:
    hard = {"count/imagestreams.image.openshift.io": "2", "count/configmaps": "0"}
    await admin.create(QUOTAS, {"metadata": {"name": "q"}, "spec": {"hard": hard}})

    await offer(admin, NEW)

    assert set(await there(admin)) == {"python", "ruby"}


class Ended:
    """An Api whose caller is ended after some writes."""

    def __init__(self, api: Api, writes: int) -> None:
        self._api, self._left = api, writes
        self.get = api.get

    async def create(self, resource: Resource, content: JSON, options: WriteOptions) -> Answer:
        self._count()
        return await self._api.create(resource, content, options)

    async def update(self, resource: Resource, content: JSON, options: WriteOptions) -> Answer:
        self._count()
        return await self._api.update(resource, content, options)

    def _count(self) -> None:
        if not self._left:
            raise KeyboardInterrupt
        self._left -= 1


@pytest.mark.parametrize("writes", range(3))
async def test_whoever_is_ended_after_any_write_comes_to_the_same_end(
    admin: Api, writes: int
) -> None:
    with pytest.raises(KeyboardInterrupt):
        await offer(cast("Api", Ended(admin, writes)), NEW)
    await offer(admin, NEW)
    await admin.delete(STREAMS.named("perl"))

    await offer(admin, a_catalogue("python:3.12", "perl:6"))

    found = await there(admin)
    assert set(found) == {"python", "ruby"}
    assert found["python"]["latest"] == "3.12"
