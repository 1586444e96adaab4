"""Projects: namespaces as those see them who work in them."""

from __future__ import annotations

from contextlib import aclosing

import pytest

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.ports.api import Api, Listing, ListOptions, Patch, Resource, WriteOptions
from slipcast.store.store import Setup, Store
from slipcast.values.actor import AUTHENTICATED, MASTERS, Actor
from slipcast.values.apifaults import AlreadyExists, Forbidden, Invalid, NotFound
from unit.store.conftest import CONFIG_MAPS, NAMESPACES, StandingClock

pytestmark = pytest.mark.anyio

PROJECTS = Resource(kinds.require(kinds.PROJECT, "Project"))
REQUESTS = Resource(kinds.require(kinds.PROJECT, "ProjectRequest"))
BINDINGS = Resource(kinds.require(kinds.RBAC, "RoleBinding"), "shop")
CONFIGS = Resource(CONFIG_MAPS.kind, "shop")

PERSON = (AUTHENTICATED, "system:authenticated:oauth")


@pytest.fixture
async def guarded(journal: MemoryJournal, clock: StandingClock) -> Store:
    store = Store(journal, clock, Setup(guarded=True))
    await store.prepare()
    return store


@pytest.fixture
def anna(guarded: Store) -> Api:
    return guarded.as_(Actor(name="anna", groups=PERSON))


@pytest.fixture
def ben(guarded: Store) -> Api:
    return guarded.as_(Actor(name="ben", groups=PERSON))


@pytest.fixture
def root(guarded: Store) -> Api:
    return guarded.as_(Actor(name="root", groups=(MASTERS,)))


def names(listing: Listing) -> list[str]:
    return [document.names.name for document in listing.documents]


async def request(api: Api, name: str = "shop") -> None:
    await api.create(REQUESTS, {"metadata": {"name": name}, "displayName": "The shop"})


async def test_a_requested_project_is_its_requesters(anna: Api):
    answer = await anna.create(REQUESTS, {"metadata": {"name": "shop"}, "displayName": "Shop"})

    content = answer.document.content
    assert content["kind"] == "Project"
    assert content["metadata"]["annotations"] == {
        "openshift.io/description": "",
        "openshift.io/display-name": "Shop",
        "openshift.io/requester": "anna",
    }
    await anna.create(CONFIGS, {"metadata": {"name": "a"}})


async def test_a_project_that_is_there_cannot_be_requested(anna: Api, ben: Api):
    await request(ben)

    with pytest.raises(AlreadyExists, match=r'projects.project.openshift.io "shop" already exists'):
        await request(anna)


async def test_a_name_of_one_letter_is_too_short(anna: Api):
    with pytest.raises(Invalid, match="must be at least 2 characters long"):
        await request(anna, "x")


async def test_a_dry_run_of_a_request_leaves_nothing(anna: Api, root: Api):
    await anna.create(REQUESTS, {"metadata": {"name": "shop"}}, WriteOptions(dry_run=True))

    with pytest.raises(NotFound):
        await root.get(NAMESPACES.named("shop"))


async def test_everybody_sees_the_projects_that_are_theirs(anna: Api, ben: Api, root: Api):
    await request(anna)

    assert names(await anna.list(PROJECTS)) == ["shop"]
    assert names(await ben.list(PROJECTS)) == []
    assert "shop" in names(await root.list(PROJECTS))


async def test_a_page_of_projects_tells_nothing_of_others(anna: Api, ben: Api):
    await request(anna, "annas")
    await request(ben, "bens")

    listed = await anna.list(PROJECTS, ListOptions(limit=1))

    assert (names(listed), listed.token, listed.remaining) == (["annas"], "", None)


async def test_a_project_of_others_is_forbidden(anna: Api, ben: Api):
    await request(anna)

    with pytest.raises(Forbidden, match='User "ben" cannot get resource "projects"'):
        await ben.get(PROJECTS.named("shop"))


async def test_a_watch_tells_of_ones_own_projects_only(anna: Api, ben: Api):
    await request(anna, "shop")
    await request(ben, "till")

    async with aclosing(await ben.watch(PROJECTS)) as events:
        event = await anext(events)

    assert (event.type, event.document.names.name) == ("ADDED", "till")
    assert event.document.kind.name == "Project"


async def test_annotations_of_a_project_can_be_changed(anna: Api, root: Api):
    await request(anna)
    body = {"metadata": {"annotations": {"openshift.io/display-name": "New"}}}

    answer = await anna.patch(PROJECTS.named("shop"), Patch(type="merge", body=body))

    namespace = (await root.get(NAMESPACES.named("shop"))).content
    assert answer.document.content["kind"] == "Project"
    assert namespace["metadata"]["annotations"]["openshift.io/display-name"] == "New"


async def test_labels_of_a_project_cannot_be_changed(anna: Api):
    await request(anna)
    body = {"metadata": {"labels": {"a": "b"}}}

    with pytest.raises(Invalid, match="try updating the namespace"):
        await anna.patch(PROJECTS.named("shop"), Patch(type="merge", body=body))


async def test_a_deleted_project_is_a_namespace_that_is_being_deleted(anna: Api, root: Api):
    await request(anna)

    await anna.delete(PROJECTS.named("shop"))

    namespace = (await root.get(NAMESPACES.named("shop"))).content
    assert namespace["status"]["phase"] == "Terminating"


async def test_whoever_may_only_look_changes_nothing(anna: Api, ben: Api):
    await request(anna)
    await anna.create(BINDINGS, a_binding("view", "ben"))

    with pytest.raises(
        Forbidden,
        match='configmaps is forbidden: User "ben" cannot create resource "configmaps" in API group'
        ' "" in the namespace "shop"',
    ):
        await ben.create(CONFIGS, {"metadata": {"name": "a"}})


async def test_a_project_of_a_wrong_name_is_no_wrong_namespace(anna: Api):
    with pytest.raises(Invalid, match=r'^ProjectRequest.* "Shop_1" is invalid: '):
        await anna.create(REQUESTS, {"metadata": {"name": "Shop_1"}})


async def test_nobody_gives_away_what_they_do_not_have(anna: Api):
    await request(anna)

    with pytest.raises(Forbidden) as refused:
        await anna.create(BINDINGS, a_binding("cluster-admin", "ben"))

    assert refused.value.message.endswith(
        ' "system:authenticated:oauth"]) is attempting to grant RBAC permissions '
        "not currently held:\n"
        '{APIGroups:["*"], Resources:["*"], Verbs:["*"]}\n'
        '{NonResourceURLs:["*"], Verbs:["*"]}'
    )


async def test_a_strategy_that_is_not_allowed_is_refused(anna: Api):
    await request(anna)
    configs = Resource(kinds.require(kinds.BUILD, "BuildConfig"), "shop")
    spec = {
        "source": {"git": {"uri": "https://example.com/a.git"}},
        "strategy": {"customStrategy": {"from": {"kind": "DockerImage", "name": "x"}}},
    }

    with pytest.raises(Forbidden, match="build strategy Custom is not allowed"):
        await anna.create(configs, {"metadata": {"name": "c"}, "spec": spec})


def a_binding(role: str, user: str) -> dict[str, object]:
    group = kinds.RBAC
    return {
        "metadata": {"name": role},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": role},
        "subjects": [{"apiGroup": group, "kind": "User", "name": user}],
    }
