"""The login of a server over HTTP: by password, or by way of a browser. Implements Entrance.

The server says where it lets people in. A request there with user and password is answered with a
redirect, and the token is in its address; nobody follows it. A browser is sent there, too: it comes
back with a code, which is traded in for a token.

Source: RFC 8414, RFC 6749 sections 4.1 and 4.2, RFC 7636; `oc login`.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from msgspec.structs import replace

from slipcast.api.document import JSON
from slipcast.api.kubeconfig import Access
from slipcast.client import callback, wire
from slipcast.client.http import HttpApi
from slipcast.client.wire import Request
from slipcast.ports.api import NO_PARAMETERS
from slipcast.values.apifaults import Forbidden, NotFound, Unauthorized
from slipcast.values.faults import PortFault
from slipcast.values.sensitive import Sensitive

ABOUT: Final = "/.well-known/oauth-authorization-server"
USUAL: Final = "/oauth/authorize"
QUERY: Final = urlencode({"client_id": "openshift-challenging-client", "response_type": "token"})
BROWSING: Final = "openshift-cli-client"
FAILED: Final = 400
LARGEST: Final = 64 * 1024
"""Bytes that are read of an answer."""
PATIENCE: Final = 300.0
"""Seconds that somebody has to log in with a browser."""


class HttpEntrance:
    """Gets tokens by password."""

    def __init__(self, environment: Mapping[str, str] = NO_PARAMETERS) -> None:
        """Shape:  environment is that in which proxies may be named."""
        self._environment = environment

    async def token(self, way: Access, user: str, password: Sensitive) -> str:
        """See the port."""
        bare = _bare(way)
        place = str((await self._about(bare)).get("authorization_endpoint", ""))
        if not place.startswith(("https://", "/")):
            raise _no_login(way)
        named = replace(bare, username=user, password=password.reveal())
        known = HttpApi(named, environment=self._environment)
        try:
            return await _asked(known, place, way)
        finally:
            await known.close()

    async def browsed(self, way: Access, show: Callable[[str], None], port: int = 0) -> str:
        """See the port."""
        bare = _bare(way)
        about = await self._about(bare)
        places = [str(about.get(f"{what}_endpoint", "")) for what in ("authorization", "token")]
        if not all(place.startswith("https://") for place in places):
            raise _no_login(way, "by browser")
        verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        async with callback.listening(state, port) as page:
            show(f"{places[0]}?{_asking(page.address, verifier, state)}")
            fields = await page.answer(PATIENCE)
        form = {
            "grant_type": "authorization_code",
            "client_id": BROWSING,
            "code": fields.get("code", ""),
            "redirect_uri": page.address,
            "code_verifier": verifier,
        }
        if not form["code"]:
            raise Unauthorized(f"the server says {fields.get('error', 'nothing')!r}")
        return await self._traded(bare, places[1], form)

    async def _traded(self, way: Access, place: str, form: Mapping[str, str]) -> str:
        api = HttpApi(way, environment=self._environment)
        body, kind = urlencode(form).encode(), "application/x-www-form-urlencoded"
        try:
            answer = await api.send(
                Request(method="POST", path=place, body=body, content_type=kind)
            )
        finally:
            await api.close()
        token = wire.read(answer.content).get("access_token")
        if not isinstance(token, str) or not token:
            raise _no_login(way, "by browser")
        return token

    async def _about(self, way: Access) -> JSON:
        """Where the server lets people in."""
        api = HttpApi(way, environment=self._environment)
        try:
            answer = await api.send(Request(method="GET", path=ABOUT))
            return wire.read(answer.content)
        except (NotFound, Forbidden, Unauthorized):
            # Servers of the 3.5 era do not say; theirs is the usual place.
            return {"authorization_endpoint": USUAL}
        finally:
            await api.close()


def _bare(way: Access) -> Access:
    """The way, without anybody who takes it."""
    return Access(
        context=way.context,
        server=way.server,
        server_name=way.server_name,
        authority=way.authority,
        authority_file=way.authority_file,
        insecure=way.insecure,
    )


def _asking(redirect: str, verifier: str, state: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return urlencode(
        {
            "client_id": BROWSING,
            "response_type": "code",
            "redirect_uri": redirect,
            "state": state,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
    )


async def _asked(api: HttpApi, place: str, way: Access) -> str:
    headers = {"x-csrf-token": "1"}
    request = Request(method="GET", path=f"{place}?{QUERY}", headers=headers)
    answer = await api.ask(request, most=LARGEST)
    if answer.status == Unauthorized.code and answer.warnings:
        # Who is let in elsewhere only is told so, and is not challenged.
        raise _by_browser(way)
    if answer.status == Unauthorized.code:
        raise Unauthorized("user name or password are wrong")
    if answer.status in {NotFound.code, Forbidden.code}:
        raise _no_login(way)
    if answer.status >= FAILED:
        raise wire.fault_of(answer.status, answer.body)
    token = parse_qs(urlsplit(answer.location).fragment).get("access_token", [""])[0]
    if not token:
        raise _no_login(way)
    return token


def _by_browser(way: Access) -> PortFault:
    return PortFault(
        f"the server at {way.server} lets nobody in by password",
        reason="NoLogin",
        hint="`slipcast login --web` logs in with a browser on this machine;"
        f" {way.server}/oauth/token/request shows a token to one anywhere.",
    )


def _no_login(way: Access, how: str = "by password") -> PortFault:
    return PortFault(
        f"the server at {way.server} lets nobody in {how}",
        reason="NoLogin",
        hint="`slipcast login --token TOKEN` takes a token that you have from elsewhere.",
    )
