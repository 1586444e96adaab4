"""Grants: tokens for people who have logged in, kept as objects; the first login makes who it is.

Source: the API references of oauth.openshift.io and user.openshift.io.
"""

from __future__ import annotations

import json
import logging
import secrets
from typing import Final

import msgspec

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.ports.api import Api, Resource
from slipcast.ports.identity import Person
from slipcast.server.oauthcodes import Asked
from slipcast.values import accesstoken, usernames
from slipcast.values.apifaults import AlreadyExists, NotFound
from slipcast.values.sensitive import Sensitive

log = logging.getLogger("slipcast.oauth")

TOKENS: Final = Resource(kinds.require(kinds.OAUTH, "OAuthAccessToken"))
USERS: Final = Resource(kinds.require(kinds.USER, "User"))
IDENTITIES: Final = Resource(kinds.require(kinds.USER, "Identity"))
LASTS: Final = 86_400
"""Seconds for which a token is good."""


class Granted(msgspec.Struct, frozen=True, kw_only=True):
    """A token and what it is for."""

    token: Sensitive
    scope: str
    seconds: int = LASTS

    @property
    def answer(self) -> dict[str, str]:
        """The fields of an answer that has the token in it.

        Source: RFC 6749 sections 4.2.2 and 5.1.
        """
        return {
            "access_token": self.token.reveal(),
            "expires_in": str(self.seconds),
            "scope": self.scope,
            "token_type": "Bearer",
        }


class Grants:
    """Makes tokens through an Api that may write tokens and users."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def give(self, person: Person, asked: Asked) -> Granted:
        """A new token."""
        uid = await self._uid(person)
        token = accesstoken.token_of(secrets.token_urlsafe(32))
        content = {
            "metadata": {"name": accesstoken.name_of(token), **_said_of(person)},
            "clientName": asked.client,
            "expiresIn": LASTS,
            "scopes": list(asked.scopes),
            "redirectURI": asked.redirect,
            "userName": person.name,
            "userUID": uid,
        }
        await self._api.create(TOKENS, content)
        fields = {"user": person.name, "client": asked.client}
        log.info("token.granted", extra={"fields": fields})
        return Granted(token=Sensitive(token), scope=" ".join(asked.scopes))

    async def _uid(self, person: Person) -> str:
        """The uid of the User, who is made at the first login, with the Identity they came by."""
        kept = usernames.kept_as(person.name)
        try:
            return (await self._api.get(USERS.named(kept))).names.uid
        except NotFound:
            pass
        identity = _identity_of(person)
        full = {"fullName": person.name} if kept != person.name else {}
        name = identity["metadata"]["name"]
        try:
            user = await self._api.create(
                USERS, {"metadata": {"name": kept}, **full, "identities": [name]}
            )
        except AlreadyExists:
            return (await self._api.get(USERS.named(kept))).names.uid
        uid = user.document.names.uid
        identity["user"] = {"name": kept, "uid": uid}
        try:
            await self._api.create(IDENTITIES, identity)
        except AlreadyExists:
            # Of a User of the name who is gone.
            await self._api.update(IDENTITIES.named(name), identity)
        return uid


def _identity_of(person: Person) -> JSON:
    """A person as whoever vouches for them knows them."""
    known_as = person.known_as or person.name
    name = usernames.kept_as(f"{person.provider}:{known_as}")
    return {
        "metadata": {"name": name},
        "providerName": person.provider,
        "providerUserName": known_as,
    }


def _said_of(person: Person) -> JSON:
    """What is kept with the token of what whoever vouched has said."""
    if not person.groups:
        return {}
    return {"annotations": {accesstoken.GROUPS: json.dumps(person.groups)}}
