"""Watches, and the rights that they rest on."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from slipcast.access.bootstrap import binding, user_subject
from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.ports.api import Api, Resource, WatchEvent
from slipcast.store.store import SERVER, Setup, Store
from slipcast.values.actor import AUTHENTICATED, Actor
from slipcast.values.apifaults import Forbidden
from unit.store.conftest import CONFIG_MAPS, NAMESPACES, StandingClock

pytestmark = pytest.mark.anyio

VERA = Actor(name="vera", groups=(AUTHENTICATED,))
BINDINGS = Resource(kinds.require(kinds.RBAC, "RoleBinding"), "p")
A_VIEW = binding("p", "views", "view", [user_subject("vera")])


@pytest.fixture
def store(journal: MemoryJournal, clock: StandingClock) -> Store:
    return Store(journal, clock, Setup(guarded=True))


@pytest.fixture
async def admin(store: Store) -> Api:
    """The server itself, with a namespace that Vera may look at."""
    await store.prepare()
    admin = store.as_(SERVER)
    await admin.create(NAMESPACES, {"metadata": {"name": "p"}})
    await admin.create(BINDINGS, A_VIEW)
    await admin.create(CONFIG_MAPS, {"metadata": {"name": "before"}})
    return admin


async def name_of_next(events: AsyncGenerator[WatchEvent, None]) -> str:
    return (await anext(events)).document.names.name


async def test_who_loses_the_right_sees_nothing_that_comes_after(admin: Api, store: Store):
    async with aclosing(await store.as_(VERA).watch(CONFIG_MAPS)) as events:
        assert await name_of_next(events) == "before"
        await admin.delete(BINDINGS.named("views"))
        await admin.create(CONFIG_MAPS, {"metadata": {"name": "after"}})

        with pytest.raises(Forbidden, match='User "vera" cannot watch resource "configmaps"'):
            await anext(events)


async def test_rights_of_others_that_end_end_no_watch(admin: Api, store: Store):
    await admin.create(BINDINGS, binding("p", "others", "view", [user_subject("otto")]))

    async with aclosing(await store.as_(VERA).watch(CONFIG_MAPS)) as events:
        assert await name_of_next(events) == "before"
        await admin.delete(BINDINGS.named("others"))
        await admin.create(CONFIG_MAPS, {"metadata": {"name": "after"}})

        assert await name_of_next(events) == "after"
