"""What the registry is made of, and what a request to it is."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
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
from slipcast.registry.faults import TOOMANYREQUESTS, RegistryFault
from slipcast.registry.names import Repository
from slipcast.values.actor import Actor
from slipcast.values.digest import Digest

AT_ONCE: Final = 64
"""How much is fetched from elsewhere at once."""
MOST_RECEIVED: Final = 256
"""Bodies of uploads that come at once; two megabytes of each are in memory, at most."""
MOST_RECEIVED_EACH: Final = 128
"""Those of one who sends."""


@dataclass(slots=True)
class Receiving:
    """How many bodies of uploads come at the moment: of all, and of each who sends."""

    by: Counter[str] = field(default_factory=Counter)
    count: int = 0

    @contextmanager
    def seat(self, user: str) -> Iterator[None]:
        """While one comes.

        Errors: RegistryFault TOOMANYREQUESTS.
        """
        if self.count >= MOST_RECEIVED or self.by[user] >= MOST_RECEIVED_EACH:
            raise RegistryFault(
                TOOMANYREQUESTS, "too much is sent at once", headers={"retry-after": "1"}
            )
        self.count += 1
        self.by[user] += 1
        try:
            yield
        finally:
            self.count -= 1
            self.by[user] -= 1
            if not self.by[user]:
                del self.by[user]


@dataclass(slots=True)
class Fetching:
    """What is being fetched from elsewhere: how much more may be, and which blobs are kept."""

    seats: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    kept: set[Digest] = field(default_factory=set)


class Pieces(msgspec.Struct, frozen=True):
    """What a manifest refers to: configuration and layers, and other manifests."""

    content: frozenset[Digest] = frozenset()
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
            header; manifests are some that were looked at last, and pieces what such refer to:
            neither ever changes.
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
    receiving: Receiving = msgspec.field(default_factory=Receiving)
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
