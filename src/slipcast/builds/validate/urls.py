"""Which texts pass for an address of source or of a proxy.

Permissive: what passes here may still be no repository. The rules are those of the generic URL
parser that clients were told about, and the short form of ssh passes too.

Source: build-api.md BA-529, BA-531; RFC 3986; net/url of Go.
"""

from __future__ import annotations

import re

from slipcast.values.faults import InvalidFault
from slipcast.values.giturl import Transport, parse_git_url

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?P<rest>.*)", re.DOTALL)
_NOT_IN_HOSTS = re.compile(r"[ \\^`{|}%]")
_PORT = re.compile(r"(?::[0-9]*)?")


def is_source(text: str) -> bool:
    """Whether a text passes for the address of a Git repository (BA-529)."""
    return is_url(text) or _is_short_ssh(text)


def is_proxy(text: str) -> bool:
    """Whether a text passes for the address of a proxy, with its scheme or without (BA-531)."""
    return is_url(text) or ("://" not in text and is_url(f"http://{text}"))


def is_url(text: str) -> bool:
    """Whether a text is a URL, absolute or relative."""
    bare, _, fragment = text.partition("#")
    if _CONTROL.search(text) or bare.startswith(":") or _BAD_ESCAPE.search(fragment):
        return False
    scheme = _SCHEME.fullmatch(bare)
    rest = (scheme["rest"] if scheme else bare).partition("?")[0]
    if not rest.startswith("/"):
        return bool(scheme) or ":" not in rest.partition("/")[0]
    if not rest.startswith("//") or (not scheme and rest.startswith("///")):
        return not _BAD_ESCAPE.search(rest)
    authority, _, path = rest.removeprefix("//").partition("/")
    return _is_authority(authority) and not _BAD_ESCAPE.search(path)


def _is_authority(text: str) -> bool:
    user, _, host = text.rpartition("@")
    if _BAD_ESCAPE.search(user):
        return False
    if host.startswith("["):
        _, closed, port = host.rpartition("]")
        return bool(closed) and bool(_PORT.fullmatch(port))
    return not _NOT_IN_HOSTS.search(host)


def _is_short_ssh(text: str) -> bool:
    try:
        found = parse_git_url(text)
    except InvalidFault:
        return False
    return found is not None and found.transport is Transport.SCP
