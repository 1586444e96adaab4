"""Podman for the pods of builds, and what of this host a builder in a container is shown.

The builder works on the images that the host has, since it sees their storage; it has a state of
its own, as what it finds out about its host is not true of ours.

Source: containers/builder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from slipcast.adapters.engine.buildah.program import Program
from slipcast.adapters.engine.host import look
from slipcast.adapters.pods.podman import Podman
from slipcast.wiring.settings import CONFIG, Settings, file_of
from slipcast.wiring.toolbox import RealToolbox

STORAGE: Final = Path("/var/lib/containers")
"""Where images are without a setting."""

_MACHINE: Final = Path("/etc/machine-id")
_OWN: Final = frozenset({"SLIPCAST_ROOT", "SLIPCAST_RUN_ROOT", "SLIPCAST_STATE_DIR"})
"""Variables that mean something of the host's alone."""


def podman(environment: Mapping[str, str], sockets: tuple[str, ...] = ()) -> Podman:
    """Podman as the settings have it.

    Errors: InvalidFault; HostFault when the state cannot be written.
    """
    settings = RealToolbox(environment).settings
    program = Program(settings.state, settings.storage_root, settings.run_root, look())
    state = settings.state / "in-pods"
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    config, _ = file_of(environment, Path(environment.get("HOME") or "/"), Path.cwd())
    (settings.storage_root or STORAGE).mkdir(mode=0o700, parents=True, exist_ok=True)
    return Podman(
        words=("podman", *program.storage_flags),
        env={name: value for name, value in program.env.items() if value is not None},
        builder_env=_variables(environment, settings, state, config),
        shared=tuple(_shared(settings, state, config)),
        sockets=sockets,
    )


def _variables(
    environment: Mapping[str, str], settings: Settings, state: Path, config: Path
) -> dict[str, str]:
    found = {
        name: value
        for name, value in environment.items()
        if name.startswith("SLIPCAST_") and name not in _OWN
    }
    found |= {"SLIPCAST_STATE": str(state), "SLIPCAST_ENGINE": "buildah"}
    if config.is_file():
        found[CONFIG] = str(config)
    if settings.storage_root is not None:
        found["SLIPCAST_STORAGE_ROOT"] = str(settings.storage_root)
    if settings.ca_bundle is not None:
        found["SLIPCAST_CA_BUNDLE"] = str(settings.ca_bundle)
    return found


def _shared(settings: Settings, state: Path, config: Path) -> Iterator[Path]:
    yield state
    yield settings.storage_root or STORAGE
    # Whose a working container is, is told by machine and process.
    files = (_MACHINE, config, settings.ca_bundle, settings.registry_ca_file)
    yield from dict.fromkeys(file for file in files if file is not None and file.is_file())
