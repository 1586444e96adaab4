"""Programs and browsers at the OAuth endpoints of a server in memory."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from slipcast.adapters.identity.chain import Chain
from slipcast.adapters.identity.oauthtokens import AccessTokens
from slipcast.adapters.identity.passwords import Passwords
from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.ports.identity import Provider
from slipcast.server.app import Application
from slipcast.server.oauth import PREFIXES, OAuth
from slipcast.server.oauthcodes import challenge_of
from slipcast.store.store import SERVER, Setup, Store
from unit.store.conftest import StandingClock

BASE = "https://server.test"
CHALLENGING = {"client_id": "openshift-challenging-client", "response_type": "token"}
VERIFIER = "v" * 43
PKCE = {
    "response_type": "code",
    "code_challenge": challenge_of(VERIFIER),
    "code_challenge_method": "S256",
}
CLI = {"client_id": "openshift-cli-client", "redirect_uri": "http://127.0.0.1:4711/callback"}
ASKS = {"x-csrf-token": "1"}
ANNA = ("anna", "secret")


@asynccontextmanager
async def serving(
    users: Path,
    clock: StandingClock,
    *,
    guarded: bool,
    passwords: bool = True,
    provider: Provider | None = None,
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server that knows the users of a file."""
    journal = MemoryJournal(pause=0.02)
    store = Store(journal, clock, Setup(guarded=guarded))
    if guarded:
        await store.prepare()
    api = store.as_(SERVER)
    chain = Chain([AccessTokens(api, clock), Passwords(users, api, clock)])
    store.tell(lambda *_: chain.forget())
    oauth = OAuth(chain, api, clock, lambda _: BASE, passwords=passwords, provider=provider)
    application = Application(store, chain, mounts=dict.fromkeys(PREFIXES, oauth.app))
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as browser:
        yield browser
    await journal.close()


async def authorize(
    browser: httpx.AsyncClient,
    fields: dict[str, str],
    auth: tuple[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    return await browser.get(
        "/oauth/authorize",
        params=fields,
        headers=headers or {},
        auth=auth or httpx.USE_CLIENT_DEFAULT,
    )


def fragment(answer: httpx.Response) -> dict[str, str]:
    """What is said behind the # of the address that an answer leads to."""
    return {
        name: each[0]
        for name, each in parse_qs(urlsplit(answer.headers["location"]).fragment).items()
    }


def query(answer: httpx.Response) -> dict[str, str]:
    return {
        name: each[0] for name, each in parse_qs(urlsplit(answer.headers["location"]).query).items()
    }


async def fill_in(
    browser: httpx.AsyncClient, fields: dict[str, str], **more: str
) -> httpx.Response:
    """The form, asked for and sent back."""
    form = await authorize(browser, fields)
    csrf = re.findall('name="csrf" value="([^"]+)"', form.text)
    return await browser.post(
        f"/oauth/authorize?{urlencode(fields)}",
        data={"csrf": csrf[0], "username": "anna", "password": "secret", **more},
    )


async def trade(browser: httpx.AsyncClient, good: str, **changed: str) -> httpx.Response:
    """A code for a token, by the command line."""
    fields = {
        "grant_type": "authorization_code",
        "client_id": CLI["client_id"],
        "redirect_uri": CLI["redirect_uri"],
        "code": good,
        "code_verifier": VERIFIER,
    }
    return await browser.post("/oauth/token", data={**fields, **changed})


async def who(browser: httpx.AsyncClient, token: str) -> httpx.Response:
    """The answer to `whoami`."""
    return await browser.get(
        "/apis/user.openshift.io/v1/users/~", headers={"authorization": f"Bearer {token}"}
    )
