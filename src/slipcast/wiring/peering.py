"""One of several servers over a database: who the others are, and what they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from slipcast.adapters.peerlogs import HttpPeerLogs, Peer
from slipcast.controllers.servers import Address, Servers
from slipcast.ports.clock import Clock
from slipcast.ports.daemon import Serving
from slipcast.server.app import Asgi
from slipcast.server.peerdoor import PeerDoor
from slipcast.store.store import SERVER, Running, Store
from slipcast.store.tending import tended
from slipcast.values.faults import HostFault
from slipcast.values.peerwire import PREFIX
from slipcast.values.sensitive import Sensitive
from slipcast.wiring.agency import node_of
from slipcast.wiring.controlling import SHARED, identity
from slipcast.wiring.serving import Place


class Peering:
    """This server among others; alone, where its store is nobody else's."""

    def __init__(self, wanted: Serving, place: Place) -> None:
        """Be one of them, if there can be several.

        Errors: HostFault.
        """
        self.node = node_of(identity(place))
        self._is_shared = wanted.store.startswith(SHARED)
        self._servers: Servers | None = None
        self._logs = HttpPeerLogs(self._known, self._word)

    def running(self, running: Running) -> Running:
        """What runs builds here, and whom to ask for what runs elsewhere."""
        if not self._is_shared:
            return running
        return replace(running, peers=self._logs, node=self.node)

    def opened(
        self, store: Store, clock: Clock, address: str, authority: bytes
    ) -> Mapping[str, Asgi]:
        """Know the others; what they ask, and where."""
        if not self._is_shared:
            return {}
        own = Address(name=self.node, address=address, authority=authority.decode())
        self._servers = Servers(store.as_(SERVER), clock, own)
        return {PREFIX: PeerDoor(store.held, self._word).app}

    @property
    def is_there(self) -> Callable[[str], bool] | None:
        """Tells whether another node may be there; None where there can be none."""
        return None if self._servers is None else self._servers.is_there

    def background(self, clock: Clock) -> Sequence[Coroutine[Any, Any, None]]:
        """The work beside requests, for ever, whatever happens to it."""
        return () if self._servers is None else (tended("servers", self._servers.run, clock),)

    async def aclose(self) -> None:
        """Let go of connections."""
        await self._logs.close()

    async def _known(self) -> tuple[Peer, ...]:
        found = () if self._servers is None else await self._servers.present()
        return tuple(
            Peer(name=each.name, address=each.address, authority=each.authority) for each in found
        )

    async def _word(self) -> Sensitive:
        if self._servers is None:
            raise HostFault("this server has no others beside it")
        return await self._servers.word()
