"""What programs ask of the OAuth endpoints, read and checked.

Pure. What is wrong with a request is told to its sender where that is safe: never to an address
that is not the program's.

Source: RFC 6749 section 4.1.2.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from slipcast.access.scopes import FULL, SCOPES
from slipcast.server.oauthclients import CLIENTS, Client
from slipcast.server.oauthcodes import CHALLENGE, Asked

LARGEST_FORM: Final = 16 * 1024
"""Bytes of a form or a query."""
FIELDS: Final = 30


class Unanswerable(Exception):
    """A request with nowhere to send the answer: whoever sent it is shown a page."""


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A request to let a program act for somebody.

    Shape:  error is empty, or one of RFC 6749's words for what is wrong with it.
    """

    client: Client
    asked: Asked
    type: str
    state: str
    error: str = ""

    def answer(self, fields: Mapping[str, str]) -> str:
        """The address that the browser is sent to with an answer."""
        said = {**fields, **({"state": self.state} if self.state else {})}
        scheme, place, path, query, _ = urlsplit(self.asked.redirect)
        if self.type == "token":
            return urlunsplit((scheme, place, path, query, urlencode(said)))
        joined = "&".join(filter(None, (query, urlencode(said))))
        return urlunsplit((scheme, place, path, joined, ""))


def fields_of(text: str) -> dict[str, str]:
    """The fields of a form or a query; what comes twice counts as it came first.

    Errors: Unanswerable.
    """
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS)
    except ValueError as wrong:
        raise Unanswerable("The request has too many fields.") from wrong
    return dict(reversed(pairs))


def read(fields: Mapping[str, str], base: str) -> Ask:
    """The request in a query; base is the server's address.

    Errors: Unanswerable.
    """
    client = CLIENTS.get(fields.get("client_id", ""))
    if client is None:
        raise Unanswerable("No program of that client_id is known here.")
    redirect = fields.get("redirect_uri", "") or client.usual(base)
    if not client.may_be_sent_to(redirect, base):
        raise Unanswerable("The redirect_uri is not one of the program's.")
    asked = Asked(
        client=client.name,
        redirect=redirect,
        scopes=tuple(fields.get("scope", "").split()) or (FULL,),
        challenge=fields.get("code_challenge", ""),
    )
    kind = fields.get("response_type", "")
    error = _wrong(client, asked, kind, fields)
    return Ask(client=client, asked=asked, type=kind, state=fields.get("state", ""), error=error)


def _wrong(client: Client, asked: Asked, kind: str, fields: Mapping[str, str]) -> str:
    if kind not in client.types:
        return "unsupported_response_type"
    if not {*asked.scopes} <= {*SCOPES}:
        return "invalid_scope"
    if kind != "code" or (client.is_challenged and not asked.challenge):
        # Whoever is challenged gets the code in the answer: no browser is between, that leaks it.
        return ""
    method = fields.get("code_challenge_method", "")
    is_proof = method == "S256" and CHALLENGE.fullmatch(asked.challenge)
    return "" if is_proof else "invalid_request"
