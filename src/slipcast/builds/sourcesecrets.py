"""Which of the secrets at hand a repository is fetched with, when its BuildConfig names none.

Secrets say in annotations which addresses they are for, by patterns such as
`https://*.example.com/team/*`. The longest pattern that fits counts.

Source: build-lifecycle.md BL-22 to BL-24, BA-509.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import unquote, urlsplit

import msgspec

from slipcast.api.core import Secret
from slipcast.values.faults import InvalidFault
from slipcast.values.giturl import Transport, parse_git_url

BASIC: Final = "kubernetes.io/basic-auth"
SSH: Final = "kubernetes.io/ssh-auth"

ANNOTATION: Final = "build.openshift.io/source-secret-match-uri-"
"""What the names of annotations with patterns begin with."""

HANDLED: Final = frozenset(
    {"ssh-privatekey", "ca.crt", ".gitconfig", "username", "password", "token"}
)
"""The keys by which a secret has something to give to git."""
KEYS: Final = (*sorted(HANDLED), "known_hosts")
"""Those of them, and what goes along with them."""

SCHEMES: Final = frozenset({"git", "http", "https", "ssh"})
_PATTERN: Final = re.compile(r"(\*|git|http|https|ssh)://(\*|(?:\*\.)?[^/*]+)(/.*)", re.DOTALL)
_SETTINGS, _KEY = ".gitconfig", "ssh-privatekey"
_FOR_WEB: Final = frozenset({"username", "password", "token", "ca.crt", _SETTINGS})
_FOR_SSH: Final = frozenset({_KEY, _SETTINGS})
_OPENSSH: Final = b"-----BEGIN OPENSSH PRIVATE KEY-----"
_MAGIC: Final = b"openssh-key-v1\x00\x00\x00\x00\x04none"
"""How a key of OpenSSH begins that no passphrase protects."""


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
    unfit = BASIC if address.scheme == "ssh" else SSH
    found = [
        (len(pattern), secret.metadata.name)
        for secret in secrets
        if secret.type != unfit
        for pattern in _patterns(secret)
        if _fits(address, pattern)
    ]
    # Of patterns of the same length, the first secret's.
    return max(found, key=lambda each: each[0], default=(0, ""))[1]


def why_unfit(uri: str, secret: Secret) -> str:
    """Why an address cannot be fetched with a secret; empty when it may be (UP-4)."""
    address = _address(uri)
    keys = secret.data.keys()
    if not HANDLED & keys:
        return f"holds none of what git can use ({', '.join(sorted(HANDLED))})"
    if address is None:
        return ""
    if address.scheme == "ssh":
        if not _FOR_SSH & keys:
            return "holds no ssh-privatekey, and the source is fetched over ssh"
        return _why_no_key(secret.data[_KEY]) if _KEY in keys else ""
    if address.scheme in {"http", "https"} and not _FOR_WEB & keys:
        return f"holds no username and password, and the source is fetched over {address.scheme}"
    return ""


def _why_no_key(key: bytes) -> str:
    """Why ssh cannot use a key by itself; empty when it may."""
    text = key.strip()
    if not text.startswith(b"-----BEGIN "):
        return "holds as ssh-privatekey what is no private key (is it the public one?)"
    is_locked = b"ENCRYPTED" in text
    if text.startswith(_OPENSSH):
        try:
            is_locked = not binascii.a2b_base64(
                b"".join(text.split(b"-----")[2].split())
            ).startswith(_MAGIC)
        except ValueError:
            return "holds a ssh-privatekey that is cut off, or was changed"
    return "holds a key with a passphrase, for which nobody could be asked" if is_locked else ""


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
