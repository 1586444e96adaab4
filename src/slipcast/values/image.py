"""What an image says of itself: its run configuration, as OCI and docker both record it.

Source: OCI image specification, image configuration; docker image inspect.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

NOTHING: Mapping[str, str] = MappingProxyType({})


class ImageConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The run configuration of an image.

    Shape:  env keeps its order, one (name, value) per name; onbuild keeps its order.
            entrypoint and cmd are exec form; empty means not set.
    """

    env: tuple[tuple[str, str], ...] = ()
    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    user: str = ""
    workdir: str = ""
    labels: Mapping[str, str] = NOTHING
    exposed_ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    onbuild: tuple[str, ...] = ()
    stop_signal: str = ""

    def variable(self, name: str) -> str:
        """The value of an environment variable, empty when it is not set."""
        return dict(self.env).get(name, "")


class ImageFacts(msgspec.Struct, frozen=True, kw_only=True):
    """An image in an engine's storage.

    Shape:  id is the engine's own (hex, no algorithm); digest is the manifest's when the engine
            knows it, else empty; names are full references; layers are diffIDs, lowest first.
    Units:  size in bytes; created in seconds since the epoch.
    """

    id: str
    digest: str = ""
    names: tuple[str, ...] = ()
    config: ImageConfig = msgspec.field(default_factory=ImageConfig)
    layers: tuple[str, ...] = ()
    size: int = 0
    created: int = 0
    architecture: str = ""
