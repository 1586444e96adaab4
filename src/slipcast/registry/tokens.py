"""The token endpoint: passes for those who say who they are, and for those who do not (IS-111).

A pass says who asks; what they may do is decided anew with each request, so scopes that clients
ask for are read by nobody.

Source: token authentication and OAuth 2 token authentication of the distribution project.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from urllib.parse import parse_qs

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from slipcast.ports.identity import Credentials
from slipcast.registry.bodies import whole
from slipcast.registry.faults import TOKEN_INVALID, RegistryFault, unsupported
from slipcast.registry.identity import identified, known, logged_in
from slipcast.registry.parts import Parts
from slipcast.values.actor import Actor
from slipcast.values.instant import to_text
from slipcast.values.sensitive import Sensitive

LASTING: Final = timedelta(minutes=5)
"""How long a pass is good."""
LARGEST: Final = 64 * 1024
"""Bytes of a form."""
MOST_FIELDS: Final = 100
FORM: Final = "application/x-www-form-urlencoded"


async def answer(parts: Parts, request: Request) -> Response:
    """A pass.

    Errors: RegistryFault.
    """
    if request.method == "GET":
        # A pass for a pass would be good for ever.
        return _pass(parts, await identified(parts, request, by_pass=False))
    if request.method == "POST":
        return _pass(parts, await _granted(parts, request))
    raise unsupported(request.method, ("GET", "POST"))


async def _granted(parts: Parts, request: Request) -> Actor:
    """Who a form is from: docker sends one with a password, others with what they keep of it."""
    form = await _form(request)
    grant = form.get("grant_type", "")
    if grant == "password":
        return await logged_in(parts, request, form.get("username", ""), form.get("password", ""))
    if grant == "refresh_token":
        credentials = Credentials(bearer=Sensitive(form.get("refresh_token", "")))
        return await known(parts, credentials, request)
    raise RegistryFault(TOKEN_INVALID, "grant_type must be password or refresh_token")


async def _form(request: Request) -> dict[str, str]:
    raw = await whole(request, LARGEST)
    try:
        fields = parse_qs(raw.decode(), max_num_fields=MOST_FIELDS)
    except (UnicodeDecodeError, ValueError) as broken:
        raise RegistryFault(TOKEN_INVALID, f"the body is no {FORM}") from broken
    return {name: values[-1] for name, values in fields.items()}


def _pass(parts: Parts, actor: Actor) -> Response:
    now = parts.clock.now()
    text = parts.passes.issued(actor, now + LASTING)
    content = {
        "token": text,
        "access_token": text,
        "expires_in": int(LASTING.total_seconds()),
        "issued_at": to_text(now),
    }
    return Response(
        msgspec.json.encode(content),
        media_type="application/json",
        headers={"cache-control": "no-store"},
    )
