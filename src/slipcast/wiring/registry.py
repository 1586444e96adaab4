"""The integrated registry, put together: where it answers, and what it is made of.

Source: image-streams.md section 5.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from socket import socket as Socket  # noqa: N812 -- the class
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from slipcast.adapters import listening
from slipcast.adapters.blobs import opened
from slipcast.adapters.identity.passes import SignedPasses
from slipcast.adapters.identity.signing import SigningKey
from slipcast.adapters.remoteregistry.registries import RemoteRegistries
from slipcast.controllers.lease import LEASE, Leadership, Terms
from slipcast.ports.api import Resource
from slipcast.ports.clock import Clock
from slipcast.ports.daemon import Registering, Serving
from slipcast.ports.identity import Authenticator
from slipcast.registry import sweeping
from slipcast.registry.app import PREFIXES, Registry
from slipcast.registry.own import AllRegistries
from slipcast.registry.parts import Parts
from slipcast.server.app import Asgi
from slipcast.server.telemetry import Telemetry
from slipcast.server.traffic import Traffic
from slipcast.store.store import SERVER, Store, Streaming
from slipcast.store.tending import tended
from slipcast.values.faults import FieldError, InvalidFault
from slipcast.wiring import importing
from slipcast.wiring.controlling import SHARED, identity
from slipcast.wiring.registries import namesakes
from slipcast.wiring.serving import Place, address_of, names_of, own_addresses

SWEEPING: Final = Resource(LEASE, "kube-system", "slipcast-registry-sweeping")
"""By which one of several servers over one store sweeps, and the others let it."""


class Addresses(msgspec.Struct, frozen=True, kw_only=True):
    """Where the registry is found.

    Shape:  each is `host:port`; own is how streams and builds know it, empty where there is no
            registry; public and plain empty where there is no such; server is that of all.
    """

    own: str = ""
    public: str = ""
    plain: str = ""
    server: str = ""

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names that the server's certificate has to have."""
        return tuple(_host(each) for each in (self.own, self.public) if each)

    @property
    def known(self) -> tuple[str, ...]:
        """Every address that clients may have logged in to."""
        said = tuple(filter(None, (self.own, self.public, self.plain, self.server)))
        others = (other for each in said for other in namesakes(each))
        return tuple(dict.fromkeys((*said, *others)))

    @property
    def variables(self) -> Mapping[str, str]:
        """The variables that tell builders of it, as settings that we have given them."""
        return {
            "SLIPCAST_REGISTRY_ADDRESS": self.own,
            "SLIPCAST_REGISTRY_PUBLIC_ADDRESS": self.public,
            "SLIPCAST_REGISTRY_PLAIN_LISTEN": self.plain,
            "SLIPCAST_REGISTRY_ADDRESSES": ",".join(self._others),
        }

    @property
    def _others(self) -> tuple[str, ...]:
        """Addresses with TLS that have no variable of their own."""
        said = {self.own, self.public, self.plain, *namesakes(self.plain)}
        return tuple(each for each in self.known if each not in said)

    def base(self, address: str, listening_on: str) -> Callable[[str], str]:
        """The URL of the registry as a client has reached it, by its Host header."""
        secure = own_addresses(address, (*names_of(listening_on), *self.hosts))
        plain = {self.plain, *namesakes(self.plain)} - {""}
        return lambda host: f"http://{host}" if host in plain else secure(host)


def bound(wanted: Registering) -> Socket | None:
    """The socket of the registry alone, without TLS; None where that is not wanted.

    Errors: InvalidFault; PortFault when the address is taken or not ours.
    """
    said = wanted.plain_listen
    if not wanted.enabled or not said:
        return None
    host, _, port = said.rpartition(":")
    host = host.strip("[]")
    if not (wanted.plain_anywhere or importing.is_loopback(host)):
        what = "must be a loopback address, unless registry.plain_anywhere is true"
        raise InvalidFault((FieldError(path="registry.plain_listen", what=what, value=said),))
    return listening.bind(host, int(port))


def addresses(wanted: Registering, address: str, plain: Socket | None) -> Addresses:
    """Where the registry of a server is found that answers at a URL."""
    if not wanted.enabled:
        return Addresses()
    return Addresses(
        own=wanted.address or urlsplit(address).netloc,
        public=wanted.public,
        plain=_named(plain) if plain is not None else "",
        server=urlsplit(address).netloc,
    )


