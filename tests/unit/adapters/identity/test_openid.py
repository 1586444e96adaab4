"""OpenID Connect, against a provider that answers over HTTPS."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from slipcast.adapters.identity.openid import OpenId
from slipcast.ports.daemon import Identification
from slipcast.values.actor import Actor
from slipcast.values.apifaults import Unauthorized, Unavailable
from slipcast.values.faults import InvalidFault
from unit.adapters.identity.conftest import bearer
from unit.adapters.identity.provider import Provider, an_ec_key, an_rsa_key
from unit.store.conftest import StandingClock

pytestmark = pytest.mark.anyio

Opened = Callable[..., OpenId]


@pytest.fixture
async def opened(provider: Provider, clock: StandingClock) -> AsyncIterator[Opened]:
    """Makes a door for the provider's people."""
    doors = []

    def make(**settings: Any) -> OpenId:
        usual = {
            "oidc_issuer": provider.url,
            "oidc_client_id": "slipcast",
            "oidc_username_prefix": "",
            "oidc_ca_file": provider.authority,
        }
        doors.append(OpenId(Identification(**{**usual, **settings}), clock))
        return doors[-1]

    yield make
    for door in doors:
        await door.close()


async def known(door: OpenId, token: str) -> Actor:
    """Who a token stands for, who is somebody."""
    actor = await bearer(door, token)
    assert actor is not None
    return actor


async def test_whoever_the_provider_vouches_for_is_known(provider: Provider, opened: Opened):
    actor = await known(opened(), provider.token())

    assert (actor.name, actor.groups) == (
        "anna", ("system:authenticated", "system:authenticated:oauth"),
    )  # fmt: skip


async def test_a_name_is_told_from_those_of_others_by_the_issuer(
    provider: Provider, opened: Opened
):
    actor = await known(opened(oidc_username_prefix=None), provider.token())

    assert actor.name == f"{provider.url}#anna"


async def test_name_and_groups_come_from_the_claims_that_are_said(
    provider: Provider, opened: Opened
):
    door = opened(
        oidc_username_claim="name",
        oidc_username_prefix="oidc:",
        oidc_groups_claim="roles",
        oidc_groups_prefix="oidc:",
    )

    actor = await known(door, provider.token(name="Anna A", roles=["staff", "", 3, "staff"]))

    assert actor.name == "oidc:Anna A"
    assert actor.groups[:-2] == ("oidc:staff",)


async def test_nobody_outside_gives_our_own_groups(provider: Provider, opened: Opened):
    door = opened(oidc_groups_claim="groups")

    actor = await known(door, provider.token(groups=["system:masters", "staff"]))

    assert actor.groups[:-2] == ("staff",)


async def test_an_email_address_is_a_name_of_its_own(provider: Provider, opened: Opened):
    door = opened(oidc_username_claim="email", oidc_username_prefix=None)

    actor = await known(door, provider.token(email="a@b.test", email_verified=True))

    assert actor.name == "a@b.test"


async def test_rsa_keys_are_taken_as_well(provider: Provider, opened: Opened):
    provider.keys = [an_rsa_key("rsa")]

    actor = await known(opened(), provider.token(alg="RS256"))

    assert actor.name == "anna"


@pytest.mark.parametrize(
    ("claims", "what"),
    [
        ({"aud": "bank"}, "for somebody else"),
        ({"aud": ["bank", "shop"]}, "for somebody else"),
        ({"aud": None}, "for somebody else"),
        ({"exp": 1}, "expired"),
        ({"exp": None}, "Unauthorized"),
        ({"exp": "soon"}, "Unauthorized"),
        ({"nbf": 1e11}, "not good yet"),
        ({"sub": None}, "no user name"),
        ({"sub": ""}, "no user name"),
        ({"sub": 7}, "no user name"),
        ({"sub": "a\nb"}, "no user name"),
        ({"sub": "system:admin"}, "not its own to give"),
        ({"sub": "a" * 2000}, "not its own to give"),
    ],
)
async def test_a_token_that_is_not_good_is_refused(
    provider: Provider, opened: Opened, claims: dict[str, Any], what: str
):
    with pytest.raises(Unauthorized, match=what):
        await bearer(opened(), provider.token(**claims))


@pytest.mark.parametrize("verified", [False, "true", 1])
async def test_an_email_address_must_be_verified(
    provider: Provider, opened: Opened, verified: object
):
    token = provider.token(email="a@b.test", email_verified=verified)

    with pytest.raises(Unauthorized, match="not verified"):
        await bearer(opened(oidc_username_claim="email"), token)


