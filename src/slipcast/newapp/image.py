"""What new-app wants to know of an image: its labels, variables, ports, volumes and user.

Source: detection.md RS-36; generated-objects.md GO-100 to GO-104, HO-1 to HO-4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from slipcast.api.image import Image
from slipcast.values.image import ImageFacts as HostImage

SCRIPTS_LABEL: Final = "io.openshift.s2i.scripts-url"
_SCRIPTS_VARIABLES: Final = ("STI_LOCATION=", "STI_SCRIPTS_URL=", "STI_BUILDER=")
_ROOT: Final = frozenset({"", "root", "0"})


class ImageFacts(msgspec.Struct, frozen=True, kw_only=True):
    """An image, as far as it matters for what is made of it.

    Shape:  id is the image's digest; ports as the image says them (`8080/tcp`); volumes sorted.
            is_known is False for an image of which only the name is known.
    """

    id: str = ""
    created: str = ""
    labels: Mapping[str, str] = {}
    env: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    user: str = ""
    is_known: bool = True

    @property
    def has_scripts(self) -> bool:
        """Whether the image says that it builds source (RS-36)."""
        return SCRIPTS_LABEL in self.labels or any(
            each.startswith(_SCRIPTS_VARIABLES) for each in self.env
        )

    @property
    def runs_as_root(self) -> bool:
        """Whether a container of the image runs as root unless told otherwise (HO-15)."""
        return self.is_known and self.user.partition(":")[0] in _ROOT


UNKNOWN: Final = ImageFacts(is_known=False)
"""An image of which only the name is known."""


def image_facts(image: Image) -> ImageFacts:
    """The facts of an Image; what it does not say in a form we know is not there."""
    metadata = _map(image.docker_image_metadata)
    config = _map(metadata.get("Config")) or _map(metadata.get("ContainerConfig"))
    labels = _map(config.get("Labels"))
    return ImageFacts(
        id=image.metadata.name,
        created=_text(metadata.get("Created")),
        labels={name: value for name, value in labels.items() if isinstance(value, str)},
        env=tuple(_texts(config.get("Env"))),
        ports=tuple(sorted(_map(config.get("ExposedPorts")))),
        volumes=tuple(sorted(_map(config.get("Volumes")))),
        user=_text(config.get("User")),
    )


def host_facts(image: HostImage) -> ImageFacts:
    """The facts of an image in the storage of this machine."""
    config = image.config
    return ImageFacts(
        id=f"sha256:{image.id}",
        labels=config.labels,
        env=tuple(f"{name}={value}" for name, value in config.env),
        ports=tuple(sorted(config.exposed_ports)),
        volumes=tuple(sorted(config.volumes)),
        user=config.user,
    )


def _map(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
