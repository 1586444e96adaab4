"""Revisions as requests name them: resourceVersion, its match, and continue tokens.

A token is the revision and the last key of the page before, in a form that clients have no business
in. It is good for the collection that it was made for only: that is checked, not signed.

Source: Kubernetes API concepts, semantics of resourceVersion and resourceVersionMatch.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

import msgspec

from slipcast.ports.api import ListOptions, WatchOptions
from slipcast.values.apifaults import BadRequest, Invalid
from slipcast.values.causes import Cause, forbidden, not_supported

EXACT: Final = "Exact"
NOT_OLDER: Final = "NotOlderThan"

_MATCH: Final = "resourceVersionMatch"
_LONGEST: Final = 19
_MOST: Final = 2**63 - 1
_LONGEST_TOKEN: Final = 2048


class Position(msgspec.Struct, frozen=True):
    """As of when a list is asked for, and after which key.

    Shape:  `at` None is the newest, which must have reached `least`.
    """

    at: int | None = None
    least: int = 0
    after: str = ""


class _Token(msgspec.Struct, frozen=True):
    revision: int
    key: str


_decode = msgspec.json.Decoder(_Token).decode


def number_of(text: str) -> int:
    """The revision that a resourceVersion names; 0 for none.

    Errors: BadRequest.
    """
    if not text:
        return 0
    if len(text) > _LONGEST or not (text.isascii() and text.isdigit()) or int(text) > _MOST:
        raise BadRequest(f"resourceVersion: Invalid value: {msgspec.json.encode(text).decode()}")
    return int(text)


def position(options: ListOptions, prefix: str) -> Position:
    """Where a list begins.

    Errors: BadRequest; Invalid.
    """
    wrong = _wrong_match(options)
    if wrong:
        raise Invalid("ListOptions", "meta.k8s.io", "", (wrong,))
    version = options.resource_version
    if options.from_token:
        if version not in {"", "0"}:
            raise BadRequest("specifying resource version is not allowed when using continue")
        token = _read(options.from_token, prefix)
        return Position(at=token.revision, after=token.key)
    asked = number_of(version)
    if options.match == EXACT or (asked and options.limit and not options.match):
        return Position(at=asked)
    return Position(least=asked)


def token(revision: int, key: str) -> str:
    """The continue token after a key of a list at a revision."""
    return base64.urlsafe_b64encode(msgspec.json.encode(_Token(revision, key))).decode().rstrip("=")


def check_watch(options: WatchOptions) -> None:
    """Nothing, when the options of a watch go together.

    Errors: Invalid.
    """
    if options.initial_events:
        if options.match != NOT_OLDER:
            detail = f"sendInitialEvents requires setting resourceVersionMatch to {NOT_OLDER}"
            raise Invalid("ListOptions", "meta.k8s.io", "", (forbidden(_MATCH, detail),))
    elif options.match:
        detail = "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
        raise Invalid("ListOptions", "meta.k8s.io", "", (forbidden(_MATCH, detail),))


def _wrong_match(options: ListOptions) -> Cause | None:
    match, version = options.match, options.resource_version
    if not match:
        return None
    if options.from_token:
        return forbidden(_MATCH, f"{_MATCH} is forbidden when continue is provided")
    if not version:
        return forbidden(_MATCH, f"{_MATCH} is forbidden unless resourceVersion is provided")
    if match not in {EXACT, NOT_OLDER}:
        return not_supported(_MATCH, match, (EXACT, NOT_OLDER))
    if match == EXACT and version == "0":
        return forbidden(_MATCH, f'{_MATCH} "{EXACT}" is forbidden for resourceVersion "0"')
    return None


def _from_base64(text: str) -> bytes:
    if len(text) > _LONGEST_TOKEN:
        raise ValueError(text[:_LONGEST])
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _read(text: str, prefix: str) -> _Token:
    try:
        found = _decode(_from_base64(text))
    except (ValueError, binascii.Error, msgspec.DecodeError) as wrong:
        raise BadRequest("continue key is not valid: it is none that this server gave") from wrong
    if not 0 < found.revision <= _MOST or not found.key.startswith(prefix):
        raise BadRequest("continue key is not valid: it belongs to another list")
    return found
