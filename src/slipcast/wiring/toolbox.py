"""What the command line is given on a real machine: settings, adapters, the builder.

Everything is imported and made when it is first asked for, so that a command pays for what it uses.
"""

# ruff: noqa: PLC0415 -- imports where they are needed are this module's business

from __future__ import annotations

import os
import sys
from contextlib import AbstractAsyncContextManager, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from slipcast.values.enginechoice import USUAL, EngineChoice
from slipcast.wiring import engines

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from slipcast.adapters.dockersocket import DockerSocket
    from slipcast.adapters.engine.host import HostSettings
    from slipcast.builds.s2i.request import Platform, S2IRequest
    from slipcast.cli.toolbox import Changes, Connection, EngineFlags, ServerFlags
    from slipcast.ports.builders import Builders
    from slipcast.ports.contexts import Contexts
    from slipcast.ports.daemon import Daemon
    from slipcast.ports.downloads import Downloads
    from slipcast.ports.engine import Engine, RegistryAccess
    from slipcast.ports.entrance import Entrance
    from slipcast.ports.examples import Examples
    from slipcast.ports.git import Git
    from slipcast.ports.host import Host
    from slipcast.ports.launcher import Launcher
    from slipcast.ports.packing import Packer
    from slipcast.ports.programs import Programs
    from slipcast.ports.progress import Progress
    from slipcast.ports.s2i import S2I, Surveyed
    from slipcast.ports.webhooks import Webhooks
    from slipcast.source.catalogue import Catalogue
    from slipcast.wiring.connecting import Places
    from slipcast.wiring.registries import Registries
    from slipcast.wiring.settings import Settings


class RealToolbox:
    """Implements cli.toolbox.Toolbox."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._environment = environment

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables of the process."""
        return self._environment

    @cached_property
    def programs(self) -> Programs:
        """Programs that the user has."""
        from slipcast.adapters.programs import TerminalPrograms

        return TerminalPrograms(self._environment)

    @cached_property
    def directory(self) -> Path:
        """Where the command was called."""
        return Path.cwd()

    @property
    def colour(self) -> bool:
        """Whether standard error is a terminal that wants colour (no-color.org)."""
        plain = self._environment.get("NO_COLOR") or self._environment.get("TERM") == "dumb"
        return sys.stderr.isatty() and not plain

    @cached_property
    def settings(self) -> Settings:
        """The settings in force.

        Errors: InvalidFault.
        """
        from slipcast.wiring.settings import in_force

        return in_force(self._environment)

    @property
    def platform(self) -> Platform:
        """What every build is given."""
        return self.settings.platform

    @cached_property
    def host(self) -> Host:
        """The machine."""
        from slipcast.adapters.engine.doctor import Doctor

        return Doctor(self.settings.storage_root)

    @cached_property
    def git(self) -> Git:
        """The git program."""
        from slipcast.adapters.git import GitProgram

        return GitProgram()

    @cached_property
    def daemon(self) -> Daemon:
        """The API server."""
        from slipcast.wiring.background import Server

        settings = self.settings
        return Server(
            settings.state / "server",
            settings.identification,
            settings.building,
            settings.streams,
            settings.server_notice,
        )

    @cached_property
    def downloads(self) -> Downloads:
        """Files behind a URL."""
        from slipcast.adapters.downloads import Http

        return Http()

    @cached_property
    def examples(self) -> Examples:
        """Applications that come with slipcast."""
        from slipcast.adapters.examples import ExampleTrees
        from slipcast.wiring import recipes

        return ExampleTrees(recipes.examples(), self.settings.state / "demo")

    @cached_property
    def packer(self) -> Packer:
        """Packs directories."""
        from slipcast.wiring.packing import TarPacker

        return TarPacker()

    @property
    def webhooks(self) -> Webhooks:
        """Webhooks of whatever server."""
        from slipcast.client.webhooks import HttpWebhooks

        return HttpWebhooks(environment=self._environment)

    def connect(self, flags: ServerFlags) -> AbstractAsyncContextManager[Connection]:
        """The server that the flags or the kubeconfig name."""
        from slipcast.wiring import connecting

        files = connecting.kubeconfig(flags, self._places)
        return connecting.connected(flags, files, self._environment)

    def contexts(self, flags: ServerFlags) -> Contexts:
        """The kubeconfig that the flags choose."""
        from slipcast.wiring import connecting

        return connecting.kubeconfig(flags, self._places)

    @property
    def entrance(self) -> Entrance:
        """The login of a server."""
        from slipcast.client.entrance import HttpEntrance

        return HttpEntrance(self._environment)

    @property
    def _places(self) -> Places:
        from slipcast.wiring.connecting import Places

        home = Path(self._environment.get("HOME") or "/")
        served = self._environment.get("SLIPCAST_STATE_DIR")
        return Places(
            named=self._environment.get("KUBECONFIG", ""),
            server=Path(served) if served else self.settings.state / "server",
            usual=home / ".kube/config",
        )

    def tools(self, flags: EngineFlags, choice: EngineChoice = USUAL) -> RealTools:
        """What works on the engine that the flags choose."""
        return RealTools(self.settings, flags, self._environment, self.git, choice)

    @contextmanager
    def watch(self, root: Path) -> Generator[Changes]:
        """Changes below a directory."""
        from slipcast.adapters.watch import watching

        with watching(root) as changes:
            yield changes

    def record_bug(self, trace: str) -> tuple[str, Path | None]:
        """Keep a stack trace in the state directory."""
        from slipcast.values.faults import Fault
        from slipcast.wiring import bugs

        try:
            state = self.settings.state
        except Fault:
            state = Path(os.devnull)
        return bugs.record(state, trace)