async def test_claims_may_be_required(provider: Provider, opened: Opened):
    door = opened(oidc_required_claims=(("hd", "example.test"),))

    actor = await known(door, provider.token(hd="example.test"))
    with pytest.raises(Unauthorized, match="the claim hd"):
        await bearer(door, provider.token(hd="elsewhere.test"))

    assert actor.name == "anna"


async def test_a_token_of_another_key_is_refused(provider: Provider, opened: Opened):
    with pytest.raises(Unauthorized):
        await bearer(opened(), provider.token(an_ec_key("first")))


async def test_a_token_signed_with_a_public_key_is_refused(provider: Provider, opened: Opened):
    public = provider.keys[0].as_pem(private=False)
    claims = {"iss": provider.url, "aud": "slipcast", "sub": "anna", "exp": 4e9}
    token = jwt.encode(
        {"alg": "HS256", "kid": "first"}, claims, OctKey.import_key(public.replace(b"-----", b""))
    )

    with pytest.raises(Unauthorized):
        await bearer(opened(), token)


async def test_a_token_of_another_issuer_is_for_others(provider: Provider, opened: Opened):
    actor = await bearer(opened(), provider.token(iss="https://elsewhere.test"))

    assert (actor, provider.asked) == (None, [])


async def test_keys_are_asked_for_once(provider: Provider, opened: Opened):
    door = opened()

    await known(door, provider.token())
    await known(door, provider.token(sub="bert"))

    assert provider.asked == ["/.well-known/openid-configuration", "/keys"]


async def test_a_new_key_makes_us_ask_again(
    provider: Provider, opened: Opened, clock: StandingClock
):
    door = opened()
    await known(door, provider.token())
    provider.keys = [an_ec_key("second")]
    clock.move(seconds=10)

    actor = await known(door, provider.token())

    assert (actor.name, provider.asked.count("/keys")) == ("anna", 2)


async def test_nonsense_makes_us_ask_no_more_often_than_every_few_seconds(
    provider: Provider, opened: Opened
):
    door = opened()
    await known(door, provider.token())

    for number in range(5):
        with pytest.raises(Unauthorized):
            await bearer(door, provider.token(an_ec_key(f"other{number}")))

    assert provider.asked.count("/keys") == 1


async def test_a_provider_that_fails_is_not_our_fault(
    provider: Provider, opened: Opened, clock: StandingClock
):
    provider.fails = True
    door = opened()
    with pytest.raises(Unavailable):
        await bearer(door, provider.token())
    provider.fails = False
    clock.move(seconds=10)

    assert (await known(door, provider.token())).name == "anna"


async def test_known_keys_last_while_the_provider_fails(
    provider: Provider, opened: Opened, clock: StandingClock
):
    door = opened()
    await known(door, provider.token())
    provider.fails = True
    clock.move(hours=2)

    assert (await known(door, provider.token(exp=4e9))).name == "anna"
    clock.move(hours=11)
    with pytest.raises(Unavailable):
        await bearer(door, provider.token(exp=4e9))


async def test_a_provider_that_says_it_is_another_is_not_believed(
    provider: Provider, opened: Opened
):
    provider.says_it_is = "https://elsewhere.test"

    with pytest.raises(Unavailable):
        await bearer(opened(), provider.token())


async def test_keys_are_not_taken_over_a_bare_connection(provider: Provider, opened: Opened):
    provider.keys_at = provider.keys_at.replace("https", "http")

    with pytest.raises(Unavailable):
        await bearer(opened(), provider.token())


async def test_a_provider_whom_nobody_vouches_for_is_not_believed(
    provider: Provider, opened: Opened
):
    with pytest.raises(Unavailable):
        await bearer(opened(oidc_ca_file=None), provider.token())


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ({"oidc_issuer": "http://bare.test"}, "--oidc-issuer: must be an https URL"),
        ({"oidc_client_id": ""}, "--oidc-client-id: must be said"),
        ({"oidc_ca_file": Path("/nowhere")}, "--oidc-ca-file: holds no certificates"),
    ],
)
async def test_settings_that_cannot_be_are_told(
    opened: Opened, settings: dict[str, Any], what: str
):
    with pytest.raises(InvalidFault, match=what):
        opened(**settings)
