"""Browsers log in at a provider, which is real, and come back to a server in memory."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import bcrypt
import httpx
import pytest

from slipcast.adapters.identity.openid import OpenId
from slipcast.adapters.identity.relying import RelyingParty
from slipcast.ports.daemon import Identification
from slipcast.values.sensitive import Sensitive
from unit.adapters.identity.provider import SECRET, Provider, providing
from unit.server.oauthworld import (
    ANNA,
    ASKS,
    BASE,
    CHALLENGING,
    CLI,
    PKCE,
    authorize,
    fragment,
    query,
    serving,
    trade,
    who,
)
from unit.store.conftest import StandingClock

pytestmark = pytest.mark.anyio

ASKED = {**CLI, **PKCE, "state": "mine"}
NAME = "Example Corp"
BACK = f"{BASE}/oauth2callback/Example%20Corp"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the provider's certificates lie, and who has a password."""
    directory = tmp_path_factory.mktemp("provider")
    hashed = bcrypt.hashpw(b"secret", bcrypt.gensalt(4)).decode()
    (directory / "users").write_text(f"anna:{hashed}\n")
    return directory


@pytest.fixture
def provider(directory: Path) -> Iterator[Provider]:
    with providing(directory) as provider:
        yield provider


@pytest.fixture
async def relying(provider: Provider, clock: StandingClock) -> AsyncIterator[RelyingParty]:
    wanted = Identification(
        oidc_issuer=provider.url,
        oidc_client_id="slipcast",
        oidc_groups_claim="groups",
        oidc_ca_file=provider.authority,
        oidc_name=NAME,
    )
    openid = OpenId(wanted, clock)
    yield RelyingParty(openid, wanted, Sensitive(SECRET))
    await openid.close()


@pytest.fixture
async def browser(
    directory: Path, clock: StandingClock, relying: RelyingParty
) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody at a server that knows the provider's people only."""
    users = directory / "users"
    async with serving(users, clock, guarded=True, passwords=False, provider=relying) as browser:
        yield browser


