"""The server, put together: journal, store, identity, HTTP, and what runs beside them.

The one place where one can see the whole.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, aclosing
from functools import partial
from socket import gethostname
from socket import socket as Socket  # noqa: N812 -- the class
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from msgspec.structs import replace

from slipcast.adapters import allocation, certificates, listening
from slipcast.adapters.clock import SystemClock
from slipcast.adapters.connections import Limits
from slipcast.controllers.materials import Server
from slipcast.ports.daemon import Identification, Serving
from slipcast.ports.running import Running
from slipcast.server.app import Application
from slipcast.server.oauth import PREFIXES, OAuth
from slipcast.server.telemetry import Telemetry
from slipcast.store.store import SERVER, Setup, Store
from slipcast.values.faults import FieldError, InvalidFault, PortFault
from slipcast.wiring import agency as agencies
from slipcast.wiring import controlling, recipes
from slipcast.wiring.doors import Doors
from slipcast.wiring.peering import Peering
from slipcast.wiring.registry import Hosted, hosting, remember
from slipcast.wiring.serving import (
    Place,
    address_of,
    names_of,
    own_addresses,
    write_kubeconfig,
)

if TYPE_CHECKING:
    from slipcast.ports.journal import Journal

PATIENCE: Final = 2.0
"""Seconds the store may take to answer before we say that we are not ready."""


async def serve(wanted: Serving, place: Place, started: Callable[[Running], None]) -> None:
    """Serve until a signal comes.

    Errors: as `ports.daemon.Daemon.serve`.
    """
    allocation.settle()
    place.prepare()
    async with AsyncExitStack() as stack:
        stack.enter_context(place.held())
        socket = stack.enter_context(listening.bind(wanted.host, wanted.port))
        port: int = socket.getsockname()[1]
        address = address_of(wanted.host, port)
        clock, telemetry = SystemClock(), Telemetry()
        hosted = await stack.enter_async_context(hosting(wanted, address, clock, place))
        names = (*names_of(wanted.host), *hosted.addresses.hosts)
        # First, since nothing is put beside a journal that is not ours.
        journal = await opened(wanted.store, place)
        stack.push_async_callback(journal.close)
        remember(hosted.addresses.own, place)
        with place.usable():
            pki = certificates.prepare(place.keys, names)
        authority = pki.authority.read_bytes()
        doors = Doors(place.keys / "sa.key", authority, _known_as(wanted, hosted))
        stack.push_async_callback(doors.close)
        agency = agencies.opened(wanted.building, place, clock, hosted.addresses, telemetry.figures)
        peering = await stack.enter_async_context(aclosing(Peering(wanted, place)))
        setup = Setup(
            guarded=True,
            issuer=doors.issuer,
            authenticate=doors.known,
            running=peering.running(agency.running),
            streaming=replace(hosted.streaming, aliases=hosted.aliases),
            shared=recipes.offered() if wanted.streams.offered else (),
        )
        store = Store(journal, clock, setup)
        await store.prepare()
        chain = doors.opened(store, clock)
        # Builds run on this machine, wherever else the server is reached from.
        pods_server = Server(
            host=urlsplit(address).hostname or wanted.host,
            port=port,
            authority=authority,
        )
        oauth = OAuth(
            chain,
            store.as_(SERVER),
            clock,
            own_addresses(address, names),
            passwords=doors.has_passwords,
            provider=doors.provider,
        )
        application = Application(
            store,
            chain,
            telemetry=telemetry,
            deliveries=store.webhooks,
            mounts={
                **dict.fromkeys(PREFIXES, oauth.app),
                **hosted.mounts(store, chain, place, telemetry),
                **peering.opened(store, clock, _reached(wanted.host, port), authority),
            },
        )
        application.readiness = partial(why_not_ready, journal)
        tls = listening.Tls(
            certificate=pki.server.certificate, key=pki.server.key, clients=pki.authority
        )
        server = listening.Server(
            application,
            tls,
            drain=partial(_drain, application, store),
            limits=Limits(notice=wanted.notice),
        )
        _heed_signals(server, hosted)
        running = _running(wanted, place, address)
        write_kubeconfig(running.kubeconfig, running.address, pki)
        works = (
            *store.background(),
            *doors.background(),
            *hosted.background(),
            *controlling.background(store, clock, wanted, place, telemetry.figures),
            *peering.background(clock),
            *agency.background(store, clock, pods_server, peering.node, peering.is_there),
        )

        def ready() -> None:
            place.announce(running)
            started(running)
            allocation.freeze()

        await _run(server, socket, works, ready)


def _drain(application: Application, store: Store) -> None:
    """Have clients, and other servers, go elsewhere."""
    application.drain()
    store.held.cut()


def _running(wanted: Serving, place: Place, address: str) -> Running:
    """This server, as others are told of it."""
    return Running(
        pid=os.getpid(),
        address=address,
        kubeconfig=wanted.kubeconfig or place.kubeconfig,
        state=place.directory,
        ready=True,
    )


async def _run(
    server: listening.Server,
    socket: Socket,
    works: Sequence[Coroutine[Any, Any, None]],
    ready: Callable[[], None],
) -> None:
    """Serve, with the works beside, until the server stops."""
    async with asyncio.TaskGroup() as tasks:
        beside = [tasks.create_task(work) for work in works]
        ready()
        await server.serve(socket)
        for task in beside:
            task.cancel()


def _reached(host: str, port: int) -> str:
    """The URL of this server for servers on other machines."""
    everywhere = host in {"0.0.0.0", "::"}  # noqa: S104 -- compared, not bound
    return address_of(gethostname() if everywhere else host, port)


def _known_as(wanted: Serving, hosted: Hosted) -> Identification:
    """Who is let in, with credentials for every address of our own registry."""
    registries = dict.fromkeys((*hosted.addresses.known, *wanted.identity.registries))
    return replace(wanted.identity, registries=tuple(registries))


def _heed_signals(server: listening.Server, hosted: Hosted) -> None:
    def stop() -> None:
        server.stop()
        hosted.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)


async def why_not_ready(journal: Journal) -> str:
    """Why requests cannot be answered now; empty when they can. Anybody may ask."""
    try:
        async with asyncio.timeout(PATIENCE):
            await journal.head()
    except (TimeoutError, PortFault):
        return "the store does not answer"
    return ""


async def opened(store: str, place: Place) -> Journal:
    """The journal that a setting names.

    Errors: InvalidFault; the journal's own.
    """
    if store == "sqlite":
        from slipcast.adapters.journal.sqlite import SqliteJournal  # noqa: PLC0415 -- by choice

        return await SqliteJournal.open(place.journal)
    if store == "memory":
        from slipcast.adapters.journal.memory import MemoryJournal  # noqa: PLC0415 -- by choice

        return MemoryJournal()
    if store.startswith(("postgresql://", "postgres://")):
        from slipcast.adapters.journal.postgres import (  # noqa: PLC0415 -- by choice
            PostgresJournal,
        )

        return await PostgresJournal.open(store)
    what = "write sqlite, memory, or postgresql://USER@HOST/DATABASE"
    # Before an @, and behind a question mark, may be a password.
    shown = store.partition("?")[0].rpartition("@")[2]
    raise InvalidFault((FieldError(path="--store", what=what, value=shown),))
