"""Bindings as clients of OpenShift 3.5 look them up."""

from __future__ import annotations

import pytest

from slipcast.access.bootstrap import binding, user_subject
from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.ports.api import Api, Resource
from slipcast.store.store import SERVER, Setup, Store
from slipcast.values.actor import AUTHENTICATED, Actor
from slipcast.values.apifaults import Forbidden, NotFound
from unit.store.conftest import NAMESPACES, StandingClock

pytestmark = pytest.mark.anyio

KEPT = Resource(kinds.require(kinds.RBAC, "RoleBinding"), "p")
SHOWN = Resource(kinds.require(kinds.AUTHORIZATION_OPENSHIFT, "PolicyBinding"), "p")
EVERYWHERE = Resource(kinds.require(kinds.AUTHORIZATION_OPENSHIFT, "ClusterPolicyBinding"))


@pytest.fixture
async def guarded(journal: MemoryJournal, clock: StandingClock) -> Store:
    store = Store(journal, clock, Setup(guarded=True))
    await store.prepare()
    return store


@pytest.fixture
async def root(guarded: Store) -> Api:
    """The server itself, with a namespace in which Anna has a role of the cluster."""
    root = guarded.as_(SERVER)
    await root.create(NAMESPACES, {"metadata": {"name": "p"}})
    await root.create(KEPT, binding("p", "viewers", "view", [user_subject("anna")]))
    return root


async def test_bindings_to_roles_of_the_cluster_are_one_object(root: Api):
    found = (await root.get(SHOWN.named(":default"))).content

    named = {each["name"]: each["roleBinding"] for each in found["roleBindings"]}
    assert named["viewers"]["roleRef"] == {"name": "view"}
    assert named["viewers"]["userNames"] == ["anna"]
    assert named["viewers"]["metadata"]["resourceVersion"]


async def test_times_that_nobody_knows_are_not_told(root: Api):
    found = (await root.get(SHOWN.named(":default"))).content

    assert found.keys().isdisjoint({"lastModified"})
    assert found["metadata"].keys().isdisjoint({"creationTimestamp"})


async def test_bindings_to_roles_of_the_namespace_are_another(root: Api):
    inside = {"kind": "Role", "name": "own", "apiGroup": kinds.RBAC}
    await root.create(KEPT, {"metadata": {"name": "mine"}, "roleRef": inside, "subjects": []})

    listing = await root.list(SHOWN)

    assert [each.names.name for each in listing.documents] == [":default", "p:default"]
    (mine,) = listing.documents[1].content["roleBindings"]
    assert mine["name"] == "mine"


async def test_where_nobody_has_a_role_there_are_no_bindings(root: Api):
    assert (await root.get(SHOWN.named("p:default"))).content["roleBindings"] == []
    with pytest.raises(NotFound):
        await root.get(SHOWN.named("other:default"))


async def test_bindings_that_count_everywhere_are_looked_up_alike(root: Api):
    found = (await root.get(EVERYWHERE.named(":default"))).content

    assert "cluster-admins" in {each["name"] for each in found["roleBindings"]}


async def test_who_may_not_list_bindings_looks_none_up(guarded: Store, root: Api):
    assert (await root.list(SHOWN)).documents
    anna = guarded.as_(Actor(name="anna", groups=(AUTHENTICATED,)))

    with pytest.raises(Forbidden, match='cannot list resource "rolebindings"'):
        await anna.get(SHOWN.named(":default"))
