"""Where a registry may lead us: the addresses behind a name, looked up once and then held to.

Who may name a registry may make this server connect to it, and to where it redirects. Where that
must not reach into this machine, or the network that it stands in, only other addresses are
connected to: those that were looked at, so that a name cannot mean another one a moment later.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import Final

from slipcast.ports.distribution import FORBIDDEN, UNREACHABLE, DistributionFault, Reaches

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_PRIVATE: Final = tuple(
    ipaddress.ip_network(each)
    for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
"""Networks of an organization. Others that are private are of one machine or one link."""
_METADATA: Final = ipaddress.ip_network("fd00:ec2::/32")
"""Where clouds tell machines their secrets, within the private networks."""


async def allowed_address(host: str, port: int, reach: Reaches) -> str:
    """An address of a host that may be connected to.

    Errors: DistributionFault, FORBIDDEN when it has none or also has another, UNREACHABLE when it
            is not known.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as unknown:
        raise DistributionFault(
            f"the host {host} is not known: {unknown}", reason=UNREACHABLE, retryable=True
        ) from unknown
    addresses = [str(each[4][0]) for each in found]
    if not addresses or not all(is_allowed(each, reach) for each in addresses):
        where = "in a private network or" if reach is Reaches.INTERNET else "this machine, or"
        raise DistributionFault(
            f"policy forbids images from {host}: it is {where} at an address for special use",
            reason=FORBIDDEN,
            hint="Ask who runs the server to name it in registries.allowed, or to change"
            " registries.reach.",
        )
    return addresses[0]


def is_allowed(text: str, reach: Reaches) -> bool:
    """Whether an address may be connected to, however it is written."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if reach is Reaches.NETWORK and isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    return is_global(str(address)) or (reach is Reaches.NETWORK and _is_private(address))


def is_global(text: str) -> bool:
    """Whether an address is one host's on the Internet, however it is written."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None and not is_global(str(inner)):
            return False
        if address.teredo is not None:
            return False
        if address.ipv4_mapped is not None:
            return True
    return address.is_global and not address.is_multicast


def _is_private(address: Address) -> bool:
    return address not in _METADATA and any(address in network for network in _PRIVATE)
