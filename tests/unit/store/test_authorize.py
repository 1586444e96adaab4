"""Being refused, in the words of the API."""

from __future__ import annotations

import asyncio

import pytest
from typing_extensions import override

from slipcast.access.rules import Attempt
from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.ports.api import DeleteOptions, ListOptions, Patch, Resource, WatchOptions
from slipcast.store.authorize import AllowAll, Verdict, forbidden
from slipcast.store.store import Setup, Store
from slipcast.values.actor import Actor
from slipcast.values.apifaults import Forbidden
from unit.store.conftest import BUILDS, CONFIG_MAPS, NAMESPACES, StandingClock

pytestmark = pytest.mark.anyio

UMA = Actor(name="u")


class RefuseAll(AllowAll):
    """The policy under which nobody may do anything; it keeps what was tried."""

    def __init__(self) -> None:
        self.attempts: list[Attempt] = []

    @override
    async def decide(self, actor: Actor, attempt: Attempt) -> Verdict:
        self.attempts.append(attempt)
        return Verdict(allowed=False)


@pytest.fixture
def policy() -> RefuseAll:
    return RefuseAll()


@pytest.fixture
def store(journal: MemoryJournal, clock: StandingClock, policy: RefuseAll) -> Store:
    return Store(journal, clock, Setup(policy=policy))


async def test_the_message_says_who_what_and_where(store: Store):
    with pytest.raises(Forbidden) as caught:
        await store.as_(UMA).get(Resource(BUILDS.kind, "ns", "x"))

    assert caught.value.message == (
        'builds.build.openshift.io "x" is forbidden: User "u" cannot get resource "builds" in API'
        ' group "build.openshift.io" in the namespace "ns"'
    )


async def test_a_collection_of_all_namespaces_is_at_the_cluster_scope(store: Store):
    with pytest.raises(Forbidden) as caught:
        await store.as_(UMA).list(Resource(CONFIG_MAPS.kind))

    assert caught.value.message == (
        'configmaps is forbidden: User "u" cannot list resource "configmaps" in API group ""'
        " at the cluster scope"
    )


async def test_every_verb_is_asked_about_before_anything_is_read(store: Store, policy: RefuseAll):
    api, one = store.as_(UMA), CONFIG_MAPS.named("a")
    works = (
        api.get(one),
        api.list(CONFIG_MAPS),
        api.watch(CONFIG_MAPS, WatchOptions(resource_version="999")),
        api.create(CONFIG_MAPS, {}),
        api.update(one, {}),
        api.patch(one, Patch(type="merge", body={})),
        api.delete(one, DeleteOptions()),
        api.delete_all(CONFIG_MAPS),
    )

    outcomes = await asyncio.gather(*works, return_exceptions=True)

    assert {type(outcome) for outcome in outcomes} == {Forbidden}
    assert [attempt.verb for attempt in policy.attempts] == [
        *("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"),
    ]


async def test_a_namespace_is_asked_about_inside_itself(store: Store, policy: RefuseAll):
    with pytest.raises(Forbidden):
        await store.as_(UMA).get(NAMESPACES.named("p"))

    assert policy.attempts[0].namespace == "p"


async def test_a_collection_of_one_name_is_about_that_one(store: Store, policy: RefuseAll):
    options = ListOptions(fields="metadata.name=a")

    with pytest.raises(Forbidden):
        await store.as_(UMA).list(CONFIG_MAPS, options)

    assert (policy.attempts[0].verb, policy.attempts[0].name) == ("list", "a")


async def test_a_subresource_is_asked_about_by_its_path(store: Store, policy: RefuseAll):
    with pytest.raises(Forbidden, match='cannot update resource "builds/details"'):
        await store.as_(UMA).update(Resource(BUILDS.kind, "p", "b", "details"), {})

    assert policy.attempts[0].resource == "builds/details"


def test_a_path_is_refused_by_its_name():
    attempt = Attempt(verb="get", path="/metrics")

    fault = forbidden(UMA, attempt, Verdict(allowed=False, reason="no role allows it"))

    assert fault.message == ('forbidden: User "u" cannot get path "/metrics": no role allows it')


async def test_a_user_is_told_itself_whatever_it_may_do(store: Store):
    users = Resource(kinds.require(kinds.USER, "User"))

    content = (await store.as_(UMA).get(users.named("~"))).content

    assert content["metadata"]["name"] == "u"
