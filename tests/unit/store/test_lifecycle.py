"""The life of namespaces, from their furniture to their end."""

from __future__ import annotations

from contextlib import aclosing

import pytest

from slipcast.access.bootstrap import NAMESPACE_BINDINGS, SERVICE_ACCOUNTS
from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.ports.api import Api, ListOptions, Patch, Resource, WatchOptions, WriteOptions
from slipcast.store.store import Store
from slipcast.values.apifaults import Forbidden
from unit.store.conftest import CONFIG_MAPS, NAMESPACES, Put, StandingClock, working

pytestmark = pytest.mark.anyio

ACCOUNTS = Resource(kinds.require("", "ServiceAccount"), "p")
BINDINGS = Resource(kinds.require(kinds.RBAC, "RoleBinding"), "p")


async def names(api: Api, resource: Resource) -> list[str]:
    listing = await api.list(resource, ListOptions())
    return [document.names.name for document in listing.documents]


async def seen(api: Api, resource: Resource, type_: str) -> bool:
    """Whether such an event of one object is seen in time."""
    async with aclosing(await api.watch(resource, WatchOptions(timeout=60))) as events:
        async for event in events:
            if event.type == type_:
                return True
    return False


async def conditions(api: Api, resource: Resource) -> list[JSON]:
    """The conditions of an object, as soon as it has some."""
    async with aclosing(await api.watch(resource, WatchOptions(timeout=60))) as events:
        async for event in events:
            found = event.document.content["status"].get("conditions")
            if found:
                return list(found)
    return []


async def test_a_namespace_is_active_and_held_by_its_finalizer(api: Api):
    content = (await api.get(NAMESPACES.named("p"))).content

    assert content["status"] == {"phase": "Active"}
    assert content["spec"] == {"finalizers": ["kubernetes"]}
    assert content["metadata"]["labels"] == {"kubernetes.io/metadata.name": "p"}


async def test_every_namespace_has_service_accounts_that_may_work(api: Api):
    assert await names(api, ACCOUNTS) == sorted(SERVICE_ACCOUNTS)
    assert await names(api, BINDINGS) == sorted(NAMESPACE_BINDINGS)


async def test_a_dry_run_furnishes_nothing(api: Api):
    await api.create(NAMESPACES, {"metadata": {"name": "q"}}, WriteOptions(dry_run=True))

    assert await names(api, Resource(ACCOUNTS.kind, "q")) == []


async def test_what_is_missing_of_the_furniture_is_put_back(
    api: Api, store: Store, clock: StandingClock
):
    await api.delete(ACCOUNTS.named("builder"))
    clock.move(seconds=10)

    async with working(store):
        assert await seen(api, ACCOUNTS.named("builder"), "ADDED")


async def test_a_deleted_namespace_goes_with_all_that_is_in_it(api: Api, store: Store, put: Put):
    await put("a")
    await api.delete(NAMESPACES.named("p"))

    async with working(store):
        assert await seen(api, NAMESPACES.named("p"), "DELETED")

    assert await names(api, Resource(CONFIG_MAPS.kind)) == []
    assert await names(api, ACCOUNTS) == []


async def test_a_deleted_namespace_waits_for_finalizers_in_it(
    api: Api, store: Store, put: Put, clock: StandingClock
):
    await put("a", finalizers=["example.com/wait"])
    await api.delete(NAMESPACES.named("p"))
    free = Patch(type="merge", body={"metadata": {"finalizers": None}})

    async with working(store):
        assert await seen(api, CONFIG_MAPS.named("a"), "MODIFIED")
        held = await api.get(NAMESPACES.named("p"))
        await api.patch(CONFIG_MAPS.named("a"), free)
        clock.move(seconds=1)
        assert await seen(api, NAMESPACES.named("p"), "DELETED")

    assert held.content["status"]["phase"] == "Terminating"


async def test_a_namespace_that_waits_tells_for_what(api: Api, store: Store, put: Put):
    await put("a", finalizers=["example.com/wait"])
    await api.delete(NAMESPACES.named("p"))

    async with working(store):
        told = await conditions(api, NAMESPACES.named("p"))

    assert [(each["type"], each["status"], each["message"]) for each in told] == [
        (
            "NamespaceContentRemaining",
            "True",
            "Some resources are remaining: configmaps. has 1 resource instances",
        ),
        (
            "NamespaceFinalizersRemaining",
            "True",
            (
                "Some content in the namespace has finalizers remaining:"
                " example.com/wait in 1 resource instances"
            ),
        ),
    ]


@pytest.mark.parametrize("name", ["default", "openshift"])
async def test_a_namespace_that_every_installation_has_is_not_deleted(api: Api, name: str):
    with pytest.raises(Forbidden, match="this namespace may not be deleted"):
        await api.delete(NAMESPACES.named(name))


async def test_what_is_created_too_late_is_named(api: Api, put: Put):
    await put("a", finalizers=["example.com/wait"])
    await api.delete(NAMESPACES.named("p"))

    with pytest.raises(Forbidden, match='configmaps "late" is forbidden: unable to create new'):
        await put("late")


async def test_a_stuck_namespace_does_not_keep_others(api: Api, store: Store, put: Put):
    await put("a", finalizers=["example.com/wait"])
    await api.create(NAMESPACES, {"metadata": {"name": "q"}})
    await api.delete(NAMESPACES.named("p"))
    await api.delete(NAMESPACES.named("q"))

    async with working(store):
        assert await seen(api, NAMESPACES.named("q"), "DELETED")
