"""The OAuth endpoints, as programs and browsers use them."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode

import bcrypt
import httpx
import pytest

from slipcast.values import accesstoken
from unit.server.oauthworld import (
    ANNA,
    ASKS,
    BASE,
    CHALLENGING,
    CLI,
    PKCE,
    VERIFIER,
    authorize,
    fill_in,
    fragment,
    query,
    serving,
    trade,
    who,
)
from unit.store.conftest import StandingClock

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def users(tmp_path: Path) -> Path:
    hashed = bcrypt.hashpw(b"secret", bcrypt.gensalt(4)).decode()
    (tmp_path / "users").write_text(f"anna:{hashed}\n")
    return tmp_path / "users"


@pytest.fixture
async def browser(users: Path, clock: StandingClock) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody at a server where everybody who is known may do everything."""
    async with serving(users, clock, guarded=False) as browser:
        yield browser


@pytest.fixture
async def guarded(users: Path, clock: StandingClock) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody at a server that is guarded by the usual roles."""
    async with serving(users, clock, guarded=True) as browser:
        yield browser


async def test_the_server_says_where_it_lets_people_in(browser: httpx.AsyncClient):
    about = (await browser.get("/.well-known/oauth-authorization-server")).json()

    assert about["issuer"] == BASE
    assert about["authorization_endpoint"] == f"{BASE}/oauth/authorize"
    assert about["token_endpoint"] == f"{BASE}/oauth/token"


async def test_a_program_is_challenged(browser: httpx.AsyncClient):
    answer = await authorize(browser, CHALLENGING, headers=ASKS)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic ")


@pytest.mark.parametrize("auth", [None, ANNA])
async def test_a_browser_is_not_challenged_behind_its_users_back(
    browser: httpx.AsyncClient, auth: tuple[str, str] | None
):
    answer = await authorize(browser, CHALLENGING, auth, {"sec-fetch-site": "cross-site"})

    assert answer.status_code == 401
    assert "www-authenticate" not in answer.headers
    assert "location" not in answer.headers


async def test_a_program_with_the_password_gets_a_token(browser: httpx.AsyncClient):
    answer = await authorize(browser, CHALLENGING, ANNA, ASKS)

    said = fragment(answer)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(f"{BASE}/oauth/token/implicit#access_token=")
    assert (said["expires_in"], said["scope"], said["token_type"]) == (
        "86400", "user:full", "Bearer",
    )  # fmt: skip
    assert (await who(browser, said["access_token"])).json()["metadata"]["name"] == "anna"


async def test_a_program_that_shows_the_password_unasked_gets_a_token(
    browser: httpx.AsyncClient,
):
    answer = await authorize(browser, CHALLENGING, ANNA)

    assert (await who(browser, fragment(answer)["access_token"])).status_code == 200


async def test_who_has_logged_in_is_a_user_who_may_ask_for_projects(guarded: httpx.AsyncClient):
    token = fragment(await authorize(guarded, CHALLENGING, ANNA, ASKS))["access_token"]
    headers = {"authorization": f"Bearer {token}"}

    answer = await guarded.post(
        "/apis/project.openshift.io/v1/projectrequests",
        json={"metadata": {"name": "annas"}},
        headers=headers,
    )

    user = (await who(guarded, token)).json()
    assert user["metadata"]["uid"]
    assert "system:authenticated:oauth" in user["groups"]
    assert answer.status_code == 201


@pytest.mark.parametrize("auth", [("anna", "wrong"), ("anna", ""), ("nobody", "secret")])
async def test_a_program_without_the_password_gets_none(
    browser: httpx.AsyncClient, auth: tuple[str, str]
):
    answer = await authorize(browser, CHALLENGING, auth, ASKS)

    assert (answer.status_code, "location" in answer.headers) == (401, False)


async def test_a_program_that_guesses_is_told_to_wait(browser: httpx.AsyncClient):
    answers = [
        await authorize(browser, CHALLENGING, ("anna", f"{number}"), ASKS) for number in range(11)
    ]

    assert [each.status_code for each in answers] == [401] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_a_token_is_kept_by_its_hash(browser: httpx.AsyncClient):
    token = fragment(await authorize(browser, CHALLENGING, ANNA, ASKS))["access_token"]

    name = accesstoken.name_of(token)

    assert token.startswith("sha256~")
    assert name.startswith("sha256~")
    assert name != token


async def test_logging_out_ends_the_token(guarded: httpx.AsyncClient):
    token = fragment(await authorize(guarded, CHALLENGING, ANNA, ASKS))["access_token"]
    before = await who(guarded, token)
    path = f"/apis/oauth.openshift.io/v1/oauthaccesstokens/{accesstoken.name_of(token)}"

    gone = await guarded.delete(path, headers={"authorization": f"Bearer {token}"})

    after = await who(guarded, token)
    assert (before.status_code, gone.status_code, after.status_code) == (200, 200, 401)


async def test_a_token_for_less_is_good_for_less(guarded: httpx.AsyncClient):
    asked = {**CHALLENGING, "scope": "user:info"}
    token = fragment(await authorize(guarded, asked, ANNA, ASKS))["access_token"]
    headers = {"authorization": f"Bearer {token}"}

    answer = await guarded.post(
        "/apis/project.openshift.io/v1/projectrequests",
        json={"metadata": {"name": "annas"}},
        headers=headers,
    )

    assert (await who(guarded, token)).status_code == 200
    assert answer.status_code == 403
    assert "scopes" in answer.json()["message"]


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "somebody"},
        {"client_id": ""},
        {"redirect_uri": "https://elsewhere.test/oauth/token/implicit"},
        {"redirect_uri": f"{BASE}/oauth/token/implicit/"},
        {"redirect_uri": f"{BASE}.elsewhere.test/oauth/token/implicit"},
    ],
)
async def test_nobody_is_sent_to_an_address_that_is_not_the_programs(
    browser: httpx.AsyncClient, changed: dict[str, str]
):
    answer = await authorize(browser, {**CHALLENGING, **changed}, ANNA, ASKS)

    assert (answer.status_code, "location" in answer.headers) == (400, False)


@pytest.mark.parametrize(
    "redirect",
    [
        "http://127.0.0.1:1/callback",
        "http://[::1]:65535/callback",
    ],
)
async def test_the_command_line_may_listen_on_any_port(browser: httpx.AsyncClient, redirect: str):
    answer = await authorize(browser, {**CLI, **PKCE, "redirect_uri": redirect})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "redirect",
    [
        "",
        "http://localhost:1/callback",
        "http://127.0.0.1/callback",
        "http://127.0.0.1:1/callback?x=1",
        "http://127.0.0.1:1@elsewhere.test/callback",
        "https://127.0.0.1:1/callback",
    ],
)
async def test_the_command_line_listens_nowhere_else(browser: httpx.AsyncClient, redirect: str):
    answer = await authorize(browser, {**CLI, **PKCE, "redirect_uri": redirect})

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": ""}, "unsupported_response_type"),
        ({"scope": "user:full system:masters"}, "invalid_scope"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)
async def test_a_program_is_told_what_is_wrong_with_its_request(
    browser: httpx.AsyncClient, changed: dict[str, str], error: str
):
    answer = await authorize(browser, {**CLI, **PKCE, "state": "s", **changed})

    said = {**query(answer), **fragment(answer)}
    assert (answer.status_code, said) == (302, {"error": error, "state": "s"})


async def test_a_browser_is_shown_a_form_and_nothing_else(browser: httpx.AsyncClient):
    answer = await authorize(browser, {**CLI, **PKCE})

    policy = answer.headers["content-security-policy"]
    cookie = answer.headers["set-cookie"]
    assert "script" not in answer.text
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:4711;" in policy
    assert (answer.headers["x-frame-options"], answer.headers["cache-control"]) == (
        "DENY", "no-store",
    )  # fmt: skip
    assert cookie.startswith("__Host-csrf=")
    assert {"HttpOnly", "Secure", "Path=/"} <= {part.strip() for part in cookie.split(";")}


@pytest.mark.parametrize("headers", [{}, ASKS])
async def test_nobody_is_asked_for_a_password_where_there_are_none(
    users: Path, clock: StandingClock, headers: dict[str, str]
):
    async with serving(users, clock, guarded=True, passwords=False) as browser:
        answer = await authorize(browser, CHALLENGING, ANNA, headers)

        assert answer.status_code == 403
        assert "www-authenticate" not in answer.headers
        assert f"slipcast login --token=TOKEN --server={BASE}" in answer.text


async def test_who_asks_and_where_is_told_before_the_password_is_given(browser: httpx.AsyncClient):
    answer = await authorize(browser, {**CLI, **PKCE})

    assert f"The command line on this machine asks to act for you at <b>{BASE}</b>" in answer.text


async def test_what_is_wrong_is_told_with_the_fields(browser: httpx.AsyncClient):
    answer = await fill_in(browser, {**CLI, **PKCE}, password="wrong")

    assert "<title>Error: Log in - slipcast</title>" in answer.text
    assert answer.text.count('aria-invalid="true" aria-describedby="problem"') == 2
    assert '<p role="alert" id="problem">' in answer.text


async def test_what_a_request_says_is_escaped_in_the_form(browser: httpx.AsyncClient):
    answer = await fill_in(browser, {**CLI, **PKCE}, username='"><script>', password="x")

    assert "<script>" not in answer.text


async def test_the_form_leads_to_a_token_by_way_of_a_code(browser: httpx.AsyncClient):
    sent = await fill_in(browser, {**CLI, **PKCE, "state": "mine"})

    said = query(sent)
    answer = await trade(browser, said["code"])
    assert (sent.status_code, said["state"]) == (302, "mine")
    assert answer.headers["cache-control"] == "no-store"
    assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("Bearer", 86400)
    assert (await who(browser, answer.json()["access_token"])).status_code == 200


async def test_the_form_tells_who_is_wrong_and_asks_again(browser: httpx.AsyncClient):
    answer = await fill_in(browser, {**CLI, **PKCE}, password="wrong")

    assert answer.status_code == 401
    assert "password is wrong" in answer.text
    assert 'wrong"' not in answer.text


@pytest.mark.parametrize("csrf", ["", "forged"])
async def test_a_form_that_is_not_ours_is_refused(browser: httpx.AsyncClient, csrf: str):
    answer = await fill_in(browser, {**CLI, **PKCE}, csrf=csrf)

    assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_a_form_without_its_cookie_is_refused(browser: httpx.AsyncClient):
    answer = await browser.post(
        f"/oauth/authorize?{urlencode({**CLI, **PKCE})}",
        data={"csrf": "", "username": "anna", "password": "secret"},
    )

    assert answer.status_code == 400


async def test_a_code_is_good_once(browser: httpx.AsyncClient):
    code = query(await fill_in(browser, {**CLI, **PKCE}))["code"]

    first, second = await trade(browser, code), await trade(browser, code)

    assert (first.status_code, second.json()) == (200, {"error": "invalid_grant"})


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_verifier": "w" * 43}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:4712/callback"}, "invalid_grant"),
        ({"client_id": "console"}, "invalid_grant"),
        ({"client_id": "somebody"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"code": "x"}, "invalid_grant"),
    ],
)
async def test_a_code_is_good_for_the_program_that_asked_only(
    browser: httpx.AsyncClient, changed: dict[str, str], error: str
):
    code = query(await fill_in(browser, {**CLI, **PKCE}))["code"]

    answer = await trade(browser, code, **changed)

    assert answer.json() == {"error": error}


async def test_a_code_ends(browser: httpx.AsyncClient, clock: StandingClock):
    code = query(await fill_in(browser, {**CLI, **PKCE}))["code"]
    clock.move(minutes=3)

    assert (await trade(browser, code)).json() == {"error": "invalid_grant"}


async def test_a_modern_oc_takes_its_code_to_the_token_endpoint(browser: httpx.AsyncClient):
    asked = {**CHALLENGING, **PKCE}
    code = query(await authorize(browser, asked, ANNA, ASKS))["code"]

    answer = await browser.post(
        "/oauth/token",
        data={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": f"{BASE}/oauth/token/implicit",
            "code_verifier": VERIFIER,
        },
        auth=(CHALLENGING["client_id"], ""),
    )

    assert (await who(browser, answer.json()["access_token"])).status_code == 200


async def test_who_is_challenged_may_do_without_pkce(browser: httpx.AsyncClient):
    asked = {**CHALLENGING, "response_type": "code", "code_challenge_method": "S256"}
    code = query(await authorize(browser, asked, ANNA, ASKS))["code"]

    answer = await browser.post(
        "/oauth/token",
        data={"grant_type": "authorization_code", "code": code, "state": "1"},
        auth=(CHALLENGING["client_id"], ""),
    )

    assert (await who(browser, answer.json()["access_token"])).status_code == 200


async def test_who_gave_a_challenge_must_answer_it(browser: httpx.AsyncClient):
    code = query(await authorize(browser, {**CHALLENGING, **PKCE}, ANNA, ASKS))["code"]

    answer = await browser.post(
        "/oauth/token",
        data={"grant_type": "authorization_code", "code": code},
        auth=(CHALLENGING["client_id"], ""),
    )

    assert answer.json() == {"error": "invalid_grant"}


async def test_a_browser_is_shown_a_token_once(browser: httpx.AsyncClient):
    begun = await browser.get("/oauth/token/request")
    sent = await fill_in(browser, query(begun))
    address = sent.headers["location"]

    shown, again = await browser.get(address), await browser.get(address)

    token = re.findall("sha256~[A-Za-z0-9_-]{43}", shown.text)[0]
    assert (await who(browser, token)).status_code == 200
    assert (again.status_code, "sha256~" in again.text) == (400, False)


async def test_another_browser_is_not_shown_the_token(browser: httpx.AsyncClient):
    begun = await browser.get("/oauth/token/request")
    sent = await fill_in(browser, query(begun))
    browser.cookies.clear()

    shown = await browser.get(sent.headers["location"])

    assert (shown.status_code, "sha256~" in shown.text) == (400, False)


@pytest.mark.parametrize("size", [20_000, 2_000_000])
async def test_a_form_that_is_too_large_is_refused(browser: httpx.AsyncClient, size: int):
    answer = await browser.post("/oauth/token", content=b"a" * size)

    assert answer.status_code == 400


async def test_a_form_of_too_many_fields_is_refused(browser: httpx.AsyncClient):
    answer = await browser.post("/oauth/token", content=b"a=1&" * 100)

    assert answer.status_code == 400


async def test_neither_passwords_nor_tokens_come_into_the_log(
    browser: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG, logger="slipcast")

    said = fragment(await authorize(browser, CHALLENGING, ANNA, ASKS))
    await authorize(browser, CHALLENGING, ("anna", "a-wrong-one"), ASKS)

    records = " ".join(str(record.__dict__) for record in caplog.records)
    assert "token.granted" in records
    assert said["access_token"] not in records
    assert "a-wrong-one" not in records
    assert "secret" not in records
