"""What service accounts lose is made anew."""

from __future__ import annotations

import asyncio

import pytest

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api.document import JSON
from slipcast.ports.api import Api, Resource
from slipcast.ports.issuer import Account, Wanted
from slipcast.store.furnishing import ACCOUNT, SECRET
from slipcast.store.store import Setup, Store
from slipcast.values.actor import MASTERS, Actor
from slipcast.values.apifaults import NotFound
from unit.store.conftest import NAMESPACES, StandingClock

pytestmark = pytest.mark.anyio

ACCOUNTS = Resource(ACCOUNT, "shop")
SECRETS = Resource(SECRET, "shop")


class Counting:
    """An issuer whose secrets are numbered."""

    audience = "here"

    def __init__(self) -> None:
        self.number = 0

    def credentials(self, account: Account) -> list[JSON]:
        self.number += 1
        return [
            {"metadata": {"name": f"{account.name}-{kind}-{self.number}"}, "type": f"x/{kind}"}
            for kind in ("token", "dockercfg")
        ]

    def completed(self, secret: JSON, account: Account) -> JSON:
        return {**secret, "data": {"token": account.uid}}

    def readdressed(self, secret: JSON) -> JSON:
        return secret

    def token(self, wanted: Wanted) -> str:
        return wanted.account.uid


@pytest.fixture
def store(journal: MemoryJournal, clock: StandingClock) -> Store:
    return Store(journal, clock, Setup(issuer=Counting()))


@pytest.fixture
async def api(store: Store) -> Api:
    api = store.as_(Actor(name="root", groups=(MASTERS,)))
    await api.create(NAMESPACES, {"metadata": {"name": "shop"}})
    await api.create(ACCOUNTS, {"metadata": {"name": "robot"}, "secrets": [{"name": "ssh"}]})
    return api


async def listed(api: Api, name: str) -> list[str]:
    """The secrets of an account, by their kind."""
    content = (await api.get(ACCOUNTS.named(name))).content
    return [each["name"] for each in content["secrets"]]


async def test_a_token_that_is_deleted_is_replaced_and_the_registry_secret_with_it(
    store: Store, api: Api
):
    ssh, token, registry = await listed(api, "robot")

    await api.delete(SECRETS.named(token))
    await store._restoring.step()

    assert (await listed(api, "robot"))[0] == ssh
    assert not {token, registry} & {*await listed(api, "robot")}
    assert len(await listed(api, "robot")) == 3
    with pytest.raises(NotFound):
        await api.get(SECRETS.named(registry))


async def test_a_registry_secret_that_is_deleted_leaves_the_token(store: Store, api: Api):
    _, token, registry = await listed(api, "robot")

    await api.delete(SECRETS.named(registry))
    await store._restoring.step()

    assert token in await listed(api, "robot")
    assert registry not in await listed(api, "robot")


async def test_a_secret_of_somebodys_own_is_not_replaced(store: Store, api: Api):
    before = await listed(api, "robot")
    await api.create(SECRETS, {"metadata": {"name": "ssh"}})

    await api.delete(SECRETS.named("ssh"))
    await store._restoring.step()

    assert await listed(api, "robot") == before


async def test_an_account_of_every_namespace_comes_back(store: Store, api: Api):
    await api.delete(ACCOUNTS.named("builder"))
    await store._restoring.step()

    assert len(await listed(api, "builder")) == 2


async def test_another_account_stays_away(store: Store, api: Api):
    await api.delete(ACCOUNTS.named("robot"))
    await store._restoring.step()

    with pytest.raises(NotFound):
        await api.get(ACCOUNTS.named("robot"))


async def test_several_who_come_by_furnish_once(store: Store, api: Api):
    await api.delete(ACCOUNTS.named("builder"))

    furnishing = store._parts.furnishing
    await asyncio.gather(*(furnishing.usual_account("shop", "builder") for _ in range(5)))

    assert len(await listed(api, "builder")) == 2
