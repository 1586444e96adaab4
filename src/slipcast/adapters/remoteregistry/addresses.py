"""Where a registry may lead us: the addresses behind a name, looked up once and then held to.

Who may name a registry may make this server connect to it, and to where it redirects. Where that
must not reach into the network that the server stands in, only global addresses are connected to:
those that were looked at, so that a name cannot mean another one a moment later.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket

from slipcast.ports.distribution import FORBIDDEN, UNREACHABLE, DistributionFault


async def global_address(host: str, port: int) -> str:
    """An address of a host that is on the Internet.

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
    if not addresses or not all(map(is_global, addresses)):
        raise DistributionFault(
            f"{host} is in a private network, which images may not be imported from",
            reason=FORBIDDEN,
            hint="Ask who runs the server to allow registries at private addresses.",
        )
    return addresses[0]


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
