"""FakeToolbox: what the command line is given in tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Generator, Iterable
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from slipcast.api.kubeconfig import Access
from slipcast.builds.s2i.request import Platform, S2IRequest
from slipcast.cli.toolbox import Changes, EngineFlags, ServerFlags
from slipcast.ports.api import Api
from slipcast.ports.daemon import Serving
from slipcast.ports.engine import ANONYMOUS, RegistryAccess, Sink, ignore
from slipcast.ports.git import CloneSpec, Committed, WorkingState
from slipcast.ports.host import Fact
from slipcast.ports.progress import Progress
from slipcast.ports.running import Running
from slipcast.ports.s2i import Surveyed
from slipcast.source.catalogue import Catalogue
from slipcast.testing.api import FakeContexts, MemoryServer, StandingClock
from slipcast.testing.builders import FakeBuilders
from slipcast.testing.downloads import FakeDownloads
from slipcast.testing.engine import FakeEngine
from slipcast.testing.entrance import FakeEntrance
from slipcast.testing.examples import FakeExamples
from slipcast.testing.launcher import FakeLauncher
from slipcast.testing.packing import FakePacker
from slipcast.testing.programs import FakePrograms
from slipcast.testing.s2i import FakeS2I
from slipcast.testing.webhooks import FakeWebhooks
from slipcast.values.apifaults import NotServed, Unauthorized
from slipcast.values.faults import GitFault, Interrupted
from slipcast.values.revision import SourceRevision


@dataclass(slots=True, kw_only=True)
class FakeTools:
    """Everything on an engine in memory."""

    engine: FakeEngine = field(default_factory=FakeEngine)
    s2i: FakeS2I = field(default_factory=FakeS2I)
    builders: FakeBuilders = field(default_factory=FakeBuilders)
    launcher: FakeLauncher = field(default_factory=FakeLauncher)

    def survey(self, request: S2IRequest, progress: Progress) -> AbstractContextManager[Surveyed]:
        """What source to image surveys."""
        return self.s2i.survey(request, progress)

    @property
    def catalogue(self) -> Catalogue:
        """The rows of the builders."""
        return Catalogue(builders=self.builders.rows)

    def access(self, image: str) -> RegistryAccess:  # noqa: ARG002 -- all are the same
        """Every registry is anonymous."""
        return ANONYMOUS


@dataclass(slots=True, kw_only=True)
class FakeHost:
    """A machine of which a test says everything."""

    told: tuple[Fact, ...] = ()

    def facts(self) -> tuple[Fact, ...]:
        """What was said."""
        return self.told


@dataclass(slots=True, kw_only=True)
class FakeGit:
    """A git that knows one state for every tree and clones nothing."""

    told: WorkingState = field(default_factory=WorkingState)
    configured: dict[str, str] = field(default_factory=dict)
    refusals: list[GitFault] = field(default_factory=list)

    def available(self) -> bool:
        """There is one."""
        return True

    def probe(
        self,
        spec: CloneSpec,  # noqa: ARG002 -- all are the same
        timeout: float,  # noqa: ARG002 -- nothing takes long
        *,
        near: Path,  # noqa: ARG002 -- nothing is written
    ) -> None:
        """Refuses as often as it was told to; then every repository answers."""
        if self.refusals:
            raise self.refusals.pop(0)

    def settings(self, file: Path) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 -- likewise
        """What was said."""
        return tuple(self.configured.items())

    def clone(self, spec: CloneSpec, into: Path, *, log: Sink = ignore) -> None:
        """Makes an empty directory."""
        log(f"cloning {spec.url}\n".encode())
        into.mkdir(exist_ok=True)

    def describe(self, tree: Path, commit: str = "HEAD") -> SourceRevision:
        """Knows the place only, and what it was asked for."""
        return SourceRevision(location=str(tree), commit="" if commit == "HEAD" else commit)

    def committed(self, tree: Path) -> tuple[Committed, ...] | None:  # noqa: ARG002 -- likewise
        """Not known."""
        return None

    def state(self, tree: Path) -> WorkingState:  # noqa: ARG002 -- all are the same
        """What was said."""
        return self.told


class FakeChanges:
    """Changes told beforehand; then the user presses Ctrl-C."""

    def __init__(self, told: Iterable[tuple[str, ...]]) -> None:
        self._told = iter(told)

    def wait(self) -> tuple[str, ...]:
        """The next change.

        Errors: Interrupted when there is none.
        """
        for paths in self._told:
            return paths
        raise Interrupted("interrupted")


@dataclass(slots=True, kw_only=True)
class FakeDaemon:
    """A Daemon that runs as soon as it is told to.

    Shape:  wanted holds how it was told to serve.
    """

    running: Running | None = None
    wanted: list[Serving] = field(default_factory=list)

    def serve(self, wanted: Serving, started: Callable[[Running], None]) -> None:
        """Start, and be over at once."""
        started(self.start(wanted))

    def start(self, wanted: Serving) -> Running:
        """Run where it was asked for."""
        self.wanted.append(wanted)
        state = wanted.state or Path("/state")
        self.running = Running(
            pid=4711,
            address=f"https://{wanted.host}:{wanted.port}",
            kubeconfig=wanted.kubeconfig or state / "admin.kubeconfig",
            state=state,
            ready=True,
        )
        return self.running

    def status(self, state: Path | None) -> Running | None:  # noqa: ARG002 -- there is one
        """What runs."""
        return self.running

    def stop(self, state: Path | None) -> Running | None:
        """Run no more."""
        stopped, self.running = self.status(state), None
        return stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeConnection:
    """A connection to a server in memory."""

    api: Api
    namespace: str
    access: Access
    clock: StandingClock
    answers: dict[str, bytes]
    sent: list[tuple[str, bytes]]

    async def raw(self, path: str, body: bytes = b"") -> bytes:
        """What a test said that the path answers; what was sent there is kept.

        Errors: NotServed.
        """
        self.sent.append((path, body))
        if path not in self.answers:
            raise NotServed
        return self.answers[path]


@dataclass(slots=True, kw_only=True)
class FakeToolbox:
    """A Toolbox of fakes.

    Shape:  flags holds what the engine was asked for with; changes are what a watch will see;
            bugs are the traces recorded; answers are what raw paths answer, and sent is what was
            asked there; servers are those that were named; wrong_tokens are refused.
    """

    directory: Path
    colour: bool = False
    platform: Platform = field(default_factory=Platform)
    host: FakeHost = field(default_factory=FakeHost)
    git: FakeGit = field(default_factory=FakeGit)
    daemon: FakeDaemon = field(default_factory=FakeDaemon)
    work: FakeTools = field(default_factory=FakeTools)
    flags: list[EngineFlags] = field(default_factory=list)
    changes: list[tuple[str, ...]] = field(default_factory=list)
    bugs: list[str] = field(default_factory=list)
    downloads: FakeDownloads = field(default_factory=FakeDownloads)
    packer: FakePacker = field(default_factory=FakePacker)
    examples: FakeExamples = field(default_factory=FakeExamples)
    webhooks: FakeWebhooks = field(default_factory=FakeWebhooks)
    server: MemoryServer = field(default_factory=MemoryServer)
    config: FakeContexts = field(default_factory=FakeContexts)
    answers: dict[str, bytes] = field(default_factory=dict)
    sent: list[tuple[str, bytes]] = field(default_factory=list)
    servers: list[str] = field(default_factory=list)
    wrong_tokens: set[str] = field(default_factory=set)
    entrance: FakeEntrance = field(default_factory=FakeEntrance)
    environment: dict[str, str] = field(default_factory=dict)
    programs: FakePrograms = field(default_factory=FakePrograms)

    @asynccontextmanager
    async def connect(self, flags: ServerFlags) -> AsyncIterator[FakeConnection]:
        """The server in memory, as an administrator or as whom the flags say."""
        self.servers += [flags.server] if flags.server else []
        if flags.token in self.wrong_tokens:
            raise Unauthorized("Unauthorized")
        yield FakeConnection(
            api=await self.server.api(flags.impersonate, flags.groups),
            namespace=flags.namespace or "default",
            access=Access(
                context="memory", server="https://memory", user="admin", token=flags.token
            ),
            clock=self.server.clock,
            answers=self.answers,
            sent=self.sent,
        )

    def contexts(self, flags: ServerFlags) -> FakeContexts:  # noqa: ARG002 -- there is one
        """The kubeconfig in memory."""
        return self.config

    def tools(self, flags: EngineFlags) -> FakeTools:
        """The same tools for every engine."""
        self.flags.append(flags)
        return self.work

    @contextmanager
    def watch(self, root: Path) -> Generator[Changes]:  # noqa: ARG002 -- told beforehand
        """The changes told."""
        yield FakeChanges(self.changes)

    def record_bug(self, trace: str) -> tuple[str, Path | None]:
        """Keep the trace in memory."""
        self.bugs.append(trace)
        return f"bug{len(self.bugs)}", None
