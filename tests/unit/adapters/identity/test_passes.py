"""Passes, and what is none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from slipcast.adapters.identity.passes import AUDIENCE, ISSUER, WHO, SignedPasses
from slipcast.adapters.identity.serviceaccounts import ServiceAccounts
from slipcast.adapters.identity.signing import SigningKey
from slipcast.testing.api import NOON
from slipcast.values.actor import ANONYMOUS, Actor, service_account
from unit.adapters.identity.conftest import a_key, bearer

LATER = NOON + timedelta(minutes=5)
ACTORS = [
    ANONYMOUS,
    service_account("shop", "builder", "1"),
    Actor(name="anna", uid="7", groups=("a", "b"), extra={"x": ("y",)}, scopes=("user:info",)),
]


@pytest.mark.parametrize("actor", ACTORS, ids=lambda actor: actor.name)
def test_a_pass_says_whose_it_is(key: SigningKey, actor: Actor):
    passes = SignedPasses(key)

    assert passes.read(passes.issued(actor, LATER), NOON) == actor


def test_two_passes_are_never_the_same(key: SigningKey):
    passes = SignedPasses(key)

    assert passes.issued(ANONYMOUS, LATER) != passes.issued(ANONYMOUS, LATER)


def test_a_pass_ends(key: SigningKey):
    passes = SignedPasses(key)

    assert passes.read(passes.issued(ANONYMOUS, LATER), LATER + timedelta(minutes=1)) is None


def test_a_pass_of_another_key_is_none(key: SigningKey):
    forged = SignedPasses(a_key()).issued(ANONYMOUS, LATER)

    assert SignedPasses(key).read(forged, NOON) is None


GOOD = {
    "iss": ISSUER,
    "aud": AUDIENCE,
    "sub": "anna",
    "exp": int(LATER.timestamp()),
    WHO: {"name": "anna"},
}


@pytest.mark.parametrize(
    "other",
    [
        {"iss": "kubernetes/serviceaccount"}, {"aud": "somebody"}, {"aud": [AUDIENCE, "other"]},
        {"exp": None}, {"exp": "soon"}, {"sub": "bob"}, {WHO: None}, {WHO: {"name": 1}},
        {WHO: {"name": ""}, "sub": ""},
    ],
)  # fmt: skip
def test_what_the_key_signed_for_something_else_is_no_pass(key: SigningKey, other: dict[str, str]):
    claims = {name: each for name, each in {**GOOD, **other}.items() if each is not None}

    assert SignedPasses(key).read(key.signed(GOOD), NOON) == Actor(name="anna")
    assert SignedPasses(key).read(key.signed(claims), NOON) is None


@pytest.mark.parametrize("text", ["", "a", "a.b.c", "....", "\N{SNOWMAN}"])
def test_nonsense_is_no_pass(key: SigningKey, text: str):
    assert SignedPasses(key).read(text, NOON) is None


@pytest.mark.anyio
async def test_a_pass_is_no_token_of_the_api(key: SigningKey, accounts: ServiceAccounts):
    given = SignedPasses(key).issued(service_account("shop", "builder"), LATER)

    assert await bearer(accounts, given) is None
