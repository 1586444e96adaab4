"""The Distribution port: registries elsewhere, read from. Asynchronous.

Adapter: `adapters.remoteregistry`; `registry.own` reads what is here. Imports look images up
through it, and pulls that go through our registry fetch what it does not have.

Source: OCI distribution specification 1.1, pull; token authentication of registries.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from enum import StrEnum
from typing import Final, Protocol

import msgspec

from slipcast.values.actor import Actor
from slipcast.values.digest import Digest
from slipcast.values.faults import PortFault
from slipcast.values.imageref import ImageRef
from slipcast.values.sensitive import Sensitive

UNKNOWN: Final = "ImageUnknown"
UNAUTHORIZED: Final = "Unauthorized"
HTTP_ONLY: Final = "HttpOnly"
TLS: Final = "TLS"
NOT_V2: Final = "NotV2Registry"
UNREACHABLE: Final = "Unreachable"
LIMITED: Final = "TooManyRequests"
FORBIDDEN: Final = "Forbidden"
"""Reasons of a DistributionFault."""
VIA: Final = "1.1 slipcast"
"""What every request has as its Via: our own registry is told by it that it is asked by us, hands
out only what it has, and asks nobody else on our behalf, itself least of all."""


class Reaches(StrEnum):
    """At which addresses other registries may be."""

    ANYWHERE = "anywhere"
    NETWORK = "network"
    """On the Internet and in private networks, but neither on this machine nor on its link."""
    INTERNET = "internet"


class DistributionFault(PortFault):
    """A registry could not be read from; its reason is one of the above.

    Shape:  message names the host and what was asked for, never credentials. anonymous, of
            UNAUTHORIZED, when there was no login to try it with; tried, the names of the Secrets
            whose logins were.
    """

    default_reason = UNREACHABLE
    anonymous = False
    tried: tuple[str, ...] = ()


class Login(msgspec.Struct, frozen=True, kw_only=True):
    """Credentials for a registry, or for a path in it.

    Shape:  place is `host[:port][/path]`, as a docker configuration has it, where `*.example.com`
            means hosts; all that fit are tried, that for the longest path first. secret is the
            name of the Secret it is from.
    """

    place: str
    user: str
    password: Sensitive
    secret: str = ""


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """How registries are reached: with which credentials; whether TLS may be wrong or missing.

    Shape:  actor is who asks: it is told to no registry elsewhere, and counts alone at our own.
            None when the server asks on its own behalf: then logins count there, too.
    """

    logins: tuple[Login, ...] = ()
    insecure: bool = False
    actor: Actor | None = None


class RemoteManifest(msgspec.Struct, frozen=True, kw_only=True):
    """A manifest as it was served; its digest is that of the body."""

    digest: Digest
    media_type: str
    body: bytes


class Distribution(Protocol):
    """Registries elsewhere. An ImageRef without a registry is of the usual one, docker.io."""

    async def manifest(self, image: ImageRef, way: Way) -> RemoteManifest:
        """The manifest of a tag or digest, as it is kept: an index stays one.

        Errors: DistributionFault.
        """
        ...

    async def blob(self, image: ImageRef, digest: Digest, way: Way) -> AsyncGenerator[bytes, None]:
        """A blob, piece by piece; whether it is what the digest names is for the reader to check.

        Errors: DistributionFault, before the first piece and later.
        """
        ...

    async def tags(self, image: ImageRef, way: Way) -> tuple[str, ...]:
        """All tags of a repository, through all pages.

        Errors: DistributionFault.
        """
        ...
