"""Who is kept of those who log in."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.ports.api import Api, Resource
from slipcast.ports.identity import Person
from slipcast.server.oauthcodes import Asked
from slipcast.server.oauthgrants import Grants
from slipcast.store.store import SERVER, Setup, Store
from unit.store.conftest import StandingClock

pytestmark = pytest.mark.anyio

USERS = Resource(kinds.require(kinds.USER, "User"))
IDENTITIES = Resource(kinds.require(kinds.USER, "Identity"))
ASKED = Asked(client="openshift-cli-client", redirect="", scopes=("user:full",))


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    journal = MemoryJournal(pause=0.02)
    yield Store(journal, StandingClock(), Setup(guarded=False)).as_(SERVER)
    await journal.close()


async def test_the_first_login_makes_a_user_and_how_they_came(api: Api):
    await Grants(api).give(Person(name="anna"), ASKED)

    user = (await api.get(USERS.named("anna"))).content
    identity = (await api.get(IDENTITIES.named("htpasswd:anna"))).content
    assert user["identities"] == ["htpasswd:anna"]
    assert identity["user"] == {"name": "anna", "uid": user["metadata"]["uid"]}


async def test_the_second_login_makes_nothing_more(api: Api):
    await Grants(api).give(Person(name="anna"), ASKED)
    before = await api.list(IDENTITIES)

    await Grants(api).give(Person(name="anna"), ASKED)

    assert (await api.list(IDENTITIES)).documents == before.documents


async def test_an_identity_follows_its_user_when_they_come_anew(api: Api):
    await Grants(api).give(Person(name="anna"), ASKED)
    await api.delete(USERS.named("anna"))

    await Grants(api).give(Person(name="anna"), ASKED)

    user = (await api.get(USERS.named("anna"))).names.uid
    identity = (await api.get(IDENTITIES.named("htpasswd:anna"))).content
    assert identity["user"]["uid"] == user


async def test_an_identity_says_what_a_provider_calls_its_user(api: Api):
    person = Person(name="https://provider.test#7", provider="openid", known_as="7")

    await Grants(api).give(person, ASKED)

    identity = (await api.get(IDENTITIES.named("openid:7"))).content
    assert (identity["providerName"], identity["providerUserName"]) == ("openid", "7")
