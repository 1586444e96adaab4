"""A server in memory: a real store over a journal that ends with its process."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

from slipcast.adapters.journal.memory import MemoryJournal
from slipcast.api import kinds, kubeconfig
from slipcast.api.document import JSON
from slipcast.ports.api import Api, Resource, WriteOptions
from slipcast.store.store import Running, Setup, Store, Streaming
from slipcast.store.watching import Pace
from slipcast.values.actor import AUTHENTICATED, MASTERS, Actor
from slipcast.values.apifaults import AlreadyExists

PACE = Pace(bookmarks=0.05, longest=5)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass(slots=True)
class StandingClock:
    """A clock that moves when told."""

    moment: datetime = NOON

    def now(self) -> datetime:
        """What time it was said to be."""
        return self.moment

    async def until(self, moment: datetime) -> None:
        """Let it be so late."""
        self.moment = max(self.moment, moment)


@dataclass(slots=True)
class FakeContexts:
    """A kubeconfig in memory."""

    document: JSON = field(default_factory=lambda: dict(kubeconfig.EMPTY))

    def load(self) -> JSON:
        """The document."""
        return self.document

    def save(self, config: JSON) -> None:
        """Keep the document."""
        self.document = config


@dataclass(slots=True)
class MemoryServer:
    """A store with the namespace `default` in it; every event loop may use it in turn.

    Shape:  guarded means that the roles in it count; running is what would run builds; streaming
            what streams rest on.
    """

    guarded: bool = True
    pace: Pace = PACE
    clock: StandingClock = field(default_factory=StandingClock)
    running: Running = field(default_factory=Running)
    streaming: Streaming = field(default_factory=Streaming)
    _store: Store | None = None

    async def api(self, user: str = "", groups: tuple[str, ...] = ()) -> Api:
        """The Api of an administrator, or of whom is said."""
        if self._store is None:
            setup = Setup(
                guarded=self.guarded,
                pace=self.pace,
                running=self.running,
                streaming=self.streaming,
            )
            self._store = Store(MemoryJournal(pause=0.05), self.clock, setup)
            await self._store.prepare()
            default = {"metadata": {"name": "default"}}
            with contextlib.suppress(AlreadyExists):
                await self._store.as_(ADMINISTRATOR).create(NAMESPACES, default)
        actor = Actor(name=user, groups=(*groups, AUTHENTICATED)) if user else ADMINISTRATOR
        return self._store.as_(actor)

    def put(self, *contents: JSON, namespace: str = "default") -> tuple[JSON, ...]:
        """Create objects, each with apiVersion and kind; what they became."""

        async def create() -> tuple[JSON, ...]:
            api = await self.api()
            answers = [
                await api.create(_place(content, namespace), content, WriteOptions(manager="test"))
                for content in contents
            ]
            return tuple(answer.document.content for answer in answers)

        return asyncio.run(create())


ADMINISTRATOR = Actor(name="admin", groups=(MASTERS, AUTHENTICATED))
NAMESPACES = Resource(kinds.require("", "Namespace"))


def _place(content: JSON, namespace: str) -> Resource:
    kind = kinds.of(str(content["apiVersion"]), str(content["kind"]))
    if kind is None:
        raise LookupError(f"there is no kind {content['kind']}")
    inside = str(content["metadata"].get("namespace") or namespace)
    return Resource(kind, inside if kind.namespaced else "")
