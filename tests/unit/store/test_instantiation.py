"""Builds that others in the store start, and those who are faster elsewhere."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace
from typing_extensions import override

from slipcast.access.rules import Attempt
from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api.build import BinaryBuildSource, Build, BuildRequest
from slipcast.api.document import JSON
from slipcast.api.meta import ObjectMeta
from slipcast.builds.naming import UPLOAD
from slipcast.ports.api import Api, Resource
from slipcast.store.actions.instantiate import Instantiation
from slipcast.store.authorize import AllowAll, Guard, Verdict
from slipcast.store.verbs import Verbs
from slipcast.store.watching import Pace
from slipcast.values.actor import Actor
from slipcast.values.apifaults import AlreadyExists, Forbidden, NotFound
from unit.store.conftest import BUILD_CONFIGS, BUILDS, CONFIG_MAPS, StandingClock

pytestmark = pytest.mark.anyio

UMA = Actor(name="uma")
REQUEST = BuildRequest(metadata=ObjectMeta(name="app"))
SENT = replace(REQUEST, binary=BinaryBuildSource())


class NoStrategies(AllowAll):
    """The policy under which nobody may build."""

    @override
    async def decide(self, actor: Actor, attempt: Attempt) -> Verdict:
        assert actor is UMA
        return Verdict(attempt.plural != "builds")


def a_config(name: str = "app") -> JSON:
    """A BuildConfig of an image that needs no stream."""
    strategy = {"sourceStrategy": {"from": {"kind": "DockerImage", "name": "example.com/ruby"}}}
    source = {"git": {"uri": "https://example.com/app.git"}}
    return {"metadata": {"name": name}, "spec": {"source": source, "strategy": strategy}}


@pytest.fixture
def instantiation(journal: MemoryJournal, clock: StandingClock) -> Instantiation:
    return Instantiation(Verbs.over(journal, clock, Pace()), clock)


def uploaded(build: Build) -> Build:
    """The build with what was sent for it."""
    annotations = {**build.metadata.annotations, UPLOAD: "u-1"}
    return replace(build, metadata=replace(build.metadata, annotations=annotations))


async def test_a_build_is_changed_before_it_is_created(api: Api, instantiation: Instantiation):
    await api.create(BUILD_CONFIGS, a_config())
    guard = Guard(AllowAll(), UMA)

    build = await instantiation.make(guard, "p", "app", SENT, uploaded)

    assert build.revision
    assert build.content["metadata"]["annotations"][UPLOAD] == "u-1"
    assert build.content["spec"]["source"]["type"] == "Binary"


async def test_source_that_is_sent_along_has_no_cause_ba_125(
    api: Api, instantiation: Instantiation
):
    await api.create(BUILD_CONFIGS, a_config())

    build = await instantiation.make(Guard(AllowAll(), UMA), "p", "app", SENT)

    assert not build.content["spec"]["triggeredBy"]


async def test_a_strategy_is_asked_for_unless_source_is_sent_along_bl_143(
    api: Api, instantiation: Instantiation
):
    await api.create(BUILD_CONFIGS, a_config())
    guard = Guard(NoStrategies(), UMA)

    with pytest.raises(Forbidden, match="build strategy Source is not allowed"):
        await instantiation.make(guard, "p", "app", REQUEST)

    assert (await instantiation.make(guard, "p", "app", SENT)).names.name == "app-1"


async def test_a_config_that_is_not_there_is_not_found(instantiation: Instantiation):
    with pytest.raises(NotFound, match='"app" not found'):
        await instantiation.make(Guard(AllowAll(), UMA), "p", "app", REQUEST)


async def test_two_servers_over_one_journal_give_no_number_twice_bl_115(
    api: Api, journal: MemoryJournal, clock: StandingClock
):
    await api.create(BUILD_CONFIGS, a_config())
    guard = Guard(AllowAll(), UMA)
    both = [Instantiation(Verbs.over(journal, clock, Pace()), clock) for _ in range(2)]

    made = await asyncio.gather(
        *(each.make(guard, "p", "app", REQUEST) for each in both for _ in range(6))
    )

    assert {each.names.name for each in made} == {f"app-{number}" for number in range(1, 13)}


async def test_a_build_that_was_counted_and_never_created_leaves_a_gap_ba_118(
    api: Api, instantiation: Instantiation
):
    await api.create(BUILD_CONFIGS, a_config())
    config = (await api.get(BUILD_CONFIGS.named("app"))).content
    await api.update(BUILD_CONFIGS.named("app"), {**config, "status": {"lastVersion": 1}})

    build = await instantiation.make(Guard(AllowAll(), UMA), "p", "app", REQUEST)

    assert build.names.name == "app-2"


async def test_a_config_and_the_build_it_counted_are_one_write(
    api: Api, instantiation: Instantiation, journal: MemoryJournal
):
    await api.create(BUILD_CONFIGS, a_config())
    before = await journal.head()

    build = await instantiation.make(Guard(AllowAll(), UMA), "p", "app", REQUEST)

    config = await api.get(BUILD_CONFIGS.named("app"))
    assert (config.revision, build.revision) == (before + 1, before + 2)
    assert config.content["status"]["lastVersion"] == 1


async def test_what_is_made_beside_a_build_is_there_with_it(api: Api, instantiation: Instantiation):
    await api.create(BUILD_CONFIGS, a_config())
    record = {"metadata": {"name": "delivery-1"}}

    build = await instantiation.make(
        Guard(AllowAll(), UMA), "p", "app", REQUEST, beside=((CONFIG_MAPS, record),)
    )

    beside = await api.get(CONFIG_MAPS.named("delivery-1"))
    assert beside.revision == build.revision + 1


async def test_without_what_is_made_beside_it_there_is_no_build(
    api: Api, instantiation: Instantiation, journal: MemoryJournal
):
    await api.create(BUILD_CONFIGS, a_config())
    beside = ((CONFIG_MAPS, {"metadata": {"name": "delivery-1"}}),)
    guard = Guard(AllowAll(), UMA)
    first = await instantiation.make(guard, "p", "app", REQUEST, beside=beside)
    before = await journal.head()

    with pytest.raises(AlreadyExists, match='configmaps "delivery-1" already exists') as caught:
        await instantiation.make(guard, "p", "app", REQUEST, beside=beside)

    assert (caught.value.plural, caught.value.name) == ("configmaps", "delivery-1")
    assert await journal.head() == before
    assert [each.names for each in (await api.list(BUILDS)).documents] == [first.names]


async def test_a_build_of_another_config_of_a_like_name_is_not_counted_bl_3(api: Api):
    long, longer = "a" * 64, "a" * 65
    await api.create(BUILD_CONFIGS, a_config(long))
    await api.create(BUILD_CONFIGS, a_config(longer))
    for _ in range(3):
        await api.act(_request(long), {"metadata": {"name": long}})

    answer = await api.act(_request(longer), {"metadata": {"name": longer}})

    assert answer.document.names.name == f"{longer}-1"
    assert len((await api.list(BUILDS)).documents) == 4


def _request(name: str) -> Resource:
    return Resource(BUILD_CONFIGS.kind, "p", name, "instantiate")
