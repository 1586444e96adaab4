"""Who asks the registry: passes, tokens and passwords, or nobody in particular (IS-111).

What a request carries is read here and checked behind the Authenticator and Passes ports. As a
password goes a token of ours, whatever the user is called: so docker logs in with one.

Source: image-streams.md IS-111; token authentication of the distribution project.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

from msgspec.structs import replace
from starlette.requests import Request

from slipcast.ports.identity import Credentials
from slipcast.registry.faults import UNAUTHORIZED, RegistryFault
from slipcast.registry.parts import Parts
from slipcast.values.actor import ANONYMOUS, Actor
from slipcast.values.apifaults import Unauthorized
from slipcast.values.sensitive import Sensitive

LONGEST: Final = 16 * 1024
"""Bytes of credentials beyond which nobody looks at them."""
REALM: Final = "/openshift/token"


def path_of(request: Request) -> str:
    """The path of a request; its URL is made of headers, too, and may have another."""
    path: str = request.scope["path"]
    return path


async def identified(parts: Parts, request: Request, *, by_pass: bool = True) -> Actor:
    """Who asks; nobody in particular when the request carries no credentials.

    Shape:  by_pass says whether a pass will do.
    Errors: RegistryFault UNAUTHORIZED when they are wrong; those of the Authenticator.
    """
    scheme, rest = _said(request)
    if scheme == "bearer":
        actor = parts.passes.read(rest, parts.clock.now()) if by_pass else None
        return actor or await known(parts, Credentials(bearer=Sensitive(rest)), request)
    if scheme == "basic":
        user, password = _pair(rest)
        return await logged_in(parts, request, user, password)
    certificate = request.scope.get("client_certificate")
    if certificate is not None:
        return await known(parts, Credentials(certificate=certificate), request)
    return ANONYMOUS


async def logged_in(parts: Parts, request: Request, user: str, password: str) -> Actor:
    """Who has a password, or a token in its place.

    Errors: as `identified`.
    """
    if not password:
        raise wrong()
    secret = Sensitive(password)
    actor = await _found(parts, Credentials(bearer=secret), request)
    return actor or await known(parts, Credentials(user=user, password=secret), request)


async def known(parts: Parts, credentials: Credentials, request: Request) -> Actor:
    """Whose credentials these are.

    Errors: as `identified`.
    """
    actor = await _found(parts, credentials, request)
    if actor is None:
        raise wrong()
    return actor


def wrong() -> RegistryFault:
    """The fault of credentials that nobody knows; it does not say what is wrong with them."""
    return RegistryFault(UNAUTHORIZED, "failed to decode credentials")


def challenge(parts: Parts, request: Request, name: str) -> str:
    """Where and for what a client gets a pass; the name is that of a repository, or empty."""
    base = parts.base(request.headers.get("host", ""))
    if path_of(request) == REALM:
        return f'Basic realm="{base}{REALM}"'
    service = base.rpartition("://")[2]
    said = f'Bearer realm="{base}{REALM}",service="{service}"'
    if not name:
        return said
    deeds = "pull" if request.method in {"GET", "HEAD"} else "pull,push"
    return f'{said},scope="repository:{name}:{deeds}"'


def _said(request: Request) -> tuple[str, str]:
    """Scheme and credentials of a request; empty when it carries none.

    Errors: RegistryFault UNAUTHORIZED for what cannot be credentials at all.
    """
    header = request.headers.get("authorization", "")
    if not header:
        return "", ""
    scheme, _, rest = header.partition(" ")
    rest = rest.strip()
    if not rest or len(rest) > LONGEST or scheme.lower() not in {"bearer", "basic"}:
        raise wrong()
    return scheme.lower(), rest


def _pair(coded: str) -> tuple[str, str]:
    try:
        user, _, password = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as broken:
        raise wrong() from broken
    return user, password


async def _found(parts: Parts, credentials: Credentials, request: Request) -> Actor | None:
    address = str((request.scope.get("client") or ("",))[0])
    try:
        return await parts.authenticator.authenticate(replace(credentials, address=address))
    except Unauthorized as refused:
        raise wrong() from refused
