"""The loop that all controllers share: gather, reconcile, perform.

What a controller decides is carried out action by action, up to the first that fails: then it is
decided again, on what there is then. Whoever is killed in the middle comes to the same end.

Source: house rule of controllers; build-lifecycle.md BL-4, BL-43.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final, Generic, Protocol, TypeVar

import msgspec
from msgspec import field

from slipcast.api.document import Document
from slipcast.api.kinds import Kind
from slipcast.builds.cluster import Cluster
from slipcast.controllers.builtin import (
    BUILDS,
    CONFIGS,
    FOLLOWED,
    IMAGES,
    IMPORTS,
    LISTED,
    QUOTAS,
    Row,
)
from slipcast.controllers.importing import Imports
from slipcast.controllers.informer import Informer
from slipcast.controllers.perform import Performer
from slipcast.controllers.queue import Key, Queue
from slipcast.controllers.sight import Sight
from slipcast.controllers.tallying import Tally
from slipcast.images.scheduling import Scheduling
from slipcast.ports.api import Api
from slipcast.ports.clock import Clock
from slipcast.ports.figures import Figures
from slipcast.reconcile.actions import Act, Action, Again, Create
from slipcast.values.apifaults import ApiFault
from slipcast.values.faults import Fault

log = logging.getLogger("slipcast.controllers")

RESYNC: Final = timedelta(minutes=2)
"""How often everything is looked at that may want something (BL-4)."""

MOMENT: Final = timedelta(milliseconds=100)
"""How long changes that come in crowds are waited for."""

V = TypeVar("V")

Wrote = Callable[[Document], None]


class Working(Protocol):
    """A controller, whatever it looks at."""

    queue: Queue

    def wake(self, document: Document) -> None:
        """An object changed."""
        ...

    def wake_all(self) -> None:
        """Anything may have changed."""
        ...

    async def look(self, key: Key) -> None:
        """Do what is to be done about a key that is in hand, and let go of it."""
        ...


class Controller(Generic[V]):
    """One row of the table at work."""

    def __init__(self, row: Row[V], sight: Sight, clock: Clock, wrote: Wrote) -> None:
        """Work on what is seen; somebody else is told of what was written."""
        self.queue = Queue(clock, lambda key: row.lane(sight, key))
        self.performer = Performer(sight, clock, row.component)
        self._row = row
        self._sight = sight
        self._clock = clock
        self._wrote = wrote

    def wake(self, document: Document) -> None:
        """See Working."""
        wakes = self._row.wakes.get(document.kind)
        if wakes is None:
            return
        is_of_crowd = document.kind in self._row.crowds
        for key in wakes(self._sight, document):
            if is_of_crowd:
                self.queue.add_at(key, self._clock.now() + MOMENT)
            else:
                self.queue.add(key)

    def wake_all(self) -> None:
        """See Working."""
        for key in self._row.everything(self._sight):
            self.queue.add(key)

    async def look(self, key: Key) -> None:
        """See Working."""
        try:
            await self._reconcile(key)
        except Fault as fault:
            self._put_off(key, fault)
        except Exception:
            # One object that we do not understand is no reason to look at no other.
            log.exception("controller.failed", extra={"fields": self._fields(key)})
            self.queue.failed(key)
        else:
            self.queue.succeeded(key)
        finally:
            self.queue.done(key)

    async def _reconcile(self, key: Key) -> None:
        view = await self._row.gather(self._sight, key)
        if view is None:
            return
        for action in self._row.reconcile(view, self._clock.now()):
            if isinstance(action, Again):
                self.queue.add_at(key, action.at)
                continue
            try:
                await self._perform(action)
            except ApiFault as fault:
                if isinstance(action, Create | Act) and not fault.retryable:
                    await self._tell_refused(key, action, fault.message)
                raise

    async def _tell_refused(self, key: Key, refused: Create | Act, why: str) -> None:
        """Do what is to be done about a refusal; the view is of afterwards."""
        view = await self._row.gather(self._sight, key)
        if view is None:
            return
        for action in self._row.refused(view, refused, why, self._clock.now()):
            await self._perform(action)

    async def _perform(self, action: Action) -> None:
        document = await self.performer.perform(action)
        if document is not None:
            self._wrote(document)

    def _put_off(self, key: Key, fault: Fault) -> None:
        again = self.queue.failed(key)
        level = logging.DEBUG if fault.retryable else logging.WARNING
        fields = {**self._fields(key), "why": fault.message, "again": again.isoformat()}
        log.log(level, "controller.put_off", extra={"fields": fields})

    def _fields(self, key: Key) -> dict[str, str]:
        return {"controller": self._row.name, "namespace": key[0], "name": key[1]}


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """How controllers run.

    Shape:  workers is how many keys each controller looks at side by side; scheduling tells how
            images of registries elsewhere are looked up, None where they are not. figures is
            where builds are counted.
    """

    cluster: Cluster
    workers: int = 4
    scheduling: Scheduling | None = None
    figures: Figures = field(default_factory=Figures)


class Controllers:
    """All controllers, over what they see."""

    def __init__(self, api: Api, clock: Clock, running: Running) -> None:
        self._api = api
        self._clock = clock
        self._workers = running.workers
        imports = None if running.scheduling is None else Imports(running.scheduling, clock)
        self._sight = Sight(api, running.cluster, imports)
        self._figures = running.figures
        self._tally = Tally(self._sight.builds, running.figures.took)
        self.each: Sequence[Working] = (
            Controller(BUILDS, self._sight, clock, self.wrote),
            Controller(CONFIGS, self._sight, clock, self.wrote),
            Controller(IMAGES, self._sight, clock, self.wrote),
            Controller(IMPORTS, self._sight, clock, self.wrote),
            Controller(QUOTAS, self._sight, clock, self.wrote),
        )
        self._unlisted = {*LISTED, *FOLLOWED}
        self._ready = asyncio.Event()

    async def run(self) -> None:
        """Control, for ever."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for informer in self.informers():
                    tasks.create_task(informer.run())
                for controller in self.each:
                    for _ in range(self._workers):
                        tasks.create_task(self._work(controller))
                tasks.create_task(self._resync())
        finally:
            # Who does not control does not know.
            self._figures.builds = None

    def informers(self) -> tuple[Informer, ...]:
        """Who tells of what there is and what changes."""
        listed = (Informer(self._api, self._clock, kind, self) for kind in LISTED)
        followed = (Informer(self._api, self._clock, kind, self, lists=False) for kind in FOLLOWED)
        return (*listed, *followed)

    def saw(self, document: Document) -> None:
        """See Listener."""
        if self._sight.saw(document):
            self._wake(document)

    def wrote(self, document: Document) -> None:
        """Take in what a controller wrote, before it is seen."""
        if self._sight.wrote(document):
            self._wake(document)

    def lost(self, document: Document) -> None:
        """See Listener."""
        self._sight.lost(document)
        self._wake(document)

    def listed(self, kind: Kind, there: set[tuple[str, str]] | None, revision: int) -> None:
        """See Listener."""
        if there is not None:
            self._sight.left_out(kind, there, revision)
        was_ready = not self._unlisted
        self._unlisted.discard(kind)
        if not self._unlisted:
            log.debug("controller.listed", extra={"fields": {"kind": kind.name}})
            self.wake_all()
            if not was_ready:
                self._figures.builds = self._tally
                self._ready.set()

    def reached(self, kind: Kind, revision: int) -> None:
        """See Listener."""
        self._sight.reached(kind, revision)

    def wake_all(self) -> None:
        """Have everything looked at that may want something."""
        for controller in self.each:
            controller.wake_all()

    async def step(self) -> bool:
        """Look at one key, if any is to be looked at by now; whether there was one."""
        for controller in self.each:
            key = controller.queue.take()
            if key is not None:
                await controller.look(key)
                return True
        return False

    def _wake(self, document: Document) -> None:
        # Before all is listed nobody looks, and then at everything.
        if not self._unlisted:
            for controller in self.each:
                controller.wake(document)

    async def _work(self, controller: Working) -> None:
        await self._ready.wait()
        while True:
            await controller.look(await controller.queue.next())

    async def _resync(self) -> None:
        await self._ready.wait()
        while True:
            await self._clock.until(self._clock.now() + RESYNC)
            self.wake_all()
