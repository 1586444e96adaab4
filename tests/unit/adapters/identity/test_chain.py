"""Several authenticators as one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from slipcast.adapters.identity.chain import ACCOUNTS, Chain
from slipcast.ports.identity import Credentials
from slipcast.values.actor import Actor
from slipcast.values.sensitive import Sensitive

pytestmark = pytest.mark.anyio


class Door:
    """Knows one token, and counts how often it is asked."""

    def __init__(self, token: str, name: str) -> None:
        self._token = Sensitive(token)
        self.actor: Actor | None = Actor(name=name)
        self.asked = 0
        self.meanwhile: Callable[[], None] = lambda: None

    async def authenticate(self, credentials: Credentials) -> Actor | None:
        self.asked += 1
        self.meanwhile()
        return self.actor if credentials.bearer == self._token else None


def a_token(text: str, audience: str = "") -> Credentials:
    return Credentials(bearer=Sensitive(text), audience=audience)


async def test_the_first_who_knows_answers():
    chain = Chain([Door("a", "ada"), Door("b", "bob"), Door("b", "eve")])

    known = await chain.authenticate(a_token("b"))

    assert known == Actor(name="bob")


async def test_nobody_knows_what_nobody_knows():
    assert await Chain([Door("a", "ada")]).authenticate(a_token("x")) is None


async def test_an_answer_is_remembered_until_it_is_forgotten():
    door = Door("a", "ada")
    chain = Chain([door])
    await chain.authenticate(a_token("a"))
    await chain.authenticate(a_token("a"))
    once = door.asked
    door.actor = None

    chain.forget("ada")

    assert once == 1
    assert await chain.authenticate(a_token("a")) is None


async def test_others_are_not_forgotten():
    door = Door("a", "ada")
    chain = Chain([door])
    await chain.authenticate(a_token("a"))

    chain.forget("bob")
    await chain.authenticate(a_token("a"))

    assert door.asked == 1


async def test_service_accounts_are_forgotten_by_their_namespace():
    shop, till = Door("a", f"{ACCOUNTS}shop:robot"), Door("b", f"{ACCOUNTS}till:robot")
    chain = Chain([shop, till])
    await chain.authenticate(a_token("a"))
    await chain.authenticate(a_token("b"))

    chain.forget(f"{ACCOUNTS}shop")
    await chain.authenticate(a_token("a"))
    await chain.authenticate(a_token("b"))

    assert (shop.asked, till.asked) == (3, 1)


async def test_who_is_forgotten_while_being_looked_at_is_not_remembered():
    door = Door("a", "ada")
    chain = Chain([door])
    door.meanwhile = lambda: chain.forget("ada")
    await chain.authenticate(a_token("a"))

    await chain.authenticate(a_token("a"))

    assert door.asked == 2


async def test_all_are_forgotten():
    door = Door("a", "ada")
    chain = Chain([door])
    await chain.authenticate(a_token("a"))

    chain.forget()
    await chain.authenticate(a_token("a"))

    assert door.asked == 2


async def test_who_is_known_to_some_is_not_known_to_all():
    door = Door("a", "ada")
    chain = Chain([door])
    await chain.authenticate(a_token("a", "bank"))

    await chain.authenticate(a_token("a"))

    assert door.asked == 2


async def test_a_certificate_is_remembered_apart_from_who_says_more():
    door = Door("a", "ada")
    chain = Chain([door])
    door.authenticate = _anybody_with_a_certificate  # type: ignore[method-assign]
    bare = Credentials(certificate=b"der")
    named = Credentials(certificate=b"der", audience="registry")

    found = [await chain.authenticate(each) for each in (bare, bare, named)]

    assert [actor and actor.name for actor in found] == ["", "", "registry"]


async def _anybody_with_a_certificate(credentials: Credentials) -> Actor | None:
    return Actor(name=credentials.audience)
