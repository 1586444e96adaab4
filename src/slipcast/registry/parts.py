"""What the registry is made of, and what a request to it is."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from slipcast.ports.api import Api, Apis
from slipcast.ports.blobs import Blobs, Links
from slipcast.ports.clock import Clock
from slipcast.ports.distribution import Distribution
from slipcast.ports.identity import Authenticator
from slipcast.ports.passes import Passes
from slipcast.registry.names import Repository
from slipcast.registry.opened import Opened
from slipcast.registry.seats import Seats
from slipcast.values.actor import Actor
from slipcast.values.digest import Digest

AT_ONCE: Final = 64
"""How much is fetched from elsewhere at once."""
REQUESTS: Final = (2000, 1000)
"""Requests that are answered at once, of all and of one who asks; blobs that are sent are some."""
BODIES: Final = (256, 128)
"""Bodies that come at once, likewise: two megabytes of an upload are in memory, or a manifest."""


@dataclass(slots=True)
class Fetching:
    """What is being fetched from elsewhere: how much more may be, and which blobs are kept."""

    seats: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    kept: set[Digest] = field(default_factory=set)


class Pieces(msgspec.Struct, frozen=True):
    """What a manifest refers to: configuration and layers, and other manifests.

    Shape:  owned are those of its content that whoever put it had to have.
    """

    content: frozenset[Digest] = frozenset()
    owned: frozenset[Digest] = frozenset()
    manifests: tuple[Digest, ...] = ()


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """A manifest as it is handed out."""

    digest: Digest
    media_type: str
    body: bytes


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """The registry's surroundings.

    Shape:  server is the Api with the registry's own rights; address is the registry's own
            `host:port`, under which streams know it, aliases are others that mean it, or have
            meant it; base gives the URL of this server as a client has reached it, by its Host
            header; asking and receiving are the requests and the uploads of the moment,
            opened the uploads that are not over;
            manifests are some that were looked at last, and pieces what such refer to: neither
            ever changes.
    """

    apis: Apis
    server: Api
    authenticator: Authenticator
    passes: Passes
    blobs: Blobs
    links: Links
    distribution: Distribution
    clock: Clock
    address: str
    base: Callable[[str], str]
    aliases: frozenset[str] = frozenset()
    asking: Seats = msgspec.field(default_factory=lambda: Seats(*REQUESTS))
    receiving: Seats = msgspec.field(default_factory=lambda: Seats(*BODIES))
    opened: Opened = msgspec.field(default_factory=Opened)
    fetching: Fetching = msgspec.field(default_factory=Fetching)
    manifests: OrderedDict[Digest, Manifest] = msgspec.field(default_factory=OrderedDict)
    pieces: OrderedDict[Digest, Pieces] = msgspec.field(default_factory=OrderedDict)


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A request: who asks what of which repository.

    Shape:  reference is what the path ends with: a tag, a digest, an upload's id; repository is
            empty where a path names none.
    """

    request: Request
    actor: Actor
    repository: Repository = Repository("", "")
    reference: str = ""


Handler = Callable[[Parts, Call], Awaitable[Response]]
Scope = Any
