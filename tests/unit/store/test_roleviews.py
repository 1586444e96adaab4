"""Roles and bindings in OpenShift's form, over those that are kept."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

import pytest

from slipcast.access.bootstrap import binding, user_subject
from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.ports.api import Api, Patch, Resource
from slipcast.store.store import SERVER, Setup, Store
from slipcast.values.actor import AUTHENTICATED, Actor
from slipcast.values.apifaults import BadRequest, Forbidden, Invalid
from unit.store.conftest import NAMESPACES, StandingClock

pytestmark = pytest.mark.anyio

PEOPLE = (AUTHENTICATED,)
KEPT = Resource(kinds.require(kinds.RBAC, "RoleBinding"), "p")
KEPT_ROLES = Resource(kinds.require(kinds.RBAC, "Role"), "p")
SHOWN = Resource(kinds.require(kinds.AUTHORIZATION_OPENSHIFT, "RoleBinding"), "p")
ROLES = Resource(kinds.require(kinds.AUTHORIZATION_OPENSHIFT, "Role"), "p")
CLUSTER = Resource(kinds.require(kinds.AUTHORIZATION_OPENSHIFT, "ClusterRoleBinding"))


@pytest.fixture
async def guarded(journal: MemoryJournal, clock: StandingClock) -> Store:
    """A server at which Anna is admin of a namespace, Ed edits in it, and Vera looks at it."""
    store = Store(journal, clock, Setup(guarded=True))
    await store.prepare()
    root = store.as_(SERVER)
    await root.create(NAMESPACES, {"metadata": {"name": "p"}})
    await root.create(KEPT, binding("p", "admins", "admin", [user_subject("anna")]))
    await root.create(KEPT, binding("p", "editors", "edit", [user_subject("ed")]))
    return store


@pytest.fixture
def anna(guarded: Store) -> Api:
    return guarded.as_(Actor(name="anna", groups=PEOPLE))


@pytest.fixture
def ed(guarded: Store) -> Api:
    return guarded.as_(Actor(name="ed", groups=PEOPLE))


def a_binding(role: str, *users: str) -> dict[str, Any]:
    return {"metadata": {"name": "new"}, "roleRef": {"name": role}, "userNames": list(users)}


async def test_a_binding_is_the_same_object_in_both_forms(anna: Api):
    made = await anna.create(SHOWN, a_binding("view", "vera"))

    kept = (await anna.get(KEPT.named("new"))).content
    assert made.document.content["userNames"] == ["vera"]
    assert kept["metadata"]["uid"] == made.document.content["metadata"]["uid"]
    assert kept["subjects"] == [user_subject("vera")]


async def test_bindings_are_listed_in_the_form_that_is_asked_for(anna: Api):
    listing = await anna.list(SHOWN)

    found = {each.names.name: each.content["userNames"] for each in listing.documents}
    assert (found["admins"], found["editors"]) == (["anna"], ["ed"])


async def test_somebody_is_added_and_taken_out_again(anna: Api):
    held = (await anna.get(SHOWN.named("editors"))).content
    await anna.update(SHOWN.named("editors"), {**held, "userNames": ["ed", "vera"]})
    patch = Patch(type="merge", body={"userNames": ["vera"]})

    await anna.patch(SHOWN.named("editors"), patch)

    kept = (await anna.get(KEPT.named("editors"))).content
    assert kept["subjects"] == [user_subject("vera")]


async def test_who_edits_makes_nobody_admin_this_way_either(ed: Api):
    with pytest.raises(Forbidden, match='cannot create resource "rolebindings"'):
        await ed.create(SHOWN, a_binding("admin", "ed"))
    with pytest.raises(Forbidden, match='cannot update resource "rolebindings"'):
        await ed.update(SHOWN.named("admins"), {**a_binding("admin", "ed")})
    with pytest.raises(Forbidden, match='cannot patch resource "rolebindings"'):
        await ed.patch(SHOWN.named("admins"), Patch(type="merge", body={"userNames": ["ed"]}))


async def test_an_admin_gives_away_no_more_than_they_have(anna: Api):
    with pytest.raises(Forbidden, match="attempting to grant RBAC permissions not currently held"):
        await anna.create(SHOWN, a_binding("cluster-admin", "anna"))
    with pytest.raises(Forbidden, match="cluster scope"):
        await anna.create(CLUSTER, a_binding("admin", "anna"))


async def test_a_role_gives_no_more_than_its_writer_has(anna: Api):
    rule = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}

    with pytest.raises(Forbidden, match="attempting to grant RBAC permissions not currently held"):
        await anna.create(ROLES, {"metadata": {"name": "all"}, "rules": [rule]})


async def test_a_role_is_kept_in_the_form_of_today(anna: Api):
    rule = {"verbs": ["get"], "resources": ["pods"], "attributeRestrictions": None}

    made = await anna.create(ROLES, {"metadata": {"name": "looks"}, "rules": [rule]})

    kept = (await anna.get(KEPT_ROLES.named("looks"))).content
    today = [{"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}]
    assert (kept["rules"], made.document.content["rules"]) == (today, today)


async def test_a_role_of_another_namespace_is_refused(anna: Api):
    wanted = {**a_binding("r", "vera"), "roleRef": {"name": "r", "namespace": "default"}}

    with pytest.raises(Invalid, match="must be the namespace of the binding"):
        await anna.create(SHOWN, wanted)


async def test_an_apply_is_sent_to_the_kind_that_is_kept(anna: Api):
    patch = Patch(type="apply", body={"metadata": {"name": "editors"}})

    with pytest.raises(BadRequest, match="apply those of rbac"):
        await anna.patch(SHOWN.named("editors"), patch)


async def test_who_may_not_read_bindings_reads_none_this_way(ed: Api):
    with pytest.raises(Forbidden, match='cannot list resource "rolebindings"'):
        await ed.list(SHOWN)
    with pytest.raises(Forbidden, match='cannot get resource "rolebindings"'):
        await ed.get(SHOWN.named("admins"))
    with pytest.raises(Forbidden, match='cannot watch resource "rolebindings"'):
        await ed.watch(SHOWN)


async def test_changes_are_told_in_the_form_that_is_asked_for(anna: Api):
    async with aclosing(await anna.watch(SHOWN.named("editors"))) as events:
        first = await anext(events)
        await anna.delete(SHOWN.named("editors"))
        last = await anext(events)

    assert (first.type, first.document.content["userNames"]) == ("ADDED", ["ed"])
    assert (last.type, last.document.content["roleRef"]) == ("DELETED", {"name": "edit"})
