"""Which of the secrets at hand a repository is fetched with, when its BuildConfig names none.

Secrets say in annotations which addresses they are for, by patterns such as
`https://*.example.com/team/*`. The longest pattern that fits counts.

Source: build-lifecycle.md BL-22 to BL-24, BA-509.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import unquote, urlsplit

import msgspec

from slipcast.api.core import Secret
from slipcast.values.faults import InvalidFault
from slipcast.values.giturl import Transport, parse_git_url

ANNOTATION: Final = "build.openshift.io/source-secret-match-uri-"
"""What the names of annotations with patterns begin with."""

SCHEMES: Final = frozenset({"git", "http", "https", "ssh"})
_PATTERN: Final = re.compile(r"(\*|git|http|https|ssh)://(\*|(?:\*\.)?[^/*]+)(/.*)", re.DOTALL)
_BASIC: Final = "kubernetes.io/basic-auth"
_SSH: Final = "kubernetes.io/ssh-auth"


class _Address(msgspec.Struct, frozen=True):
    """A repository as patterns see it; the host with its port."""

    scheme: str
    host: str
    path: str


def source_secret(uri: str, secrets: Iterable[Secret]) -> str:
    """The name of the secret that an address is for; empty where there is none (BL-22)."""
    address = _address(uri)
    if address is None:
        return ""
    unfit = _BASIC if address.scheme == "ssh" else _SSH
    found = [
        (len(pattern), secret.metadata.name)
        for secret in secrets
        if secret.type != unfit
        for pattern in _patterns(secret)
        if _fits(address, pattern)
    ]
    # Of patterns of the same length, the first secret's.
    return max(found, key=lambda each: each[0], default=(0, ""))[1]


def _patterns(secret: Secret) -> Iterator[str]:
    annotations = secret.metadata.annotations
    return (annotations[each] for each in annotations if each.startswith(ANNOTATION))


def _address(uri: str) -> _Address | None:
    """What an address says; None for one that no pattern can fit."""
    try:
        short = parse_git_url(uri)
        if short is not None and short.transport is Transport.SCP:
            return _Address("ssh", short.host, "/" + short.path.lstrip("/"))
        parts = urlsplit(uri)
    except (InvalidFault, ValueError):
        return None
    if parts.scheme not in SCHEMES:
        return None
    return _Address(parts.scheme, parts.netloc.rpartition("@")[2], unquote(parts.path))


def _fits(address: _Address, pattern: str) -> bool:
    """Whether an address is one of those a pattern means, to the last letter (BL-23)."""
    parts = _PATTERN.fullmatch(pattern)
    if parts is None:
        return False
    scheme, host, path = parts.groups()
    return (
        scheme in {"*", address.scheme} and _has_host(address, host) and _globs(address.path, path)
    )


def _has_host(address: _Address, host: str) -> bool:
    if host == "*":
        return True
    if host.startswith("*."):
        return address.host == host[2:] or address.host.endswith(host[1:])
    return address.host == host


def _globs(text: str, pattern: str) -> bool:
    """Whether a text is a pattern's, where `*` stands for anything.

    Looks at each part once: a pattern of many stars costs no more than one.
    """
    first, *rest = pattern.split("*")
    if not rest:
        return text == pattern
    *middle, last = rest
    if not text.startswith(first) or len(text) < len(first) + len(last):
        return False
    if not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True
