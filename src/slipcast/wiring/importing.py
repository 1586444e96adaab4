"""How images of registries elsewhere are imported, from the settings and from this machine."""

from __future__ import annotations

import platform
from datetime import timedelta
from typing import Final

from slipcast.images.imports import AMD64
from slipcast.images.manifests import Platform
from slipcast.images.scheduling import Scheduling
from slipcast.ports.daemon import Importing

_ARCHITECTURES: Final = {
    "x86_64": Platform(os="linux", architecture="amd64"),
    "amd64": Platform(os="linux", architecture="amd64"),
    "aarch64": Platform(os="linux", architecture="arm64"),
    "arm64": Platform(os="linux", architecture="arm64"),
    "armv7l": Platform(os="linux", architecture="arm", variant="v7"),
    "ppc64le": Platform(os="linux", architecture="ppc64le"),
    "s390x": Platform(os="linux", architecture="s390x"),
    "riscv64": Platform(os="linux", architecture="riscv64"),
}
"""What images call the machines that they run on."""


def scheduling(wanted: Importing) -> Scheduling:
    """How often scheduled tags are looked up."""
    return Scheduling(
        enabled=wanted.scheduled,
        interval=timedelta(seconds=wanted.interval),
        per_minute=wanted.per_minute,
    )


def here() -> Platform:
    """What this machine runs, of images for several platforms."""
    return _ARCHITECTURES.get(platform.machine().lower(), AMD64)
