"""Signatures of webhooks: whether a delivery comes from somebody who knows a secret.

A header that is sent must be right; who sends none has only the secret in the address to show. All
secrets are tried, whichever fits.

Source: the documentation of GitHub, Gogs, GitLab and Bitbucket on securing webhooks;
user-pain.md UP-16.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import Final

from slipcast.builds.delivery import Posted, Secrets
from slipcast.values.sensitive import Sensitive

ALGORITHMS: Final = {"sha256": hashlib.sha256, "sha1": hashlib.sha1}
"""THE TABLE of algorithms, by what stands before a signature."""


def one_of(given: str, secrets: Secrets) -> int:
    """Which of the secrets a text is, -1 for none; all are looked at for as long.

    Shape:  an empty secret is nobody's.
    """
    told = _digest(given)
    found = -1
    for index, secret in reversed(tuple(enumerate(secrets))):
        same = hmac.compare_digest(told, _digest(secret.reveal()))
        found = index if same and secret else found
    return found


def hub(*headers: str) -> Callable[[Posted, Secrets], bool]:
    """The rule of signatures such as `sha256=HEX` of the body, each of the headers on its own."""
    return lambda posted, secrets: all(
        _is_signed(posted, posted.header(name), secrets) for name in headers if posted.header(name)
    )


def bare(header: str) -> Callable[[Posted, Secrets], bool]:
    """The rule of a signature by SHA-256 that has nothing before it."""
    return lambda posted, secrets: (
        not posted.header(header) or _is_signed(posted, f"sha256={posted.header(header)}", secrets)
    )


def token(header: str) -> Callable[[Posted, Secrets], bool]:
    """The rule of a header that is the secret itself."""
    return lambda posted, secrets: (
        not posted.header(header) or one_of(posted.header(header), secrets) >= 0
    )


def unsigned(_posted: Posted, _secrets: Secrets) -> bool:
    """The rule of those who sign nothing."""
    return True


def _is_signed(posted: Posted, signature: str, secrets: Secrets) -> bool:
    name, _, told = signature.partition("=")
    algorithm = ALGORITHMS.get(name.strip().lower())
    if algorithm is None:
        return False
    made = [
        Sensitive(hmac.new(each.reveal().encode(), posted.body, algorithm).hexdigest())
        for each in secrets
        if each
    ]
    return one_of(told.strip().lower(), made) >= 0


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
