"""A server that does nothing but echo over TLS: what connections cost whoever holds them.

It shows an event loop, TLS with certificates of clients as the API server has it, and nothing of
ours: the peer of `api.py` for the memory of idle connections.

    python bench/echo.py PKI    # a directory with server.crt, server.key, ca.crt; prints its port
"""

from __future__ import annotations

import asyncio
import ssl
import sys
from pathlib import Path

import uvloop
from typing_extensions import override


class Echo(asyncio.Protocol):
    """Sends what it is sent."""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to."""
        self.transport = transport

    @override
    def data_received(self, data: bytes) -> None:
        """Send it back."""
        self.transport.write(data)  # type: ignore[attr-defined]


async def serve(keys: Path) -> None:
    """Echo until killed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_verify_locations(str(keys / "ca.crt"))
    context.load_cert_chain(str(keys / "server.crt"), str(keys / "server.key"))
    context.num_tickets = 0
    context.verify_mode = ssl.CERT_OPTIONAL
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Echo, "127.0.0.1", 0, ssl=context, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(Path(sys.argv[1])))