@pytest.fixture
async def choosing(
    directory: Path, clock: StandingClock, relying: RelyingParty
) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody at a server that takes passwords, too."""
    async with serving(directory / "users", clock, guarded=True, provider=relying) as browser:
        yield browser


async def sent_back(browser: httpx.AsyncClient, provider: Provider, **asked: str) -> str:
    """Where the provider sends a browser back to."""
    left = await authorize(browser, {**ASKED, **asked})
    return await provider.visited(left.headers["location"])


def changed(address: str, **fields: str) -> str:
    """An address with other fields."""
    parts = urlsplit(address)
    said = {name: each[0] for name, each in parse_qs(parts.query).items()} | fields
    return parts._replace(query=urlencode(said)).geturl()


async def test_who_has_no_other_way_is_sent_to_the_provider(
    browser: httpx.AsyncClient, provider: Provider
):
    answer = await authorize(browser, ASKED)

    cookie = answer.headers["set-cookie"]
    assert (answer.status_code, query(answer)["redirect_uri"]) == (302, BACK)
    assert answer.headers["location"].startswith(f"{provider.url}/authorize?")
    assert cookie.startswith("__Host-login-")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax", "Max-Age=600"} <= {
        part.strip() for part in cookie.split(";")
    }


async def test_the_login_leads_to_a_token_by_way_of_a_code(
    browser: httpx.AsyncClient, provider: Provider
):
    provider.claims = {"groups": ["staff", "system:masters"]}

    back = await browser.get(await sent_back(browser, provider))

    traded = await trade(browser, query(back)["code"])
    user = (await who(browser, traded.json()["access_token"])).json()
    assert back.headers["location"].startswith(f"{CLI['redirect_uri']}?")
    assert query(back)["state"] == "mine"
    assert user["metadata"]["name"] == f"{provider.url}#anna"
    assert user["groups"] == [
        "staff", "system:authenticated", "system:authenticated:oauth",
    ]  # fmt: skip


async def test_the_token_is_one_of_the_users_own_and_ends_with_it(
    browser: httpx.AsyncClient, provider: Provider
):
    back = await browser.get(await sent_back(browser, provider))
    token = (await trade(browser, query(back)["code"])).json()["access_token"]
    headers = {"authorization": f"Bearer {token}"}
    path = "/apis/oauth.openshift.io/v1/useroauthaccesstokens"
    own = (await browser.get(path, headers=headers)).json()["items"]

    await browser.delete(f"{path}/{own[0]['metadata']['name']}", headers=headers)

    assert own[0]["userName"] == f"{provider.url}#anna"
    assert (await who(browser, token)).status_code == 401


async def test_a_token_is_shown_to_whoever_asks_for_one(
    browser: httpx.AsyncClient, provider: Provider
):
    begun = await browser.get("/oauth/token/request")
    left = await browser.get(begun.headers["location"])
    back = await browser.get(await provider.visited(left.headers["location"]))

    shown = await browser.get(back.headers["location"])

    token = re.findall("sha256~[A-Za-z0-9_-]{43}", shown.text)[0]
    assert (await who(browser, token)).status_code == 200
    assert f"logged in nowhere here; {NAME} may still know you" in shown.text


async def test_the_login_page_offers_the_provider_beside_the_password(
    choosing: httpx.AsyncClient, provider: Provider
):
    form = await authorize(choosing, ASKED)
    link = re.findall(f'<a href="([^"]+)">Log in with {NAME}</a>', form.text)[0]

    answer = await choosing.get(link.replace("&amp;", "&"))

    assert 'name="password"' in form.text
    assert answer.headers["location"].startswith(f"{provider.url}/authorize?")


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_nobody_is_logged_in_because_another_page_wants_it(
    browser: httpx.AsyncClient, provider: Provider, site: str
):
    asked = await authorize(browser, {**ASKED, "idp": NAME}, None, {"sec-fetch-site": site})
    link = re.findall(f'<a href="([^"]+)">Log in with {NAME}</a>', asked.text)[0]

    answer = await browser.get(
        link.replace("&amp;", "&"), headers={"sec-fetch-site": "same-origin"}
    )

    assert (asked.status_code, "<form" in asked.text) == (200, False)
    assert f"The command line on this machine asks to act for you at <b>{BASE}</b>" in asked.text
    assert answer.headers["location"].startswith(f"{provider.url}/authorize?")


async def test_another_page_cannot_choose_the_provider(choosing: httpx.AsyncClient):
    headers = {"sec-fetch-site": "cross-site"}

    answer = await authorize(choosing, {**ASKED, "idp": NAME}, None, headers)

    assert (answer.status_code, 'name="password"' in answer.text) == (200, True)


async def test_a_password_is_as_good_as_without_a_provider(choosing: httpx.AsyncClient):
    answer = await authorize(choosing, CHALLENGING, ANNA, ASKS)

    assert (await who(choosing, fragment(answer)["access_token"])).status_code == 200


@pytest.mark.parametrize("headers", [{}, ASKS])
async def test_a_program_that_cannot_show_pages_is_told_where_to_go(
    browser: httpx.AsyncClient, headers: dict[str, str]
):
    answer = await authorize(browser, CHALLENGING, None, headers)

    told = f"You must obtain an API token by visiting {BASE}/oauth/token/request"
    assert (answer.status_code, answer.text) == (401, f"{told}\n")
    assert answer.headers["link"] == f'<{BASE}/oauth/token/request>; rel="related"'
    assert answer.headers["warning"] == f'199 OpenShift "{told}"'
    assert "www-authenticate" not in answer.headers


@pytest.mark.parametrize(
    "fields", [{"state": "forged"}, {"state": ""}, {"error": "access_denied", "state": "forged"}]
)
async def test_an_answer_that_is_not_of_this_browsers_login_is_refused(
    browser: httpx.AsyncClient, provider: Provider, fields: dict[str, str]
):
    back = await sent_back(browser, provider)

    answer = await browser.get(changed(back, **fields))

    assert (answer.status_code, "location" in answer.headers) == (400, False)
    assert "This login is not known here" in answer.text


async def test_another_browser_is_not_logged_in_by_somebody_elses_answer(
    browser: httpx.AsyncClient, provider: Provider
):
    back = await sent_back(browser, provider)
    browser.cookies.clear()

    answer = await browser.get(back)

    assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_an_answer_is_good_once(browser: httpx.AsyncClient, provider: Provider):
    back = await sent_back(browser, provider)
    held = dict(browser.cookies)
    first = await browser.get(back)
    browser.cookies.update(held)

    again = await browser.get(back)

    assert (first.status_code, again.status_code) == (302, 400)


async def test_a_code_that_was_used_in_another_login_is_refused(
    browser: httpx.AsyncClient, provider: Provider
):
    used = await sent_back(browser, provider)
    await browser.get(used)
    code = parse_qs(urlsplit(used).query)["code"][0]

    answer = await browser.get(changed(await sent_back(browser, provider), code=code))

    assert (answer.status_code, "location" in answer.headers) == (401, False)
    assert f"{NAME} does not know this login any more" in answer.text


async def test_a_code_of_another_login_is_refused(browser: httpx.AsyncClient, provider: Provider):
    theirs = parse_qs(urlsplit(await sent_back(browser, provider)).query)["code"][0]

    answer = await browser.get(changed(await sent_back(browser, provider), code=theirs))

    assert (answer.status_code, "location" in answer.headers) == (401, False)


async def test_a_login_that_takes_too_long_is_over(
    browser: httpx.AsyncClient, provider: Provider, clock: StandingClock
):
    back = await sent_back(browser, provider)
    clock.move(minutes=11)

    assert (await browser.get(back)).status_code == 400


@pytest.mark.parametrize(
    ("claims", "what"),
    [
        ({"nonce": "another"}, "is of another login"),
        ({"aud": "bank"}, "the token is for somebody else"),
        ({"exp": 1}, "the token has expired"),
        ({"sub": "a\nb"}, "no user name"),
    ],
)
async def test_what_the_provider_says_is_looked_at(
    browser: httpx.AsyncClient, provider: Provider, claims: dict[str, Any], what: str
):
    provider.claims = claims

    answer = await browser.get(await sent_back(browser, provider))

    assert (answer.status_code, "location" in answer.headers) == (401, False)
    assert what in answer.text


@pytest.mark.parametrize(
    ("error", "status", "what"),
    [
        ("access_denied", 403, "has not let you in: access_denied"),
        ("login_required", 403, "has not let you in: login_required"),
        ("temporarily_unavailable", 503, "could not log you in: temporarily_unavailable"),
        ("invalid_scope", 502, "could not log you in: invalid_scope"),
        ("<script>", 502, "could not log you in: an error that is none"),
    ],
)
async def test_an_error_of_the_provider_is_told_and_leads_back(
    browser: httpx.AsyncClient, provider: Provider, error: str, status: int, what: str
):
    provider.refuses = error

    answer = await browser.get(await sent_back(browser, provider))

    again = re.findall('<a href="([^"]+)">Begin again</a>', answer.text)[0].replace("&amp;", "&")
    assert (answer.status_code, "<script>" in answer.text) == (status, False)
    assert f"{NAME} {what}" in answer.text
    assert (await browser.get(again)).headers["location"].startswith(provider.url)


async def test_an_answer_without_a_code_is_told(browser: httpx.AsyncClient, provider: Provider):
    back = await sent_back(browser, provider)

    answer = await browser.get(changed(back, code=""))

    assert (answer.status_code, "has sent no code" in answer.text) == (400, True)


async def test_a_provider_that_does_not_answer_is_told(
    browser: httpx.AsyncClient, provider: Provider
):
    provider.fails = True

    answer = await authorize(browser, ASKED)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert "the identity provider does not answer" in answer.text


@pytest.mark.parametrize("name", ["openid", "Example", "Example%20Corp%2F"])
async def test_a_provider_of_another_name_sends_nobody(
    browser: httpx.AsyncClient, provider: Provider, name: str
):
    back = await sent_back(browser, provider)

    answer = await browser.get(back.replace("Example%20Corp", name))

    assert answer.status_code in {400, 404}


async def test_nobody_is_sent_to_an_address_that_is_not_the_programs(browser: httpx.AsyncClient):
    answer = await authorize(browser, {**ASKED, "redirect_uri": "https://elsewhere.test/callback"})

    assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_an_answer_cannot_say_where_the_browser_is_sent(
    browser: httpx.AsyncClient, provider: Provider
):
    back = await sent_back(browser, provider)

    answer = await browser.get(
        changed(back, redirect_uri="https://elsewhere.test", then="//e.test")
    )

    assert answer.headers["location"].startswith(f"{CLI['redirect_uri']}?code=")


async def test_a_request_that_no_cookie_holds_is_refused(browser: httpx.AsyncClient):
    answer = await authorize(browser, {**ASKED, "state": "a" * 4000})

    assert (answer.status_code, "too long to log in" in answer.text) == (400, True)


async def test_several_logins_are_possible_in_one_browser(
    browser: httpx.AsyncClient, provider: Provider
):
    one, other = [await sent_back(browser, provider, state=each) for each in ("one", "other")]

    answers = [await browser.get(each) for each in (one, other)]

    assert [query(each)["state"] for each in answers] == ["one", "other"]
    assert not [each for each in browser.cookies if each.startswith("__Host-login-")]


async def test_logins_that_were_left_go_with_the_next(browser: httpx.AsyncClient):
    for _ in range(5):
        await authorize(browser, ASKED)

    await authorize(browser, ASKED)

    assert len([each for each in browser.cookies if each.startswith("__Host-login-")]) == 1


async def test_no_secret_of_a_login_is_in_the_log(
    browser: httpx.AsyncClient, provider: Provider, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG, logger="slipcast")
    back = await sent_back(browser, provider)
    await browser.get(back)
    await browser.get(changed(await sent_back(browser, provider), code="another"))

    records = " ".join(str(record.__dict__) for record in caplog.records)
    said = parse_qs(urlsplit(back).query)
    assert "login.refused" in records
    assert not [each for each in (said["code"][0], said["state"][0], SECRET) if each in records]
