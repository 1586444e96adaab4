"""Ports that images expose, as containers and services name them.

Source: generated-objects.md GO-100 to GO-102; detection.md DT-15; user-pain UP-20.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from slipcast.values import patterns

_ENTRY: Final = patterns.lazy(r"(?P<first>[0-9]{1,5})(?:-[0-9]{1,5})?(?:/(?P<protocol>[a-z]+))?")
_PROTOCOLS: Final = frozenset({"tcp", "udp"})
_HIGHEST: Final = 65535


class Port(msgspec.Struct, frozen=True, order=True):
    """A port: its number, and TCP or UDP."""

    number: int
    protocol: str = "TCP"

    @property
    def name(self) -> str:
        """The name a service gives it."""
        return f"{self.number}-{self.protocol.lower()}"


class Ports(msgspec.Struct, frozen=True, kw_only=True):
    """Ports in the order in which they are said, each once, and what is said and is none."""

    ports: tuple[Port, ...] = ()
    wrong: tuple[str, ...] = ()


def ports_of(entries: Iterable[str]) -> Ports:
    """The ports that entries name: `8080`, `8080/udp`, several in one, of a range the lowest."""
    found: dict[Port, None] = {}
    wrong: list[str] = []
    for word in (word for entry in entries for word in entry.split()):
        match = _ENTRY.fullmatch(word.lower())
        protocol = (match["protocol"] or "tcp") if match else ""
        number = int(match["first"]) if match else 0
        if protocol in _PROTOCOLS and 0 < number <= _HIGHEST:
            found[Port(number, protocol.upper())] = None
        else:
            wrong.append(word)
    return Ports(ports=tuple(found), wrong=tuple(wrong))
