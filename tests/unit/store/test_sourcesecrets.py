"""The source secret that a new BuildConfig is given."""

from __future__ import annotations

from typing import Any

import pytest
from typing_extensions import override

from slipcast.access.rules import Attempt
from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api.document import JSON
from slipcast.ports.api import Api, Patch, Resource, WriteOptions
from slipcast.store.authorize import AllowAll, Verdict
from slipcast.store.store import Setup, Store
from slipcast.values.actor import Actor
from slipcast.values.apifaults import BadRequest, Forbidden
from unit.store.conftest import BUILD_CONFIGS, NAMESPACES, SECRETS, StandingClock

pytestmark = pytest.mark.anyio

URI = "https://example.com/team/app.git"
PATTERN = "build.openshift.io/source-secret-match-uri-1"


class NoSecrets(AllowAll):
    """The policy under which Uma may see no secrets."""

    @override
    async def decide(self, actor: Actor, attempt: Attempt) -> Verdict:
        return Verdict(actor.name != "uma" or attempt.plural != "secrets")


@pytest.fixture
def store(journal: MemoryJournal, clock: StandingClock) -> Store:
    return Store(journal, clock, Setup(policy=NoSecrets()))


@pytest.fixture
async def api(api: Api) -> Api:
    """Somebody, with a secret for an address."""
    annotations = {PATTERN: "https://example.com/team/*"}
    await api.create(SECRETS, {"metadata": {"name": "team", "annotations": annotations}})
    return api


def a_config(**source: Any) -> JSON:
    """A BuildConfig of a source."""
    strategy = {"sourceStrategy": {"from": {"kind": "DockerImage", "name": "example.com/ruby"}}}
    return {"metadata": {"name": "app"}, "spec": {"source": source, "strategy": strategy}}


async def test_it_is_chosen_by_the_address_bl_24(api: Api):
    answer = await api.create(BUILD_CONFIGS, a_config(git={"uri": URI}))

    assert answer.document.content["spec"]["source"]["sourceSecret"] == {"name": "team"}


async def test_a_secret_that_was_just_changed_is_seen_bl_22(api: Api):
    await api.create(BUILD_CONFIGS, a_config(git={"uri": URI}))
    await api.delete(SECRETS.named("team"))
    annotations = {PATTERN: "https://example.com/*"}
    await api.create(SECRETS, {"metadata": {"name": "all", "annotations": annotations}})

    other = {**a_config(git={"uri": URI}), "metadata": {"name": "other"}}
    answer = await api.create(BUILD_CONFIGS, other)

    assert answer.document.content["spec"]["source"]["sourceSecret"] == {"name": "all"}


async def test_secrets_of_another_namespace_are_not_chosen_bl_22(api: Api):
    await api.create(BUILD_CONFIGS, a_config(git={"uri": URI}))
    await api.create(NAMESPACES, {"metadata": {"name": "elsewhere"}})

    answer = await api.create(Resource(BUILD_CONFIGS.kind, "elsewhere"), a_config(git={"uri": URI}))

    assert "sourceSecret" not in answer.document.content["spec"]["source"]


async def test_it_is_chosen_when_apply_creates_bl_22(api: Api):
    body = a_config(git={"uri": URI})
    body |= {"apiVersion": "build.openshift.io/v1", "kind": "BuildConfig"}
    change = Patch(type="apply", body=body)

    answer = await api.patch(BUILD_CONFIGS.named("app"), change, WriteOptions(manager="test"))

    assert answer.document.content["spec"]["source"]["sourceSecret"] == {"name": "team"}


async def test_one_that_is_said_stays_bl_22(api: Api):
    config = a_config(git={"uri": URI}, sourceSecret={"name": "mine"})

    answer = await api.create(BUILD_CONFIGS, config)

    assert answer.document.content["spec"]["source"]["sourceSecret"] == {"name": "mine"}


async def test_an_update_adds_none_bl_22(api: Api):
    await api.create(BUILD_CONFIGS, a_config(git={"uri": "https://example.com/other"}))
    change = Patch(type="merge", body={"spec": {"source": {"git": {"uri": URI}}}})

    answer = await api.patch(BUILD_CONFIGS.named("app"), change)

    assert "sourceSecret" not in answer.document.content["spec"]["source"]


async def test_other_addresses_get_none_bl_24(api: Api):
    answer = await api.create(BUILD_CONFIGS, a_config(git={"uri": "https://example.com/app"}))

    assert "sourceSecret" not in answer.document.content["spec"]["source"]


@pytest.mark.usefixtures("api")
async def test_who_may_not_list_secrets_is_given_none_bl_22(store: Store):
    uma = store.as_(Actor(name="uma"))
    with pytest.raises(Forbidden):
        await uma.list(SECRETS)

    answer = await uma.create(BUILD_CONFIGS, a_config(git={"uri": URI}))

    assert "sourceSecret" not in answer.document.content["spec"]["source"]


@pytest.mark.parametrize("source", ["text", {"git": "text"}, {"git": {"uri": 1}}])
async def test_what_is_wrong_is_told_by_those_whose_it_is_to_tell_bl_24(api: Api, source: Any):
    config = a_config()
    config["spec"]["source"] = source

    with pytest.raises(BadRequest):
        await api.create(BUILD_CONFIGS, config)
