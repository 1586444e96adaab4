"""What is said to registries, and to whom."""

from __future__ import annotations

import base64
import json

import httpx
import pytest

from slipcast.adapters.remoteregistry.registries import RemoteRegistries
from slipcast.ports.distribution import (
    TLS,
    UNAUTHORIZED,
    UNREACHABLE,
    Login,
    Way,
)
from slipcast.testing.api import NOON, StandingClock
from slipcast.values.imageref import ImageRef
from slipcast.values.sensitive import Sensitive
from unit.adapters.remoteregistry.web import (
    ADA,
    HOST,
    LOGIN,
    TOKEN,
    Web,
    a_manifest,
    a_token,
    basic,
    bearer,
    fault,
    manifest,
    url,
)

pytestmark = pytest.mark.anyio


async def test_nothing_is_said_before_it_is_asked_for(web: Web, registries: RemoteRegistries):
    web.page(url(), a_manifest())

    await manifest(registries, Way(logins=(LOGIN,)))

    assert web.asked == [(url(), "")]


async def test_a_password_is_told_to_who_asks_for_it(web: Web, registries: RemoteRegistries):
    web.page(url(), basic(), a_manifest())

    await manifest(registries, Way(logins=(LOGIN,)))

    assert web.asked == [(url(), ""), (url(), ADA)]


async def test_a_token_is_fetched_with_the_login(web: Web, registries: RemoteRegistries):
    web.page(url(), bearer(), a_manifest())
    web.page(TOKEN, a_token())

    await manifest(registries, Way(logins=(LOGIN,)))

    assert web.asked == [(url(), ""), (TOKEN, ADA), (url(), "Bearer t")]


async def test_a_token_is_fetched_without_a_login_too(web: Web, registries: RemoteRegistries):
    web.page(url(), bearer(), a_manifest())
    web.page(TOKEN, a_token())

    await manifest(registries)

    assert web.asked[1] == (TOKEN, "")


async def test_a_token_is_used_until_it_ends(
    web: Web, registries: RemoteRegistries, clock: StandingClock
):
    web.page(url(), bearer(), a_manifest(), a_manifest(), bearer(), a_manifest())
    web.page(TOKEN, a_token(expires_in=300), a_token("u"))

    await manifest(registries)
    await manifest(registries)
    clock.moment = NOON.replace(minute=6)
    await manifest(registries)

    said = [each for place, each in web.asked if place == url()]
    assert said == ["", "Bearer t", "Bearer t", "", "Bearer u"]


async def test_a_token_is_for_one_login_and_one_repository(web: Web, registries: RemoteRegistries):
    other = ImageRef.parse(f"{HOST}/acme/other:1")
    web.page(url(), bearer(), a_manifest(), bearer(), a_manifest())
    web.page(f"https://{HOST}/v2/acme/other/manifests/1", bearer(), a_manifest())
    web.page(TOKEN, a_token())

    await manifest(registries)
    await manifest(registries, Way(logins=(LOGIN,)))
    await manifest(registries, image=other)

    assert [place for place, _ in web.asked].count(TOKEN) == 3


async def test_a_token_that_holds_no_longer_is_fetched_again(
    web: Web, registries: RemoteRegistries
):
    web.page(url(), bearer(), a_manifest(), bearer(), a_manifest())
    web.page(TOKEN, a_token(), a_token("u"))

    await manifest(registries)
    await manifest(registries)

    said = [each for place, each in web.asked if place == url()]
    assert said == ["", "Bearer t", "Bearer t", "Bearer u"]


@pytest.mark.parametrize("realm", ["http://auth.example/token", "file:///x", "", "ftp://a.example"])
async def test_a_token_is_not_fetched_where_others_listen(
    web: Web, registries: RemoteRegistries, realm: str
):
    web.page(url(), bearer(realm))

    found = await fault(registries, Way(logins=(LOGIN,)))

    assert (found.reason, len(web.asked)) == (TLS, 1)


@pytest.mark.parametrize("status", [401, 403])
async def test_a_token_server_may_refuse_up_22(web: Web, registries: RemoteRegistries, status: int):
    web.page(url(), bearer())
    web.page(TOKEN, httpx.Response(status))

    found = await fault(registries, Way(logins=(LOGIN,)))

    assert (found.reason, found.anonymous) == (UNAUTHORIZED, False)


