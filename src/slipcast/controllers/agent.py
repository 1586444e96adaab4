"""The agent: the pods of the API run on this node, and the API knows how they are doing.

Whoever dies here is replaced by one that looks at what there is: what runs goes on, what ended is
written down, nothing is started twice.

Source: house rule of controllers; build-lifecycle.md sections 7 and 9.
"""

from __future__ import annotations

import asyncio
import heapq
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec import field

from slipcast.api.document import Document
from slipcast.api.kinds import Kind
from slipcast.api.lens import read
from slipcast.api.pod import Pod
from slipcast.builds import naming
from slipcast.controllers.cache import Cache
from slipcast.controllers.informer import Informer
from slipcast.controllers.materials import Gatherer
from slipcast.controllers.podmemory import Memory, active
from slipcast.controllers.podwork import POD, Worker
from slipcast.controllers.recorder import Recorder
from slipcast.ports.api import Api, Resource
from slipcast.ports.clock import Clock
from slipcast.ports.figures import Figures
from slipcast.ports.figures import Pods as Counted
from slipcast.ports.podlogs import PodLogs
from slipcast.ports.pods import Observed, Pods
from slipcast.reconcile.podactions import Again, PodAction, Start, Tell, uid_of
from slipcast.reconcile.pods import PodsView, Seen, blinded, load, reconcile
from slipcast.reconcile.podstatus import is_over
from slipcast.values.apifaults import Conflict, NotFound
from slipcast.values.faults import Fault

log = logging.getLogger("slipcast.controllers.agent")

RESYNC: Final = timedelta(minutes=1)
"""How often everything is looked at, though nobody said that anything changed."""
PAUSE: Final = timedelta(seconds=1)
"""Until the runner is asked again that did not answer."""
PATIENCE: Final = 5
"""How often it may not answer before pods are told that wait for it."""


