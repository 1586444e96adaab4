"""The relying party: people log in at the OpenID Connect provider with a browser.

What the provider says at its end is believed as an ID token that is shown to us is, and has to be
of this login besides. Implements Provider.

Source: OpenID Connect Core 1.0, section 3.1; RFC 6749 sections 2.3.1 and 4.1; RFC 7636.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote_plus, urlencode, urlsplit

from slipcast.adapters.identity import tokens
from slipcast.adapters.identity.openid import OpenId
from slipcast.adapters.identity.providerline import Reply, Strange
from slipcast.ports.daemon import Identification
from slipcast.ports.identity import Errand, Person
from slipcast.values.apifaults import Unauthorized, Unavailable
from slipcast.values.faults import FieldError, InvalidFault
from slipcast.values.sensitive import Sensitive

log = logging.getLogger("slipcast.identity")

NAME: Final = "openid"
NAMES: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,61}[A-Za-z0-9])?")
LONGEST_SECRET: Final = 4096
LONGEST_TOKEN: Final = 96 * 1024
"""Letters of an ID token; groups of its person are kept with every token of ours."""
AT_ONCE: Final = 10
"""Codes that are traded in at once."""
WAITING: Final = 100
"""Codes that wait for it; more are sent away."""
BASIC: Final = "client_secret_basic"
POST: Final = "client_secret_post"
_WORD: Final = re.compile("[a-z_]{1,40}")


class RelyingParty:
    """Has one provider log people in. Implements Provider."""

    def __init__(self, openid: OpenId, wanted: Identification, secret: Sensitive) -> None:
        """Ask as the client that the settings name, whose secret that is.

        Errors: InvalidFault for a name that cannot be part of an address.
        """
        self.name = wanted.oidc_name or NAME
        if not NAMES.fullmatch(self.name):
            what = "must be at most 63 letters, digits, blanks, dots, dashes and underscores"
            raise InvalidFault((FieldError(path="oidc.name", what=what, value=self.name),))
        self._openid = openid
        self._client = wanted.oidc_client_id
        self._secret = secret
        self._scope = " ".join(dict.fromkeys(("openid", *wanted.oidc_extra_scopes)))
        self._seats = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def place(self, errand: Errand) -> str:
        """The address that the browser is sent to."""
        about = await self._openid.keys.about()
        place = urlsplit(self._endpoint(about, "authorization_endpoint"))
        asked = urlencode(
            {
                "response_type": "code",
                "client_id": self._client,
                "redirect_uri": errand.redirect,
                "scope": self._scope,
                "state": errand.state,
                "nonce": errand.nonce,
                "code_challenge": errand.challenge,
                "code_challenge_method": "S256",
            }
        )
        query = "&".join(filter(None, (place.query, asked)))
        return place._replace(query=query, fragment="").geturl()

    async def vouched(self, errand: Errand, code: Sensitive) -> Person:
        """Who has logged in."""
        async with self._seat():
            about = await self._openid.keys.about()
            reply = await self._traded(about, errand, code)
        claims = await self._believed(self._token(reply))
        self._check(claims, errand)
        return self._openid.person(claims)

    async def _believed(self, token: str) -> Mapping[str, Any]:
        """What an ID token says."""
        try:
            return await self._openid.claims(token)
        except Unauthorized as wrong:
            if wrong.message != "Unauthorized":
                raise
            raise Unauthorized(f"what {self.name} says cannot be believed") from wrong

    async def _traded(self, about: Mapping[str, Any], errand: Errand, code: Sensitive) -> Reply:
        """What the code is good for."""
        form = {
            "grant_type": "authorization_code",
            "code": code.reveal(),
            "redirect_uri": errand.redirect,
            "code_verifier": errand.verifier.reveal(),
        }
        place, line = self._endpoint(about, "token_endpoint"), self._openid.line
        try:
            if _way(about) == POST:
                said = {"client_id": self._client, "client_secret": self._secret.reveal()}
                return await line.posted(place, {**form, **said}, "", None)
            user, password = quote_plus(self._client), quote_plus(self._secret.reveal())
            return await line.posted(place, form, user, Sensitive(password))
        except Strange as wrong:
            raise self._silent("provider.silent", str(wrong)) from wrong

    def _token(self, reply: Reply) -> str:
        """The ID token of an answer."""
        if reply.failed:
            error = str(reply.content.get("error", ""))
            if error == "invalid_grant":
                raise Unauthorized(f"{self.name} does not know this login any more")
            raise self._silent("provider.refused", error if _WORD.fullmatch(error) else "")
        token = reply.content.get("id_token")
        if not isinstance(token, str) or not 0 < len(token) <= LONGEST_TOKEN:
            raise self._silent("provider.refused", "no ID token")
        return token

    def _check(self, claims: Mapping[str, Any], errand: Errand) -> None:
        """Nothing, when the claims are of that login, and for us alone.

        Errors: Unauthorized.
        """
        nonce = claims.get("nonce")
        is_ours = isinstance(nonce, str) and hmac.compare_digest(
            nonce.encode(), errand.nonce.encode()
        )
        if not is_ours:
            raise Unauthorized(f"what {self.name} says is of another login")
        several = len(tokens.audiences_of(claims)) > 1
        if claims.get("azp", None if several else self._client) != self._client:
            raise Unauthorized(f"what {self.name} says is for somebody else")

    def _endpoint(self, about: Mapping[str, Any], which: str) -> str:
        place = about.get(which)
        if not isinstance(place, str) or not place.startswith("https://"):
            raise self._silent("provider.silent", f"its {which} is no https address")
        return place

    def _silent(self, event: str, why: str) -> Unavailable:
        log.warning(event, extra={"fields": {"provider": self.name, "why": why}})
        told = "does not let this server ask" if event == "provider.refused" else "does not answer"
        return Unavailable(f"{self.name} {told}: the server's log says more")

    @asynccontextmanager
    async def _seat(self) -> AsyncGenerator[None]:
        if self._waiting >= WAITING:
            raise Unavailable("too many log in at once", retry_after=1)
        self._waiting += 1
        try:
            async with self._seats:
                yield
        finally:
            self._waiting -= 1


def secret_of(wanted: Identification) -> Sensitive | None:
    """The client's secret; None where people do not log in at the provider.

    Errors: InvalidFault when the file cannot be used.
    """
    if wanted.oidc_client_secret_file is None:
        return wanted.oidc_client_secret
    return _in_file(wanted.oidc_client_secret_file)


def _in_file(path: Path) -> Sensitive:
    what = ""
    try:
        with path.open(encoding="utf-8") as file:
            secret = file.read(LONGEST_SECRET + 1).strip()
        if not 0 < len(secret) <= LONGEST_SECRET:
            what = "holds no secret"
    except (OSError, ValueError) as fault:
        secret, what = "", f"cannot be read: {getattr(fault, 'strerror', None) or 'it is no text'}"
    if what:
        error = FieldError(path="--oidc-client-secret-file", what=what, value=str(path))
        raise InvalidFault((error,))
    return Sensitive(secret)


def _way(about: Mapping[str, Any]) -> str:
    """How the provider wants to be shown the secret: in the header, unless it only knows forms."""
    known = about.get("token_endpoint_auth_methods_supported")
    if isinstance(known, list) and BASIC not in known and POST in known:
        return POST
    return BASIC
