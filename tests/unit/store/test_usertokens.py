"""Tokens of one's own, as those see them whom they were given to."""

from __future__ import annotations

from contextlib import aclosing

import pytest

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds
from slipcast.ports.api import Api, ListOptions, Resource, WatchOptions
from slipcast.store.store import Setup, Store
from slipcast.values.actor import AUTHENTICATED, MASTERS, Actor
from slipcast.values.apifaults import Forbidden, MethodNotAllowed, NotFound
from unit.store.conftest import StandingClock

pytestmark = pytest.mark.anyio

TOKENS = Resource(kinds.require(kinds.OAUTH, "OAuthAccessToken"))
OWN = Resource(kinds.require(kinds.OAUTH, "UserOAuthAccessToken"))
PERSON = (AUTHENTICATED, "system:authenticated:oauth")


@pytest.fixture
async def guarded(journal: MemoryJournal, clock: StandingClock) -> Store:
    """A server at which Anna has two tokens and Ben has one."""
    store = Store(journal, clock, Setup(guarded=True))
    await store.prepare()
    root = store.as_(Actor(name="root", groups=(MASTERS,)))
    await root.create(TOKENS, a_token("annas", "anna", "1"))
    await root.create(TOKENS, a_token("bens", "ben", "2"))
    await root.create(TOKENS, a_token("annas-other", "anna", "1"))
    return store


@pytest.fixture
def anna(guarded: Store) -> Api:
    return guarded.as_(Actor(name="anna", uid="1", groups=PERSON))


def a_token(name: str, user: str, uid: str) -> dict[str, object]:
    return {
        "metadata": {"name": f"sha256~{name}"},
        "clientName": "openshift-cli-client",
        "userName": user,
        "userUID": uid,
        "scopes": ["user:full"],
        "redirectURI": "https://server.test/callback",
    }


async def test_everybody_sees_their_own(anna: Api):
    listed = await anna.list(OWN, ListOptions())

    read = await anna.get(OWN.named("sha256~annas"))
    assert [each.names.name for each in listed.documents] == ["sha256~annas", "sha256~annas-other"]
    assert (read.kind.name, read.content["userName"]) == ("UserOAuthAccessToken", "anna")


async def test_a_page_tells_nothing_of_others(anna: Api):
    listed = await anna.list(OWN, ListOptions(limit=1))

    assert [each.names.name for each in listed.documents] == ["sha256~annas", "sha256~annas-other"]
    assert (listed.token, listed.remaining) == ("", None)


@pytest.mark.parametrize("name", ["sha256~bens", "sha256~nobodys"])
async def test_another_token_is_not_there(anna: Api, name: str):
    with pytest.raises(NotFound, match=f'useroauthaccesstokens.* "{name}" not found'):
        await anna.get(OWN.named(name))

    with pytest.raises(NotFound):
        await anna.delete(OWN.named(name))


@pytest.mark.parametrize("uid", ["", "3"])
async def test_who_came_later_under_the_same_name_is_somebody_else(guarded: Store, uid: str):
    later = guarded.as_(Actor(name="anna", uid=uid, groups=PERSON))

    assert (await later.list(OWN, ListOptions())).documents == ()


async def test_ending_ones_own_ends_the_token(guarded: Store, anna: Api):
    await anna.delete(OWN.named("sha256~annas"))

    left = await guarded.as_(Actor(name="root", groups=(MASTERS,))).list(TOKENS, ListOptions())
    assert [each.names.name for each in left.documents] == ["sha256~annas-other", "sha256~bens"]


async def test_whoever_watches_hears_of_their_own_only(guarded: Store, anna: Api):
    root = guarded.as_(Actor(name="root", groups=(MASTERS,)))
    head = (await anna.list(OWN, ListOptions())).revision
    watch = await anna.watch(OWN, WatchOptions(resource_version=str(head)))
    await root.delete(TOKENS.named("sha256~bens"))
    await root.delete(TOKENS.named("sha256~annas"))

    async with aclosing(watch):
        event = await anext(watch)

    assert (event.type, event.document.names.name) == ("DELETED", "sha256~annas")


async def test_none_is_made_by_hand(anna: Api):
    with pytest.raises(MethodNotAllowed):
        await anna.create(OWN, a_token("mine", "anna", "1"))


async def test_a_token_for_less_does_not_show_the_others(guarded: Store):
    less = guarded.as_(Actor(name="anna", uid="1", groups=PERSON, scopes=("user:info",)))

    with pytest.raises(Forbidden):
        await less.list(OWN, ListOptions())
