"""Container engines as settings and flags have them, for the command line and for the server.

Everything is imported when an engine is made: who asks only which one it is pays for none.
"""

# ruff: noqa: PLC0415 -- imports where they are needed are this module's business

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from slipcast.values.enginechoice import USUAL, EngineChoice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slipcast.adapters.dockersocket import DockerSocket
    from slipcast.adapters.engine.host import HostSettings
    from slipcast.cli.toolbox import EngineFlags
    from slipcast.ports.engine import Engine
    from slipcast.wiring.settings import Settings


def kind_of(flags: EngineFlags, settings: Settings, environment: Mapping[str, str]) -> str:
    """Which engine: asked for, else docker where an endpoint is given, else what is there."""
    asked = flags.engine or ("docker" if flags.url else settings.engine)
    if asked:
        return asked
    if settings.docker_url or environment.get("DOCKER_HOST"):
        return "docker"
    from slipcast.adapters import argv

    return "buildah" if sys.platform == "linux" and argv.find("buildah") else "docker"


def buildah(settings: Settings, host: HostSettings, choice: EngineChoice = USUAL) -> Engine:
    """Buildah on the storage of the settings."""
    from slipcast.adapters.engine.buildah import BuildahEngine

    return BuildahEngine(
        settings.state,
        storage_root=settings.storage_root,
        run_root=settings.run_root,
        host=host,
        codec=settings.compression,
        layer_cache=settings.layer_cache,
        choice=choice,
    )


def docker(socket: DockerSocket, host: HostSettings) -> Engine:
    """What answers on a socket."""
    from slipcast.adapters.engine.docker import DockerEngine

    return DockerEngine(socket, ulimits=host.ulimits)


def socket_of(
    flags: EngineFlags, settings: Settings, environment: Mapping[str, str]
) -> DockerSocket:
    """The socket of an engine that speaks the Docker API."""
    from slipcast.adapters.dockersocket import DockerSocket, endpoint

    return DockerSocket(
        endpoint(
            environment,
            url=flags.url or settings.docker_url,
            cert=flags.cert,
            key=flags.key,
            ca=flags.ca,
            tls=bool(flags.tls),
            tls_verify=bool(flags.tls_verify),
        )
    )


def made(flags: EngineFlags, settings: Settings, environment: Mapping[str, str]) -> Engine:
    """The engine that they choose; nothing is swept up, and nobody is told that we are here."""
    from slipcast.adapters.engine.host import look

    host = look()
    if kind_of(flags, settings, environment) == "docker":
        return docker(socket_of(flags, settings, environment), host)
    return buildah(settings, host)