class RealTools:
    """Implements cli.toolbox.Tools for one engine."""

    def __init__(
        self,
        settings: Settings,
        flags: EngineFlags,
        environment: Mapping[str, str],
        git: Git,
        choice: EngineChoice = USUAL,
    ) -> None:
        self._choice = choice
        self._settings = settings
        self._flags = flags
        self._environment = environment
        self._git = git

    @cached_property
    def kind(self) -> str:
        """Which engine: asked for, else docker where an endpoint is given, else what is there."""
        return engines.kind_of(self._flags, self._settings, self._environment)

    @cached_property
    def engine(self) -> Engine:
        """The engine itself; what a killed process left behind is swept up first."""
        self._tidy()
        return self._bare

    @cached_property
    def _bare(self) -> Engine:
        if self.kind == "docker":
            return engines.docker(self._socket, self._host)
        return engines.buildah(self._settings, self._host, self._choice)

    def _tidy(self) -> None:
        """Say that this process is here, and sweep up after those that were killed."""
        from slipcast.builder import workspace
        from slipcast.wiring import presence

        if presence.announce(self._settings.state / "processes"):
            self._bare.sweep()
            workspace.sweep(self._settings.state)

    @cached_property
    def s2i(self) -> S2I:
        """Source to image on it."""
        from slipcast.adapters.downloads import Http
        from slipcast.builder.s2i import SourceToImage

        return SourceToImage(
            engine=self.engine,
            git=self._git,
            downloads=Http(),
            credentials=self.access,
            state=self._settings.state,
        )

    @contextmanager
    def survey(self, request: S2IRequest, progress: Progress) -> Generator[Surveyed]:
        """A source, fetched to be looked at; an engine is not needed for it."""
        from slipcast.builder.surveying import survey

        self._tidy()
        with survey(request, self._git, self._settings.state, progress) as surveyed:
            yield surveyed

    @cached_property
    def catalogue(self) -> Catalogue:
        """The builder images on offer."""
        from slipcast.wiring import recipes

        return recipes.catalogue()

    @cached_property
    def builders(self) -> Builders:
        """The catalogue against the engine's storage."""
        from slipcast.adapters.rootfs import Mmdebstrap
        from slipcast.builder.images import BuilderImages
        from slipcast.wiring import recipes

        return BuilderImages(
            engine=self.engine,
            rootfs=Mmdebstrap(),
            catalogue=self.catalogue,
            recipes=recipes.directory(),
            state=self._settings.state,
            credentials=self.access,
            platform=self._settings.platform,
            public=self._settings.builders == "public",
            suite=self._settings.debian_suite,
            package=recipes.put_package,
        )

    @cached_property
    def launcher(self) -> Launcher:
        """Starts containers from its images."""
        if self.kind == "docker":
            from slipcast.adapters.launcher.docker import DockerLauncher

            return DockerLauncher(self._socket, ulimits=self._host.ulimits)
        from slipcast.adapters.engine.buildah.program import Program
        from slipcast.adapters.launcher.podman import PodmanLauncher

        settings = self._settings
        program = Program(settings.state, settings.storage_root, settings.run_root, self._host)
        env = {name: value for name, value in program.env.items() if value is not None}
        directory = settings.state / "podman"
        return PodmanLauncher(directory, ("podman", *program.storage_flags), env)

    def access(self, image: str) -> RegistryAccess:
        """How the registry of an image is reached."""
        return self._registries.access(image)

    @cached_property
    def _registries(self) -> Registries:
        from slipcast.adapters.credentials import Credentials, usual_files
        from slipcast.wiring.registries import Registries

        home = Path(self._environment.get("HOME") or "/")
        named = self._flags.credentials
        return Registries(
            credentials=Credentials(
                [named] if named is not None else usual_files(self._environment, home)
            ),
            insecure=self._settings.insecure_registries,
            ca_file=self._settings.registry_ca_file,
        )

    @cached_property
    def _socket(self) -> DockerSocket:
        return engines.socket_of(self._flags, self._settings, self._environment)

    @cached_property
    def _host(self) -> HostSettings:
        from slipcast.adapters.engine.host import look

        return look()
