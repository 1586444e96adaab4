"""Access tokens of people who have logged in: OAuthAccessToken objects, by the hash of the token.

A token ends with its object, with its time, and with the user it was made for.

Source: the API reference of oauth.openshift.io.
"""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Final

from msgspec.structs import replace

from slipcast.access.scopes import FULL
from slipcast.adapters.identity.people import allowed, person
from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.ports.api import Api, DeleteOptions, Resource
from slipcast.ports.clock import Clock
from slipcast.ports.identity import Credentials
from slipcast.values import accesstoken, instant
from slipcast.values.actor import Actor
from slipcast.values.apifaults import ApiFault, NotFound, Unauthorized

log = logging.getLogger("slipcast.identity")

TOKENS: Final = Resource(kinds.require(kinds.OAUTH, "OAuthAccessToken"))
SWEPT: Final = timedelta(minutes=10)
"""How often objects of tokens that are over are removed."""


class AccessTokens:
    """Knows people by the tokens they got when they logged in. Implements Authenticator."""

    def __init__(self, api: Api, clock: Clock) -> None:
        """Look tokens and users up through an Api that sees all of them."""
        self._api = api
        self._clock = clock

    async def authenticate(self, credentials: Credentials) -> Actor | None:
        """The user of a token."""
        if credentials.bearer is None or credentials.audience:
            return None
        name = accesstoken.name_of(credentials.bearer.reveal())
        if not name:
            return None
        try:
            content = (await self._api.get(TOKENS.named(name))).content
        except NotFound as missing:
            raise Unauthorized("Unauthorized") from missing
        if self._is_over(content):
            raise Unauthorized("the token has expired")
        user = await person(self._api, str(content.get("userName", "")))
        if not user.uid or user.uid != content.get("userUID"):
            raise Unauthorized("the user of the token is gone")
        user = replace(user, groups=tuple(dict.fromkeys((*_groups(content), *user.groups))))
        scopes = tuple(str(each) for each in content.get("scopes") or ())
        return user if FULL in scopes else replace(user, scopes=scopes or ("none",))

    async def sweep(self) -> None:
        """Remove the objects of tokens that are over, for ever."""
        while True:
            try:
                await self._sweep()
            except ApiFault as fault:
                log.warning("tokens.kept", extra={"fields": {"why": fault.message}})
            await self._clock.until(self._clock.now() + SWEPT)

    async def _sweep(self) -> None:
        for document in (await self._api.list(TOKENS)).documents:
            if self._is_over(document.content):
                options = DeleteOptions(uid=document.names.uid)
                try:
                    await self._api.delete(TOKENS.named(document.names.name), options)
                except NotFound:
                    continue

    def _is_over(self, content: JSON) -> bool:
        seconds = content.get("expiresIn") or 0
        made = instant.parse(content["metadata"]["creationTimestamp"])
        return bool(seconds) and self._clock.now() >= made + timedelta(seconds=int(seconds))


def _groups(content: JSON) -> tuple[str, ...]:
    """Groups that whoever vouched at the login has named."""
    kept = (content["metadata"].get("annotations") or {}).get(accesstoken.GROUPS, "")
    try:
        listed = json.loads(kept) if kept else []
    except ValueError:
        return ()
    return allowed(str(each) for each in listed) if isinstance(listed, list) else ()