class Hosting(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how pods run.

    Shape:  limit is how many of them run at once. others tells whether another node may be there;
            None where there can be none. figures is where is said how many there are.
    """

    node: str
    limit: int
    pods: Pods
    logs: PodLogs
    gatherer: Gatherer
    others: Callable[[str], bool] | None = None
    figures: Figures = field(default_factory=Figures)


class Agent:
    """Runs pods."""

    def __init__(self, api: Api, clock: Clock, hosting: Hosting) -> None:
        self._api = api
        self._clock = clock
        self._hosting = hosting
        self._known: Cache[Pod] = Cache(active)
        self._memory = Memory()
        self._worker = Worker(
            api=api,
            clock=clock,
            pods=hosting.pods,
            logs=hosting.logs,
            gatherer=hosting.gatherer,
            memory=self._memory,
            wrote=self._wrote,
            newest=self._newest,
            told=Recorder(api=api, clock=clock, component=hosting.node),
        )
        self._blind = 0
        self._busy: dict[str, bool] = {}
        self._later: list[datetime] = []
        self._news = asyncio.Event()
        self._is_listed = False

    async def run(self) -> None:
        """Run pods, for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(Informer(self._api, self._clock, POD, self).run())
            tasks.create_task(self._listen())
            while True:
                await self._wait()
                for uid, actions in (await self._decided()).items():
                    tasks.create_task(self._carry_out(uid, actions))

    def saw(self, document: Document) -> None:
        """See Listener."""
        if self._known.saw(document):
            self._news.set()

    def lost(self, document: Document) -> None:
        """See Listener."""
        if self._known.lost(document):
            self._news.set()

    def listed(self, kind: Kind, there: set[tuple[str, str]] | None, revision: int) -> None:
        """See Listener."""
        del kind
        if there is not None:
            self._known.left_out(there, revision)
        self._is_listed = True
        self._news.set()

    def reached(self, kind: Kind, revision: int) -> None:
        """See Listener."""
        del kind
        self._known.reached(revision)

    def _wrote(self, document: Document) -> None:
        if self._known.wrote(document):
            self._news.set()

    def _newest(self, pod: Pod) -> Pod:
        metadata = pod.metadata
        found = self._known.get(metadata.namespace, metadata.name)
        return found if found is not None and found.metadata.uid == metadata.uid else pod

    async def _listen(self) -> None:
        """Hear from the runner what changes."""
        while True:
            try:
                async with aclosing(await self._hosting.pods.changes()) as changes:
                    async for _ in changes:
                        self._news.set()
            except Fault as fault:
                log.warning("agent.deaf", extra={"fields": {"why": fault.message}})
            except Exception:
                log.exception("agent.deaf")
            await self._clock.until(self._clock.now() + PAUSE)
            self._news.set()

    async def _wait(self) -> None:
        """Return when there is something to look at."""
        now = self._clock.now()
        due = min(self._later[0] if self._later else now + RESYNC, now + RESYNC)
        try:
            async with asyncio.timeout(max(0.0, (due - now).total_seconds())):
                await self._news.wait()
        except TimeoutError:
            pass
        self._news.clear()
        while self._later and self._later[0] <= self._clock.now():
            heapq.heappop(self._later)

    async def _decided(self) -> dict[str, list[PodAction]]:
        """What is to be done now, by the pod; of pods in hand nothing."""
        if not self._is_listed:
            return {}
        try:
            wanted = await self._look()
        except Fault as fault:
            log.warning("agent.blind", extra={"fields": {"why": fault.message}})
            return self._blinded(fault.message)
        except Exception:
            log.exception("agent.blind")
            return self._blinded("it failed, and its log says why")
        self._blind = 0
        return wanted

    def _blinded(self, why: str) -> dict[str, list[PodAction]]:
        """What is to be done when we cannot look: at first nothing, for it may pass."""
        now = self._clock.now()
        heapq.heappush(self._later, now + PAUSE)
        self._blind += 1
        if self._blind < PATIENCE:
            return {}
        pods = (pod for _, pod in self._known.values() if pod.metadata.uid not in self._busy)
        told = blinded(pods, self._hosting.node, why, now)
        wanted: dict[str, list[PodAction]] = {}
        for each in told:
            if isinstance(each, Tell):
                wanted[uid_of(each)] = [each]
        self._busy.update(dict.fromkeys(wanted, False))
        return wanted

    async def _look(self) -> dict[str, list[PodAction]]:
        # What is in hand now may be done before we have looked, and we would see it as it was.
        before = dict(self._busy)
        observed = await self._hosting.pods.list()
        gone = await self._missing(observed, before)
        busy = {**before, **self._busy}
        now = self._clock.now()
        wanted: dict[str, list[PodAction]] = defaultdict(list)
        view = self._view(observed, gone, busy)
        running, waiting = load(view)
        self._hosting.figures.pods = Counted(running=running, waiting=waiting, limit=view.limit)
        for action in reconcile(view, now):
            uid = uid_of(action)
            paused = self._memory.paused.get(uid)
            if isinstance(action, Again):
                heapq.heappush(self._later, action.at)
            elif paused is not None and paused > now:
                heapq.heappush(self._later, paused)
            elif uid not in busy:
                wanted[uid].append(action)
        for uid, actions in wanted.items():
            self._busy[uid] = any(isinstance(each, Start) for each in actions)
        return wanted

    def _view(
        self, observed: Sequence[Observed], gone: Sequence[Pod], busy: dict[str, bool]
    ) -> PodsView:
        memory, pods = self._memory, (*(pod for _, pod in self._known.values()), *gone)
        seen = tuple(
            Seen(uid=each.uid, namespace=each.namespace, status=each.status) for each in observed
        )
        # Of a pod that is gone from the API only its runner may know whose log it wrote.
        memory.keys.update({each.uid: each.key for each in observed if each.key})
        for pod in pods:
            memory.keys[pod.metadata.uid] = naming.log_key(pod)
        memory.forget_but({*(each.uid for each in seen), *(pod.metadata.uid for pod in pods)})
        return PodsView(
            pods=pods,
            seen=seen,
            node=self._hosting.node,
            limit=self._hosting.limit,
            starting=frozenset(uid for uid, starts in busy.items() if starts),
            refusals=memory.refusals,
            stopped=memory.stopped,
            kept=frozenset(memory.kept),
            keys=memory.keys,
            unkept=memory.unkept,
            others=self._others(pods),
        )

    def _others(self, pods: Iterable[Pod]) -> frozenset[str] | None:
        """The nodes of pods that may be there, besides our own."""
        is_there = self._hosting.others
        if is_there is None:
            return None
        return frozenset(filter(is_there, {pod.spec.node_name for pod in pods} - {""}))

    async def _missing(
        self, observed: Iterable[Observed], busy: dict[str, bool]
    ) -> tuple[Pod, ...]:
        """The pods that run or did, and are over for the API; looked up before they are lost."""
        known = {pod.metadata.uid for _, pod in self._known.values()}
        found: list[Pod] = []
        for each in observed:
            if each.uid in known or each.uid in busy:
                continue
            try:
                document = await self._api.get(Resource(POD, each.namespace, each.name))
            except NotFound:
                continue
            if document.names.uid == each.uid:
                pod = read(document, Pod)
                found.append(pod)
                await self._find_kept(pod, each)
        return tuple(found)

    async def _find_kept(self, pod: Pod, observed: Observed) -> None:
        """Remember that the logs of a pod are kept: its end is told only afterwards."""
        if not is_over(pod.status) or pod.metadata.uid in self._memory.unkept:
            return
        every = (*observed.status.init_container_statuses, *observed.status.container_statuses)
        spoke = {each.name for each in every if each.state.terminated is not None}
        if spoke <= set(await self._hosting.logs.containers(naming.log_key(pod))):
            self._memory.kept.add(pod.metadata.uid)

    async def _carry_out(self, uid: str, actions: Iterable[PodAction]) -> None:
        """Do what is to be done about a pod, up to what fails."""
        try:
            for action in actions:
                if not await self._worker.carry_out(action):
                    break
        except Conflict:
            self._put_off(uid, "it is no longer so", logging.DEBUG)
        except Fault as fault:
            self._put_off(uid, fault.message, logging.WARNING)
        except Exception:
            # One pod that we do not understand is no reason to look at no other.
            log.exception("agent.failed", extra={"fields": {"pod": uid}})
            self._put_off(uid, "it failed", logging.DEBUG)
        else:
            self._memory.worked(uid)
        finally:
            del self._busy[uid]
            self._news.set()

    def _put_off(self, uid: str, why: str, level: int) -> None:
        again = self._memory.pause(uid, self._clock.now())
        fields = {"pod": uid, "why": why, "again": again.isoformat()}
        log.log(level, "agent.put_off", extra={"fields": fields})
