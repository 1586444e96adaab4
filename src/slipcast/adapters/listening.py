"""Listening: the HTTP server under our applications.

uvicorn does the work; how it treats a connection is in `connections`.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec
import uvicorn
import uvloop

from slipcast.adapters import securing
from slipcast.adapters.connections import Limits, protocol
from slipcast.values.faults import PortFault

BACKLOG: Final = 2048
KEEP_ALIVE: Final = 75
"""Seconds an idle connection is kept; longer than most proxies keep theirs."""
FAREWELL: Final = 0.5
"""Seconds a client has to answer that its connection is closed, when the server stops."""
GRACE: Final = 20
"""Seconds that requests have to end when the server stops."""

_NO_ADDRESS: Final = "This machine has no such address; --listen names another."
_HINTS: Final = {
    errno.EADDRINUSE: "Another server may be running there; --listen names another address.",
    errno.EACCES: "Ports below 1024 are the administrator's; --listen names another address.",
}


class Tls(msgspec.Struct, frozen=True, kw_only=True):
    """The server's certificate, and the authority of its clients."""

    certificate: Path
    key: Path
    clients: Path


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any that is free.

    Errors: PortFault when the address is taken or not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as fault:
        listening.close()
        raise PortFault(
            f"cannot listen on {host}:{port}: {fault.strerror}",
            reason="AddressInUse",
            hint=_HINTS.get(fault.errno or 0, _NO_ADDRESS),
        ) from fault
    listening.listen(BACKLOG)
    return listening


class Server:
    """One application behind one socket."""

    def __init__(
        self,
        app: Any,
        tls: Tls | None,
        *,
        drain: Callable[[], None],
        limits: Limits | None = None,
    ) -> None:
        """Serve an ASGI application; drain is called when stopping begins."""
        self._drain = drain
        self._stopping = False
        self._limits = limits or Limits()
        config = uvicorn.Config(
            app,
            http=protocol(self._limits),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=GRACE,
        )
        config.load()
        if tls is not None:
            config.ssl = _context(tls)
        self._server = uvicorn.Server(config)
        # Signals are the daemon's.
        self._server.capture_signals = _no_signals  # type: ignore[method-assign]

    async def serve(self, listening: socket.socket) -> None:
        """Answer requests until told to stop; return when the last one is answered."""
        self.prepare()
        await self._server.serve(sockets=[listening])

    def prepare(self) -> None:
        """Have connections secured in a way that they can be lent, where the event loop can."""
        config = self._server.config
        if config.ssl is not None and securing.is_able():
            make: Any = securing.securing(config.http_protocol_class, config.ssl)
            config.http_protocol_class, config.ssl = make, None

    def stop(self) -> None:
        """Take no more requests, and end."""
        if not self._stopping:
            self._stopping = True
            self._drain()
            asyncio.get_running_loop().call_later(self._limits.notice, self._end)

    def _end(self) -> None:
        self._server.should_exit = True
        self._let_go(frozenset())

    def _let_go(self, closing: frozenset[Any]) -> None:
        """Drop connections that we have closed and whose clients do not answer."""
        held = self._server.server_state.connections
        now = frozenset(each for each in held if each.transport.is_closing())
        for each in now & closing:
            each.transport.abort()
        asyncio.get_running_loop().call_later(FAREWELL, self._let_go, now)


class _NoSignals:
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


def _no_signals() -> Any:
    return _NoSignals()


def _context(tls: Tls) -> ssl.SSLContext:
    context = securing.server_context()
    context.load_verify_locations(str(tls.clients))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # Clients know what is cheap for them: most that pull images ask for AES-128 first.
    context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
    context.load_cert_chain(str(tls.certificate), str(tls.key))
    # Clients keep their connections; what would let them resume one is remembered with each.
    context.num_tickets = 0
    # A certificate is one way of many to say who asks.
    context.verify_mode = ssl.CERT_OPTIONAL
    return context


def run(main: Callable[[], Any]) -> None:
    """Run a coroutine on the server's event loop."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
