"""Groups of people, as objects, and the roles that they give their members."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

import pytest

from slipcast.access.bootstrap import binding, group_subject
from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.ports.api import Api, Patch, Resource
from slipcast.store.store import SERVER, Setup, Store
from slipcast.values.actor import AUTHENTICATED, Actor
from slipcast.values.apifaults import Forbidden, Invalid, NotFound
from unit.store.conftest import CONFIG_MAPS, NAMESPACES, StandingClock

pytestmark = pytest.mark.anyio

GROUPS = Resource(kinds.require(kinds.USER, "Group"))
IDENTITIES = Resource(kinds.require(kinds.USER, "Identity"))
MAPPINGS = Resource(kinds.require(kinds.USER, "UserIdentityMapping"))
BINDINGS = Resource(kinds.require(kinds.RBAC, "RoleBinding"), "p")
MYSELF = Resource(kinds.require(kinds.USER, "User"), name="~")


@pytest.fixture
def guarded(journal: MemoryJournal, clock: StandingClock) -> Store:
    return Store(journal, clock, Setup(guarded=True))


@pytest.fixture
async def root(guarded: Store) -> Api:
    """The server itself, with a namespace that a crew looks at."""
    await guarded.prepare()
    root = guarded.as_(SERVER)
    await root.create(NAMESPACES, {"metadata": {"name": "p"}})
    await root.create(BINDINGS, binding("p", "crews", "view", [group_subject("crew")]))
    return root


@pytest.fixture
def anna(guarded: Store, root: Api) -> Api:
    del root
    return guarded.as_(Actor(name="anna", groups=(AUTHENTICATED,)))


def a_group(*users: str, name: str = "crew") -> dict[str, Any]:
    return {"metadata": {"name": name}, "users": list(users)}


async def test_a_member_has_the_roles_of_the_group(root: Api, anna: Api):
    with pytest.raises(Forbidden):
        await anna.list(CONFIG_MAPS)

    await root.create(GROUPS, a_group("ben", "anna"))

    assert (await anna.list(CONFIG_MAPS)).documents == ()


async def test_who_is_taken_out_loses_what_goes_on_as_well(root: Api, anna: Api):
    await root.create(GROUPS, a_group("anna"))
    await root.create(CONFIG_MAPS, {"metadata": {"name": "before"}})

    async with aclosing(await anna.watch(CONFIG_MAPS)) as events:
        await anext(events)
        await root.patch(GROUPS.named("crew"), Patch(type="merge", body={"users": []}))
        await root.create(CONFIG_MAPS, {"metadata": {"name": "after"}})
        with pytest.raises(Forbidden):
            await anext(events)


async def test_a_group_that_is_gone_gives_nothing(root: Api, anna: Api):
    await root.create(GROUPS, a_group("anna"))
    await root.delete(GROUPS.named("crew"))

    with pytest.raises(Forbidden):
        await anna.list(CONFIG_MAPS)


async def test_groups_are_known_after_a_start(
    root: Api, journal: MemoryJournal, clock: StandingClock
):
    await root.create(GROUPS, a_group("anna"))

    again = Store(journal, clock, Setup(guarded=True))
    await again.prepare()

    anna = again.as_(Actor(name="anna", groups=(AUTHENTICATED,)))
    assert (await anna.list(CONFIG_MAPS)).documents == ()


async def test_a_member_sees_the_group_among_their_own(root: Api, anna: Api):
    await root.create(GROUPS, a_group("anna"))

    found = (await anna.get(MYSELF)).content

    assert found["groups"] == ["crew", AUTHENTICATED]


async def test_nobody_puts_themselves_into_a_group(anna: Api):
    with pytest.raises(Forbidden, match='cannot create resource "groups"'):
        await anna.create(GROUPS, a_group("anna"))


@pytest.mark.parametrize(
    ("group", "field"),
    [
        (a_group("anna", name="system:masters"), "metadata.name"),
        (a_group("anna", ""), "users[1]"),
        (a_group("system:anonymous"), "users[0]"),
    ],
)
async def test_names_of_the_servers_own_are_refused(root: Api, group: dict[str, Any], field: str):
    with pytest.raises(Invalid) as refused:
        await root.create(GROUPS, group)

    assert [cause.field for cause in refused.value.causes] == [field]


async def test_an_identity_is_mapped_to_its_user(root: Api):
    identity = {"metadata": {"name": "htpasswd:anna"}, "user": {"name": "anna", "uid": "7"}}
    await root.create(IDENTITIES, identity)

    found = (await root.get(MAPPINGS.named("htpasswd:anna"))).content

    assert found["identity"]["name"] == "htpasswd:anna"
    assert found["user"] == {"name": "anna", "uid": "7"}


async def test_an_identity_that_is_nobodys_has_no_mapping(root: Api):
    await root.create(IDENTITIES, {"metadata": {"name": "htpasswd:ben"}})

    with pytest.raises(NotFound, match="useridentitymappings"):
        await root.get(MAPPINGS.named("htpasswd:ben"))