class Hosted:
    """The registry of a server, from its addresses to its answers."""

    def __init__(
        self, wanted: Serving, address: str, clock: Clock, former: Sequence[str] = ()
    ) -> None:
        """Prepare to serve at the server's URL, and where it is wanted without TLS.

        Shape:  former are addresses that it has had.
        Errors: InvalidFault; PortFault when an address is taken or not ours.
        """
        self._wanted = wanted
        self._plain = bound(wanted.streams.registry)
        self._alone: listening.Server | None = None
        self._sweeping: Callable[[], Awaitable[None]] | None = None
        self._address = address
        self.addresses = addresses(wanted.streams.registry, address, self._plain)
        self._clock = clock
        self._others = (*former, *self.addresses.known, *wanted.identity.registries)
        self._trust = importing.trust(wanted.streams.importing, wanted.host, self._others)
        self._elsewhere = RemoteRegistries(clock, trust=self._trust)
        self._distribution = AllRegistries(self._elsewhere)

    @property
    def streaming(self) -> Streaming:
        """What the store is told."""
        return Streaming(
            address=self.addresses.own,
            public=self.addresses.public,
            distribution=self._distribution,
            origins=self._trust.origins,
            imported_at_once=self._wanted.streams.importing.at_once,
            scheduling=importing.scheduling(self._wanted.streams.importing),
            platform=importing.here(),
        )

    def mounts(
        self, store: Store, authenticator: Authenticator, place: Place, telemetry: Telemetry
    ) -> Mapping[str, Asgi]:
        """The paths that the registry answers; none where there is none.

        Shape:  telemetry exposes what is counted of their requests.

        Errors: HostFault.
        """
        if not self.addresses.own:
            return {}
        with place.usable():
            blobs, links = opened(
                self._wanted.streams.registry.directory or place.registry, self._clock
            )
        parts = Parts(
            apis=store,
            server=store.as_(SERVER),
            authenticator=authenticator,
            passes=SignedPasses(SigningKey.at(place.keys / "passes.key")),
            blobs=blobs,
            links=links,
            distribution=self._elsewhere,
            clock=self._clock,
            address=self.addresses.own,
            base=self.addresses.base(self._address, self._wanted.host),
            aliases=self.aliases,
        )
        self._distribution.include(parts)
        registry = Traffic(Registry(parts), telemetry.registry)
        self._sweeping = partial(sweeping.background, parts, self._turn(store, place))
        if self._plain is not None:
            self._alone = listening.Server(registry, None, drain=lambda: None)
        return dict.fromkeys(PREFIXES, registry)

    def _turn(self, store: Store, place: Place) -> Callable[[], Awaitable[bool]] | None:
        """Whether it is for this server to sweep, where others may have the same content.

        Errors: HostFault.
        """
        if not self._wanted.store.startswith(SHARED):
            return None
        terms = Terms(lasts=sweeping.EVERY * 0.9)
        api, who = store.as_(SERVER), identity(place)
        return Leadership(api, self._clock, who, terms, place=SWEEPING).take

    @property
    def aliases(self) -> frozenset[str]:
        """Other addresses that mean this registry, or have meant it: images still say so."""
        if not self.addresses.own:
            return frozenset()
        return frozenset(self._others) - {self.addresses.own}

    def background(self) -> Sequence[Coroutine[Any, Any, None]]:
        """The work beside requests of the server, each for ever, whatever happens to it."""
        works: list[Coroutine[Any, Any, None]] = []
        if self._sweeping is not None:
            works.append(tended("sweeping", self._sweeping, self._clock))
        if self._alone is not None and self._plain is not None:
            works.append(self._alone.serve(self._plain))
        return works

    def stop(self) -> None:
        """Take no more requests where there is no TLS."""
        if self._alone is not None:
            self._alone.stop()

    async def leave(self) -> None:
        """Let go of connections to registries elsewhere."""
        await self._elsewhere.close()

    def close(self) -> None:
        """Let go of what was bound."""
        if self._plain is not None:
            self._plain.close()


@asynccontextmanager
async def hosting(
    wanted: Serving, address: str, clock: Clock, place: Place
) -> AsyncGenerator[Hosted]:
    """The registry of a server, for as long as that serves.

    Errors: as Hosted; HostFault.
    """
    hosted = Hosted(wanted, address, clock, former(place))
    try:
        yield hosted
    finally:
        hosted.close()
        await hosted.leave()


def former(place: Place) -> list[str]:
    """The addresses that the registry of a server has had.

    Errors: HostFault.
    """
    with place.usable():
        return place.addresses.read_text("utf-8").split() if place.addresses.exists() else []


def remember(own: str, place: Place) -> None:
    """Note which address the registry has, for when it has another.

    Errors: HostFault.
    """
    known = former(place)
    if own and own not in known:
        with place.usable():
            place.addresses.write_text("\n".join((*known, own, "")), "utf-8")


def _named(bound: Socket) -> str:
    host, port = bound.getsockname()[:2]
    return urlsplit(address_of(host, port)).netloc


def _host(address: str) -> str:
    return address.rpartition(":")[0].strip("[]")
