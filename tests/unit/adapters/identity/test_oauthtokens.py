"""Access tokens of people."""

from __future__ import annotations

import pytest

from slipcast.adapters.identity.oauthtokens import TOKENS, AccessTokens
from slipcast.api import kinds
from slipcast.ports.api import Api, Patch, Resource
from slipcast.values import accesstoken
from slipcast.values.apifaults import NotFound, Unauthorized
from unit.adapters.identity.conftest import bearer
from unit.store.conftest import StandingClock

pytestmark = pytest.mark.anyio

TOKEN = accesstoken.token_of("0123456789012345678901234567890123456789012")
NAME = accesstoken.name_of(TOKEN)
USERS = Resource(kinds.require(kinds.USER, "User"))


@pytest.fixture
def door(api: Api, clock: StandingClock) -> AccessTokens:
    return AccessTokens(api, clock)


async def issue(api: Api, *scopes: str) -> None:
    """Make the token for anna."""
    user = await api.create(USERS, {"metadata": {"name": "anna"}})
    await api.create(
        TOKENS,
        {
            "metadata": {"name": NAME},
            "userName": "anna",
            "userUID": user.document.names.uid,
            "expiresIn": 60,
            "scopes": list(scopes or ("user:full",)),
        },
    )


async def test_the_user_of_a_token_is_known(api: Api, door: AccessTokens):
    await issue(api)

    known = await bearer(door, TOKEN)

    assert known is not None
    assert (known.name, known.scopes) == ("anna", ())
    assert "system:authenticated:oauth" in known.groups


async def test_groups_that_were_named_at_the_login_last_as_long_as_the_token(
    api: Api, door: AccessTokens
):
    await issue(api)
    said = {"metadata": {"annotations": {accesstoken.GROUPS: '["staff","system:masters"]'}}}
    await api.patch(TOKENS.named(NAME), Patch(type="merge", body=said))

    known = await bearer(door, TOKEN)

    assert known is not None
    assert known.groups == ("staff", "system:authenticated", "system:authenticated:oauth")


@pytest.mark.parametrize("said", ["{", "7", ""])
async def test_what_names_no_groups_names_none(api: Api, door: AccessTokens, said: str):
    await issue(api)
    changed = {"metadata": {"annotations": {accesstoken.GROUPS: said}}}
    await api.patch(TOKENS.named(NAME), Patch(type="merge", body=changed))

    known = await bearer(door, TOKEN)

    assert known is not None
    assert known.groups == ("system:authenticated", "system:authenticated:oauth")


async def test_a_token_for_less_says_so(api: Api, door: AccessTokens):
    await issue(api, "user:info")

    known = await bearer(door, TOKEN)

    assert known is not None
    assert known.scopes == ("user:info",)


async def test_the_name_of_a_token_is_no_token(api: Api, door: AccessTokens):
    await issue(api)

    with pytest.raises(Unauthorized):
        await bearer(door, NAME)


async def test_a_token_whose_object_is_deleted_is_nothing(api: Api, door: AccessTokens):
    await issue(api)
    await api.delete(TOKENS.named(NAME))

    with pytest.raises(Unauthorized):
        await bearer(door, TOKEN)


async def test_a_token_ends(api: Api, door: AccessTokens, clock: StandingClock):
    await issue(api)
    clock.move(seconds=60)

    with pytest.raises(Unauthorized, match="expired"):
        await bearer(door, TOKEN)


async def test_without_its_user_a_token_is_nothing(api: Api, door: AccessTokens):
    await issue(api)
    await api.delete(USERS.named("anna"))
    await api.create(USERS, {"metadata": {"name": "anna"}})

    with pytest.raises(Unauthorized, match="gone"):
        await bearer(door, TOKEN)


@pytest.mark.parametrize("token", ["sha256~", "sha256~short", "x" * 50, ""])
async def test_what_is_no_such_token_is_for_others(door: AccessTokens, token: str):
    assert await bearer(door, token) is None


async def test_objects_of_tokens_that_are_over_are_swept(
    api: Api, door: AccessTokens, clock: StandingClock
):
    await issue(api)
    clock.move(seconds=61)

    await door._sweep()

    with pytest.raises(NotFound):
        await api.get(TOKENS.named(NAME))
