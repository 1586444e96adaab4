"""Toolbox: what a command is given.

Ports only; which adapter stands behind one is wiring's business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

# Every command imports this module, and pays for what it needs elsewhere only.
if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractAsyncContextManager, AbstractContextManager
    from pathlib import Path

    from slipcast.api.kubeconfig import Access
    from slipcast.builds.s2i.request import Platform, S2IRequest
    from slipcast.ports.api import Api
    from slipcast.ports.builders import Builders
    from slipcast.ports.clock import Clock
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


class EngineFlags(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line says about the engine and its registries.

    Shape:  engine is `buildah`, `docker` or empty for the settings' choice. None and empty mean not
            given.
    """

    engine: str = ""
    url: str = ""
    cert: Path | None = None
    key: Path | None = None
    ca: Path | None = None
    tls: bool | None = None
    tls_verify: bool | None = None
    credentials: Path | None = None


class ServerFlags(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line says about the server and who speaks to it.

    Shape:  empty and None mean not given: then the kubeconfig says it.
    Units:  timeout in seconds, 0 for none.
    """

    kubeconfig: Path | None = None
    context: str = ""
    namespace: str = ""
    server: str = ""
    token: str = ""
    authority: Path | None = None
    insecure: bool = False
    impersonate: str = ""
    groups: tuple[str, ...] = ()
    timeout: float = 0


class Connection(Protocol):
    """A server that is spoken to, as somebody, in a namespace."""

    @property
    def api(self) -> Api:
        """The verbs."""
        ...

    @property
    def namespace(self) -> str:
        """The namespace in force: the flag's, else the context's, else `default`."""
        ...

    @property
    def access(self) -> Access:
        """The way in: server, context, user, credentials."""
        ...

    @property
    def clock(self) -> Clock:
        """What ages are counted to."""
        ...

    async def raw(self, path: str, body: bytes = b"") -> bytes:
        """What the server answers to a GET of any path; to a POST where something is sent.

        Errors: ApiFault.
        """
        ...


class Tools(Protocol):
    """Everything that one engine serves; each is made when it is first asked for."""

    @property
    def engine(self) -> Engine:
        """The engine itself."""
        ...

    @property
    def s2i(self) -> S2I:
        """Source to image on it."""
        ...

    def survey(self, request: S2IRequest, progress: Progress) -> AbstractContextManager[Surveyed]:
        """A source, fetched to be looked at; an engine is not needed for it.

        Errors: those of fetching it.
        """
        ...

    @property
    def catalogue(self) -> Catalogue:
        """The builder images on offer, whether they are here or not."""
        ...

    @property
    def builders(self) -> Builders:
        """The catalogue of builder images against its storage."""
        ...

    @property
    def launcher(self) -> Launcher:
        """Starts containers from its images."""
        ...

    def access(self, image: str) -> RegistryAccess:
        """How the registry of an image is reached."""
        ...


class Changes(Protocol):
    """What happens in a directory; nothing is lost between two calls."""

    def wait(self) -> tuple[str, ...]:
        """Block until something changed since the last call; the relative paths, sorted."""
        ...


class Toolbox(Protocol):
    """What wiring hands to the command line."""

    @property
    def directory(self) -> Path:
        """Where the command was called; relative paths count from here."""
        ...

    @property
    def colour(self) -> bool:
        """Whether standard error is a terminal that wants colour."""
        ...

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that the command was called with."""
        ...

    @property
    def programs(self) -> Programs:
        """The user's own programs: editors, and what shows differences."""
        ...

    @property
    def platform(self) -> Platform:
        """What every build is given."""
        ...

    @property
    def host(self) -> Host:
        """The machine."""
        ...

    @property
    def git(self) -> Git:
        """The git program."""
        ...

    @property
    def daemon(self) -> Daemon:
        """The API server, as a program."""
        ...

    @property
    def downloads(self) -> Downloads:
        """Files behind a URL."""
        ...

    @property
    def examples(self) -> Examples:
        """Applications that come with slipcast."""
        ...

    @property
    def packer(self) -> Packer:
        """Packs directories that are sent to be built."""
        ...

    @property
    def webhooks(self) -> Webhooks:
        """Webhooks, of whatever server."""
        ...

    def connect(self, flags: ServerFlags) -> AbstractAsyncContextManager[Connection]:
        """The server that the flags, or else the kubeconfig, name; closed when left.

        Errors: PortFault when no server is named, InvalidFault for a kubeconfig that is none.
        """
        ...

    def contexts(self, flags: ServerFlags) -> Contexts:
        """The kubeconfig that the flags choose, to be read and changed."""
        ...

    @property
    def entrance(self) -> Entrance:
        """The login of a server."""
        ...

    def tools(self, flags: EngineFlags) -> Tools:
        """What works on the engine that the flags choose."""
        ...

    def watch(self, root: Path) -> AbstractContextManager[Changes]:
        """Changes below a directory from now on, ignored files left out."""
        ...

    def record_bug(self, trace: str) -> tuple[str, Path | None]:
        """Keep a stack trace where only the user can read it; its id, and the file."""
        ...