@pytest.mark.parametrize("answer", [httpx.Response(200, content=b"<html>"), httpx.Response(500)])
async def test_a_token_server_may_be_broken(
    web: Web, registries: RemoteRegistries, answer: httpx.Response
):
    web.page(url(), bearer())
    web.page(TOKEN, answer)

    assert (await fault(registries)).reason in {UNAUTHORIZED, UNREACHABLE}


@pytest.mark.parametrize("answer", [basic(), httpx.Response(401), httpx.Response(403)])
async def test_who_has_nothing_to_say_is_told_that_up_22(
    web: Web, registries: RemoteRegistries, answer: httpx.Response
):
    web.page(url(), answer)

    found = await fault(registries)

    assert (found.reason, found.anonymous) == (UNAUTHORIZED, True)


async def test_a_token_that_is_asked_for_by_who_knows_how(web: Web, registries: RemoteRegistries):
    web.page(url(), bearer(scope="repository:acme/web:pull"), a_manifest())
    asked = TOKEN.replace("scope=s", "scope=repository%3Aacme%2Fweb%3Apull")
    web.page(asked, httpx.Response(200, content=json.dumps({"access_token": "t"}).encode()))

    await manifest(registries)

    assert web.asked[-1] == (url(), "Bearer t")


def logins(*secrets: str) -> Way:
    """Logins of secrets, all of them for one registry."""
    return Way(
        logins=tuple(
            Login(place=HOST, user=name, password=Sensitive("pw"), secret=name) for name in secrets
        )
    )


def said_by(name: str) -> str:
    """What a user says of herself."""
    return f"Basic {base64.b64encode(f'{name}:pw'.encode()).decode()}"


@pytest.mark.parametrize("status", [401, 403])
async def test_who_is_refused_is_followed_by_the_next(
    web: Web, registries: RemoteRegistries, status: int
):
    web.page(url(), basic(), httpx.Response(status), basic(), a_manifest())

    await manifest(registries, logins("ann", "bob"))

    assert [said for _, said in web.asked] == ["", said_by("ann"), "", said_by("bob")]


async def test_who_gets_no_token_is_followed_by_the_next(web: Web, registries: RemoteRegistries):
    web.page(url(), bearer(), bearer(), a_manifest())
    web.page(TOKEN, httpx.Response(401), a_token())

    await manifest(registries, logins("ann", "bob"))

    assert [said for place, said in web.asked if place == TOKEN] == [said_by("ann"), said_by("bob")]


async def test_who_was_welcome_is_the_first_to_be_tried_again(
    web: Web, registries: RemoteRegistries
):
    web.page(url(), bearer(), bearer(), a_manifest())
    web.page(TOKEN, httpx.Response(401), a_token())

    await manifest(registries, logins("ann", "bob"))
    web.asked.clear()
    await manifest(registries, logins("ann", "bob"))

    assert web.asked == [(url(), "Bearer t")]


async def test_who_was_welcome_counts_for_who_has_the_same_logins_only(
    web: Web, registries: RemoteRegistries
):
    web.page(url(), bearer(), bearer(), a_manifest(), bearer())
    web.page(TOKEN, httpx.Response(401), a_token(), httpx.Response(401))

    await manifest(registries, logins("ann", "bob"))
    found = await fault(registries, logins("ann"))

    assert (found.reason, found.tried) == (UNAUTHORIZED, ("ann",))


async def test_where_nobody_is_welcome_the_secrets_are_named_and_nothing_of_them_up_22(
    web: Web, registries: RemoteRegistries
):
    web.page(url(), basic())

    found = await fault(registries, logins("first", "second"))

    assert (found.reason, found.anonymous) == (UNAUTHORIZED, False)
    assert found.tried == ("first", "second")
    assert "(tried: first, second)" in found.message
    assert "pw" not in found.message


async def test_no_other_login_is_told_to_who_has_nothing_or_is_broken(
    web: Web, registries: RemoteRegistries
):
    web.page(url(), basic(), httpx.Response(404))

    await fault(registries, logins("ann", "bob"))

    assert said_by("bob") not in [said for _, said in web.asked]


async def test_where_another_host_refuses_what_it_was_led_to_no_other_login_is_tried(
    web: Web, registries: RemoteRegistries
):
    web.page(url(), basic(), httpx.Response(307, headers={"location": "https://far.example/x"}))
    web.page("https://far.example/x", httpx.Response(403))

    await fault(registries, logins("ann", "bob"))

    assert [said for place, said in web.asked if place == url()] == ["", said_by("ann")]
