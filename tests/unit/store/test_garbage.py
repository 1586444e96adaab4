"""Garbage: what is collected, what is left, and what waits."""

from __future__ import annotations

import pytest

from slipcast.api.document import JSON
from slipcast.ports.api import Api, DeleteOptions, ListOptions, Resource
from slipcast.store.garbage import COLLECTED, Garbage
from slipcast.store.store import Store
from slipcast.values.actor import MASTERS, Actor
from unit.store.conftest import CONFIG_MAPS, NAMESPACES, SECRETS, Put, StandingClock, working

pytestmark = pytest.mark.anyio

FOREGROUND = DeleteOptions(propagation="Foreground")


class Collector:
    """Garbage, seeing everything anew before each step, as after a crash."""

    def __init__(self, api: Api, clock: StandingClock) -> None:
        self._api, self._clock = api, clock

    async def step(self) -> None:
        garbage = Garbage(self._api, self._clock)
        for kind in COLLECTED:
            for document in (await self._api.list(Resource(kind))).documents:
                garbage.saw(document)
        await garbage.step()


@pytest.fixture
def collector(api: Api, clock: StandingClock) -> Collector:
    return Collector(api, clock)


async def names(api: Api) -> list[str]:
    listing = await api.list(CONFIG_MAPS, ListOptions())
    return [document.names.name for document in listing.documents]


def owned_by(*owners: JSON, blocks: bool = False) -> list[JSON]:
    return [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "name": owner["metadata"]["name"],
            "uid": owner["metadata"]["uid"],
            "blockOwnerDeletion": blocks,
        }
        for owner in owners
    ]


async def test_what_an_owner_owned_goes_after_it_ba_37(api: Api, put: Put, collector: Collector):
    await put("child", ownerReferences=owned_by(await put("owner")))

    await api.delete(CONFIG_MAPS.named("owner"))
    await collector.step()

    assert await names(api) == []


async def test_what_another_owner_holds_stays_and_forgets_the_first(
    api: Api, put: Put, collector: Collector
):
    first, second = await put("first"), await put("second")
    await put("child", ownerReferences=owned_by(first, second))

    await api.delete(CONFIG_MAPS.named("first"))
    await collector.step()

    child = (await api.get(CONFIG_MAPS.named("child"))).content
    assert child["metadata"]["ownerReferences"] == owned_by(second)


async def test_another_object_of_the_owners_name_is_no_owner(
    api: Api, put: Put, collector: Collector
):
    await put("child", ownerReferences=owned_by(await put("owner")))
    await api.delete(CONFIG_MAPS.named("owner"))
    await put("owner")

    await collector.step()

    assert await names(api) == ["owner"]


async def test_orphans_stay_and_forget_their_owner(api: Api, put: Put, collector: Collector):
    await put("child", ownerReferences=owned_by(await put("owner")))

    await api.delete(CONFIG_MAPS.named("owner"), DeleteOptions(propagation="Orphan"))
    await collector.step()

    child = (await api.get(CONFIG_MAPS.named("child"))).content
    assert await names(api) == ["child"]
    assert "ownerReferences" not in child["metadata"]


async def test_in_the_foreground_an_owner_goes_after_what_blocks_it(
    api: Api, put: Put, collector: Collector
):
    owned = owned_by(await put("owner"), blocks=True)
    await put("child", ownerReferences=owned, finalizers=["example.com/wait"])

    await api.delete(CONFIG_MAPS.named("owner"), FOREGROUND)
    await collector.step()

    assert await names(api) == ["child", "owner"]
    child = (await api.get(CONFIG_MAPS.named("child"))).content
    assert "deletionTimestamp" in child["metadata"]


async def test_in_the_foreground_an_owner_goes_when_nothing_is_left(
    api: Api, put: Put, collector: Collector
):
    await put("child", ownerReferences=owned_by(await put("owner"), blocks=True))

    await api.delete(CONFIG_MAPS.named("owner"), FOREGROUND)
    await collector.step()
    await collector.step()

    assert await names(api) == []


async def test_a_circle_of_owners_does_not_wait_for_itself(
    api: Api, put: Put, collector: Collector
):
    one = await put("one")
    two = await put("two", ownerReferences=owned_by(one, blocks=True))
    content = (await api.get(CONFIG_MAPS.named("one"))).content
    content["metadata"]["ownerReferences"] = owned_by(two, blocks=True)
    await api.update(CONFIG_MAPS.named("one"), content)

    await api.delete(CONFIG_MAPS.named("one"), FOREGROUND)
    await collector.step()
    await collector.step()
    await collector.step()

    assert await names(api) == []


async def test_an_owner_in_another_namespace_is_none(api: Api, put: Put, collector: Collector):
    await api.create(NAMESPACES, {"metadata": {"name": "q"}})
    elsewhere = Resource(CONFIG_MAPS.kind, "q")
    owner = (await api.create(elsewhere, {"metadata": {"name": "owner"}})).document.content
    await put("child", ownerReferences=owned_by(owner))

    await collector.step()

    assert await names(api) == []


async def test_an_owner_of_an_unknown_kind_is_taken_to_be_there(
    api: Api, put: Put, collector: Collector
):
    owner = {"apiVersion": "example.com/v1", "kind": "Thing", "name": "t", "uid": "u"}
    await put("child", ownerReferences=[owner])

    await collector.step()

    assert await names(api) == ["child"]


async def test_what_nobody_owns_is_left_alone(api: Api, put: Put, collector: Collector):
    await put("a")
    await api.create(SECRETS, {"metadata": {"name": "s"}})

    await collector.step()

    assert await names(api) == ["a"]


async def test_the_running_collector_follows_changes(store: Store, put: Put):
    api = store.as_(Actor(name="ada", groups=(MASTERS,)))
    await put("child", ownerReferences=owned_by(await put("owner")))

    async with working(store):
        events = await api.watch(CONFIG_MAPS.named("child"))
        await anext(events)
        await api.delete(CONFIG_MAPS.named("owner"))
        gone = await anext(events)
        await events.aclose()

    assert gone.type == "DELETED"
