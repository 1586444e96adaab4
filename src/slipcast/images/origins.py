"""Which registries images may come from, where whoever runs the server says so.

Asked when a tag names an image elsewhere, and whenever a registry is asked for one. Where images
are run is another matter.

Source: OpenShift's allowedRegistriesForImport; user-pain.md UP-22.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

_USUAL: Final = ("443", "80")
_WILD: Final = {"*": ".*", "?": "."}


class Origins(msgspec.Struct, frozen=True, kw_only=True):
    """The registries that images may come from.

    Shape:  each is `host` or `host:port`, where `*` and `?` stand for characters of the host, and
            the port `*` for any; a host without a port means the usual ones. Without any, all are.
            own are the addresses of the server's own registry, which always is.
    """

    allowed: tuple[str, ...] = ()
    own: tuple[str, ...] = ()

    def allow(self, host: str) -> bool:
        """Whether images may come from a registry, which is `host` or `host:port`."""
        if not self.allowed or host.lower() in self.own:
            return True
        name, port = _parts(host.lower())
        for each in self.allowed:
            pattern, its_port = _parts(each.lower())
            ports = (its_port,) if its_port else ("", *_USUAL)
            if (its_port == "*" or port in ports) and _fits(name, pattern):
                return True
        return False

    def name(self, host: str) -> bool:
        """Whether a registry is among those that are named one by one, without `*` and `?`."""
        plain = tuple(each for each in self.allowed if not _WILD.keys() & {*each})
        return bool(plain) and Origins(allowed=plain).allow(host)

    def refusal(self, host: str) -> str:
        """Why images may not come from a registry."""
        return (
            f"policy forbids images from {host}: they may come from {', '.join(self.allowed)} only"
        )


ALL: Final = Origins()
"""Whatever registry it is."""


def _fits(name: str, pattern: str) -> bool:
    return bool(re.fullmatch("".join(_WILD.get(each, re.escape(each)) for each in pattern), name))


def _parts(place: str) -> tuple[str, str]:
    """The host and the port, which may be empty."""
    host, colon, port = place.rpartition(":")
    return (host, port) if colon and not port.endswith("]") else (place, "")
