"""Registries that are read from: a fake one, and real ones, however they are guarded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import containers
from slipcast.adapters.distribution import Registry
from slipcast.adapters.remoteregistry.registries import RemoteRegistries
from slipcast.ports.distribution import Distribution, Login, Way
from slipcast.ports.engine import Credential, RegistryAccess
from slipcast.testing.registries import FakeRegistries
from slipcast.values.imageref import ImageRef
from slipcast.values.sensitive import Sensitive

PASSWORD = "correct horse"


class Shelf(Protocol):
    """Puts things into a registry."""

    def put(self, name: str, body: bytes, media_type: str) -> object: ...

    def put_blob(self, name: str, content: bytes) -> object: ...


@dataclass(frozen=True, kw_only=True)
class Place:
    """A registry, who reads from it, and how.

    way is the right way, anonymous the same without a login, None where everybody may read.
    """

    distribution: Distribution
    host: str
    shelf: Shelf
    way: Way
    anonymous: Way | None

    def ref(self, rest: str) -> ImageRef:
        """An image in the registry."""
        return ImageRef.parse(f"{self.host}/{rest}")


class Pushed:
    """Puts things into a real registry, by pushing them."""

    def __init__(self, access: RegistryAccess) -> None:
        self._access = access

    def put(self, name: str, body: bytes, media_type: str) -> None:
        ref = ImageRef.parse(name)
        registry = Registry(ref, self._access)
        registry.put_manifest(body, media_type, ref.tag)
        registry.close()

    def put_blob(self, name: str, content: bytes) -> None:
        registry = Registry(ImageRef.parse(name), self._access)
        registry.put(content)
        registry.close()


GUARDS: Mapping[str, Mapping[str, Any]] = {
    "plain": {},
    "tls": {"tls": True},
    "password": {"password": PASSWORD, "tls": True},
    "password-plain": {"password": PASSWORD},
    "tokens": {"password": PASSWORD, "tls": True, "tokens": True},
}


def a_fake() -> Place:
    host = "registry.example.com"
    fake = FakeRegistries(passwords={host: ("tester", PASSWORD)})
    return Place(
        distribution=fake, host=host, shelf=fake, way=_way(host, PASSWORD), anonymous=Way()
    )


def a_real(started: containers.Registry, reader: RemoteRegistries) -> Place:
    insecure = started.ca_file is None
    credential = Credential(username="tester", password=Sensitive(started.password))
    access = RegistryAccess(
        credential=credential if started.password else None,
        ca_file=started.ca_file,
        insecure=insecure,
    )
    return Place(
        distribution=reader,
        host=started.host,
        shelf=Pushed(access),
        way=_way(started.host, started.password, insecure=insecure),
        anonymous=Way(insecure=insecure) if started.password else None,
    )


def _way(host: str, password: str, *, insecure: bool = False) -> Way:
    login = Login(place=host, user="tester", password=Sensitive(password))
    return Way(logins=(login,) if password else (), insecure=insecure)
