"""How images of registries elsewhere are imported, from the settings and from this machine."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from datetime import timedelta
from ipaddress import ip_address
from typing import Final
from urllib.request import getproxies

from slipcast.adapters.remoteregistry.reaching import Trust
from slipcast.images.imports import AMD64
from slipcast.images.manifests import Platform
from slipcast.images.origins import Origins
from slipcast.images.scheduling import Scheduling
from slipcast.ports.daemon import Importing
from slipcast.ports.distribution import Reaches

_PROXIES: Final = frozenset({"http", "https", "all"})
"""What of the environment names a proxy; NO_PROXY alone does not."""
_ARCHITECTURES: Final = {
    "x86_64": Platform(os="linux", architecture="amd64"),
    "amd64": Platform(os="linux", architecture="amd64"),
    "aarch64": Platform(os="linux", architecture="arm64"),
    "arm64": Platform(os="linux", architecture="arm64"),
    "armv7l": Platform(os="linux", architecture="arm", variant="v7"),
    "ppc64le": Platform(os="linux", architecture="ppc64le"),
    "s390x": Platform(os="linux", architecture="s390x"),
    "riscv64": Platform(os="linux", architecture="riscv64"),
}
"""What images call the machines that they run on."""


def scheduling(wanted: Importing) -> Scheduling:
    """How often scheduled tags are looked up."""
    return Scheduling(
        enabled=wanted.scheduled,
        interval=timedelta(seconds=wanted.interval),
        per_minute=wanted.per_minute,
    )


def trust(wanted: Importing, listening_on: str, own: Iterable[str]) -> Trust:
    """Whom the server speaks to that listens on a host, where own are its own registry's addresses.

    Shape:  who is on this machine reaches whatever the server reaches; others do not. A proxy looks
            names up itself, and forbids what it will; unless a setting says which addresses.
    """
    usual = Reaches.ANYWHERE if is_loopback(listening_on) else Reaches.NETWORK
    return Trust(
        ca_file=wanted.ca_file,
        origins=Origins(allowed=wanted.allowed, own=tuple(own)),
        reach=wanted.reach or usual,
        known=frozenset(own),
        proxied=not wanted.reach and not _PROXIES.isdisjoint(getproxies()),
    )


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, seen by nobody else."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def here() -> Platform:
    """What this machine runs, of images for several platforms."""
    return _ARCHITECTURES.get(platform.machine().lower(), AMD64)
