"""Podman for the pods of builds, and what of this host a builder in a container is shown.

The builder works on the images that the host has, since it sees their storage; it has a state of
its own, as what it finds out about its host is not true of ours.

Source: containers/builder.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from slipcast.adapters.engine.buildah.program import Program
from slipcast.adapters.engine.host import look
from slipcast.adapters.pods.podman import OwnRegistry, Podman
from slipcast.wiring.settings import Settings, in_force

STORAGE: Final = Path("/var/lib/containers")
"""Where images are without a setting."""

_MACHINE: Final = Path("/etc/machine-id")


def podman(
    environment: Mapping[str, str], authority: Path, sockets: tuple[str, ...] = ()
) -> Podman:
    """Podman as the settings have it.

    Shape:  authority is the file of what vouches for the integrated registry.
    Errors: InvalidFault; HostFault when the state cannot be written.
    """
    settings = in_force(environment)
    program = Program(settings.state, settings.storage_root, settings.run_root, look())
    state, storage = state_in_pods(settings.state), settings.storage_root or STORAGE
    for directory in (state, storage):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Whose a working container is, is told by machine and process.
    files = (_MACHINE, settings.ca_bundle, settings.registry_ca_file)
    return Podman(
        words=("podman", *program.storage_flags),
        env={name: value for name, value in program.env.items() if value is not None},
        builder_env=_variables(settings, state),
        shared=(state, storage, *(file for file in files if file is not None and file.is_file())),
        sockets=sockets,
        own=OwnRegistry(
            addresses=(
                settings.registry_address,
                settings.registry_public_address,
                *settings.registry_addresses,
            ),
            plain=settings.registry_plain_listen,
            authority=authority,
        ),
    )


def state_in_pods(state: Path) -> Path:
    """Where builders in containers keep what they need between calls."""
    return state / "in-pods"


def _variables(settings: Settings, state: Path) -> dict[str, str]:
    """What a builder heeds of the settings; where it keeps what a restart may lose is its own."""
    given = {
        "SLIPCAST_STATE": state,
        "SLIPCAST_ENGINE": "buildah",
        "SLIPCAST_STORAGE_ROOT": settings.storage_root,
        "SLIPCAST_CA_BUNDLE": settings.ca_bundle,
        "SLIPCAST_REGISTRY_CA_FILE": settings.registry_ca_file,
        "SLIPCAST_INSECURE_REGISTRIES": ",".join(settings.insecure_registries),
        "SLIPCAST_REGISTRY_ADDRESS": settings.registry_address,
        "SLIPCAST_REGISTRY_PUBLIC_ADDRESS": settings.registry_public_address,
        "SLIPCAST_REGISTRY_ADDRESSES": ",".join(settings.registry_addresses),
        "SLIPCAST_REGISTRY_PLAIN_LISTEN": settings.registry_plain_listen,
        "SLIPCAST_BUILD_ENV": shlex.join(f"{name}={value}" for name, value in settings.build_env),
        "SLIPCAST_COMPRESSION": settings.compression,
        "SLIPCAST_LAYER_CACHE": settings.layer_cache,
    }
    return {name: str(value) for name, value in given.items() if value not in (None, "")}
