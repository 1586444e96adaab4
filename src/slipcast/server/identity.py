"""Identity: from the headers of a request to the actor it speaks for.

Credentials are read here and checked behind the Authenticator port. Whoever may impersonate says so
with headers, and is asked for the right to.

Source: Kubernetes authentication: bearer tokens, user impersonation.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import unquote

from slipcast.api import kinds
from slipcast.ports.api import Apis, Resource
from slipcast.ports.identity import Authenticator, Credentials
from slipcast.server.exchange import Exchange
from slipcast.values.actor import ANONYMOUS, AUTHENTICATED, UNAUTHENTICATED, Actor
from slipcast.values.apifaults import BadRequest, Forbidden, Unauthorized
from slipcast.values.sensitive import Sensitive

LONGEST: Final = 16 * 1024
"""Bytes of a token or a password beyond which nobody looks at it."""


def credentials_of(exchange: Exchange) -> Credentials:
    """What the request carries to say who asks.

    Errors: Unauthorized for what cannot be credentials at all.
    """
    header = exchange.header(b"authorization")
    certificate = exchange.scope.get("client_certificate")
    if not header:
        return Credentials(certificate=certificate)
    address = (exchange.scope.get("client") or ("",))[0]
    scheme, _, rest = header.partition(" ")
    if len(rest) > LONGEST:
        raise Unauthorized("Unauthorized")
    if scheme.lower() == "bearer" and rest.strip():
        return Credentials(bearer=Sensitive(rest.strip()), address=address)
    if scheme.lower() == "basic":
        try:
            user, _, password = base64.b64decode(rest, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError) as wrong:
            raise Unauthorized("Unauthorized") from wrong
        return Credentials(user=user, password=Sensitive(password), address=address)
    raise Unauthorized("Unauthorized")


class Identity:
    """Finds out who asks."""

    def __init__(self, authenticator: Authenticator, apis: Apis) -> None:
        self._authenticator = authenticator
        self._apis = apis

    async def actor(self, exchange: Exchange) -> Actor:
        """Who asks; nobody in particular when the request carries no credentials.

        Errors: Unauthorized when they are wrong; Forbidden for an impersonation not allowed.
        """
        credentials = credentials_of(exchange)
        actor = ANONYMOUS
        if not credentials.is_empty:
            found = await self._authenticator.authenticate(credentials)
            if found is None:
                raise Unauthorized("Unauthorized")
            actor = found
        if any(name.startswith(b"impersonate-") for name in exchange.headers):
            return await self._impersonated(actor, exchange)
        return actor

    async def _impersonated(self, actor: Actor, exchange: Exchange) -> Actor:
        name, uid, groups, extra = _wanted(exchange)
        if not name:
            raise BadRequest("a request that impersonates must name a user: Impersonate-User")
        for asked in _rights(name, uid, groups, extra):
            await self._demand(actor, asked)
        return Actor(name=name, uid=uid, groups=_groups(name, groups), extra=extra)

    async def _demand(self, actor: Actor, asked: Mapping[str, str]) -> None:
        review = kinds.require(kinds.AUTHORIZATION, "SelfSubjectAccessReview")
        attributes = {"verb": "impersonate", **asked}
        content: dict[str, Any] = {"metadata": {}, "spec": {"resourceAttributes": attributes}}
        answer = await self._apis.as_(actor).create(Resource(review), content)
        if not answer.document.content.get("status", {}).get("allowed"):
            raise Forbidden(
                f'{asked["resource"]} "{asked["name"]}" is forbidden: User "{actor.name}" cannot '
                f'impersonate resource "{asked["resource"]}" in API group "{asked["group"]}"'
                + (
                    f' in the namespace "{asked["namespace"]}"'
                    if "namespace" in asked
                    else " at the cluster scope"
                )
            )


def _wanted(exchange: Exchange) -> tuple[str, str, list[str], dict[str, tuple[str, ...]]]:
    groups: list[str] = []
    extra: dict[str, tuple[str, ...]] = {}
    for raw, value in exchange.scope["headers"]:
        header, text = raw.decode("latin-1"), value.decode("latin-1")
        if header == "impersonate-group":
            groups.append(text)
        elif header.startswith("impersonate-extra-"):
            key = unquote(header.removeprefix("impersonate-extra-"))
            extra[key] = (*extra.get(key, ()), text)
    return (
        exchange.header(b"impersonate-user"),
        exchange.header(b"impersonate-uid"),
        groups,
        extra,
    )


def _rights(
    name: str, uid: str, groups: list[str], extra: Mapping[str, tuple[str, ...]]
) -> Iterator[dict[str, str]]:
    """What the actor must be allowed to impersonate, one by one."""
    match name.split(":"):
        case ["system", "serviceaccount", namespace, account]:
            yield {
                "group": "",
                "resource": "serviceaccounts",
                "namespace": namespace,
                "name": account,
            }
        case _:
            yield {"group": "", "resource": "users", "name": name}
    if uid:
        yield {"group": kinds.AUTHENTICATION, "resource": "uids", "name": uid}
    for group in groups:
        yield {"group": "", "resource": "groups", "name": group}
    for key, values in extra.items():
        for value in values:
            yield {
                "group": kinds.AUTHENTICATION,
                "resource": "userextras",
                "subresource": key,
                "name": value,
            }


def _groups(name: str, wanted: list[str]) -> tuple[str, ...]:
    """The groups of an impersonated user: those asked for, and those that follow from the name."""
    if name == ANONYMOUS.name:
        return tuple(dict.fromkeys((*wanted, UNAUTHENTICATED)))
    following: tuple[str, ...] = ()
    match name.split(":"):
        case ["system", "serviceaccount", namespace, _] if not wanted:
            following = ("system:serviceaccounts", f"system:serviceaccounts:{namespace}")
        case _:
            pass
    return tuple(dict.fromkeys((*wanted, *following, AUTHENTICATED)))
