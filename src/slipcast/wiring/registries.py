"""How registries are reached: whose credentials, which trust.

Source: s2i reference, credentials (S2I-141 to 143).
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

import msgspec

from slipcast.ports.engine import ANONYMOUS, Credential, RegistryAccess
from slipcast.values.faults import InvalidFault
from slipcast.values.imageref import ImageRef

if TYPE_CHECKING:
    from pathlib import Path

    from slipcast.adapters.credentials import Credentials


class Own(msgspec.Struct, frozen=True, kw_only=True):
    """The registry of the server that a build is of.

    Shape:  addresses are `host:port`; those in plain have no TLS; authority vouches for the others.
            credential is who we are where nothing else is said.
    """

    addresses: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    authority: Path | None = None
    credential: Credential | None = None

    @property
    def near(self) -> str:
        """Where it answers without TLS on this machine, empty for nowhere."""
        return next((each for each in self.plain if _is_loopback(each)), "")


def namesakes(address: str) -> tuple[str, ...]:
    """Other names of a loopback address, under which clients on this machine say it, too."""
    if not address or not _is_loopback(address):
        return ()
    host, _, port = address.rpartition(":")
    return tuple(f"{other}:{port}" for other in ("localhost", "127.0.0.1") if other != host)


class Registries(msgspec.Struct, frozen=True, kw_only=True):
    """Answers how the registry of an image is reached."""

    credentials: Credentials
    insecure: tuple[str, ...] = ()
    ca_file: Path | None = None
    own: Own = Own()

    def access(self, image: str) -> RegistryAccess:
        """How the registry of an image is reached; an OCI layout needs nothing."""
        try:
            host = "" if image.startswith("oci:") else ImageRef.parse(image).registry_host
        except InvalidFault:
            host = ""
        if not host:
            return ANONYMOUS
        is_own = host in (*self.own.addresses, *self.own.plain)
        known = self.credentials.all_of(image)
        if is_own and self.own.credential is not None and not known:
            known = (self.own.credential,)
        return RegistryAccess(
            credential=next(iter(known), None),
            others=known[1:],
            ca_file=self.own.authority if is_own else self.ca_file,
            insecure=host in (*self.insecure, *self.own.plain),
            hint=self.credentials.hint(image),
            via=self.own.near if host in self.own.addresses else "",
            guarded=is_own,
        )


def _is_loopback(address: str) -> bool:
    host = address.rpartition(":")[0].strip("[]")
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
