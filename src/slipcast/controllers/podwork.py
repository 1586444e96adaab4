"""What the agent decided, carried out: on the API, on the runner of pods, on the kept logs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing
from typing import Any, Final, assert_never

import msgspec

from slipcast.api import kinds
from slipcast.api.document import Document
from slipcast.api.pod import Pod
from slipcast.controllers.materials import Gatherer
from slipcast.controllers.podmemory import Memory
from slipcast.controllers.recorder import Recorder
from slipcast.ports.api import Api, DeleteOptions, Patch, Resource, WriteOptions
from slipcast.ports.clock import Clock
from slipcast.ports.podlogs import PodLogs
from slipcast.ports.pods import Pods
from slipcast.reconcile.actions import WARNING, Record
from slipcast.reconcile.podactions import (
    Again,
    Bind,
    Delete,
    Forget,
    Keep,
    PodAction,
    Start,
    Stop,
    Tell,
)
from slipcast.values.apifaults import ApiFault, Conflict
from slipcast.values.apifaults import NotFound as NoObject
from slipcast.values.faults import Fault, NotFound, PodFault, PortFault

log = logging.getLogger("slipcast.controllers.podwork")

POD: Final = kinds.require(kinds.CORE, "Pod")

PATIENCE: Final = 30.0
"""Seconds that the end of a log is waited for, of a container that has ended."""

FAILED: Final = "FailedStart"
"""The reason of the Event that says why a pod could not be started."""

_AGENT: Final = WriteOptions(manager="slipcast-agent", validation="Ignore")


class Worker(msgspec.Struct, frozen=True, kw_only=True):
    """Carries out actions.

    Shape:  wrote is told of what was written; newest gives a pod as it was last seen.
    """

    api: Api
    clock: Clock
    pods: Pods
    logs: PodLogs
    gatherer: Gatherer
    memory: Memory
    wrote: Callable[[Document], None]
    newest: Callable[[Pod], Pod]
    told: Recorder

    async def carry_out(self, action: PodAction) -> bool:
        """Carry out an action; False: it did not work, which is remembered: decide again.

        Errors: Conflict: the pod is no longer so; any other ApiFault or PortFault.
        """
        match action:
            case Bind():
                await self._bind(action)
            case Start():
                await self._start(action)
            case Stop():
                await self.pods.stop(action.uid, action.grace)
                self.memory.stopped[action.uid] = action.by
            case Keep():
                return await self._keep(action)
            case Tell():
                await self._tell(action)
            case Delete():
                await self._delete(action)
            case Forget():
                await self.pods.remove(action.uid)
            case Again():
                pass
            case _:
                assert_never(action)
        return True

    async def _bind(self, action: Bind) -> None:
        revision = action.pod.metadata.resource_version
        body = {"metadata": {"resourceVersion": revision}, "spec": {"nodeName": action.node}}
        patch = Patch(type="merge", body=body)
        self.wrote((await self.api.patch(_place(action.pod), patch, _AGENT)).document)

    async def _start(self, action: Start) -> None:
        uid = action.pod.metadata.uid
        try:
            found = await self.gatherer.gathered(self.newest(action.pod))
            await self.pods.start(found.pod, found.materials)
        except (PodFault, ApiFault) as fault:
            self.memory.refuse(uid, fault, self.clock.now())
        except Fault as fault:
            log.warning("agent.unstarted", extra={"fields": {"pod": uid, "why": fault.message}})
            self.memory.refuse_odd(uid, fault, self.clock.now())
        except Exception:
            log.exception("agent.failed", extra={"fields": {"pod": uid}})
            self.memory.refuse_odd(uid, None, self.clock.now())
        else:
            self.memory.refusals.pop(uid, None)
            return
        refusal = self.memory.refusals[uid]
        await self.told.record(
            Record(
                kind=POD, object=action.pod, type=WARNING, reason=FAILED, message=refusal.message
            )
        )

    async def _keep(self, action: Keep) -> bool:
        try:
            for container in action.containers:
                await self._keep_one(action, container)
        except PortFault as fault:
            fields = {"pod": action.uid, "why": fault.message}
            log.warning("agent.unkept", extra={"fields": fields})
            self.memory.keep_later(action.uid, self.clock.now())
            return False
        except Exception:
            # Whoever waits for the build is told of its end, whatever becomes of its log.
            log.exception("agent.unkept", extra={"fields": {"pod": action.uid}})
            self.memory.keep_later(action.uid, self.clock.now())
            return False
        self.memory.kept.add(action.uid)
        return True

    async def _keep_one(self, action: Keep, container: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._keep_records(action, container, follow=True)
        except TimeoutError:
            # Whoever was to say that it is over is gone.
            await self._keep_records(action, container, follow=False)

    async def _keep_records(self, action: Keep, container: str, *, follow: bool) -> None:
        try:
            records = await self.pods.records(action.uid, container, follow=follow)
        except NotFound:
            return
        async with aclosing(records):
            await self.logs.keep(action.key, container, records)

    async def _tell(self, action: Tell) -> None:
        revision = action.before.metadata.resource_version
        steps: list[dict[str, Any]] = [
            {"op": "add", "path": "/metadata/resourceVersion", "value": revision},
            {"op": "add", "path": "/status", "value": msgspec.to_builtins(action.after.status)},
        ]
        place = _place(action.before, "status")
        answer = await self.api.patch(place, Patch(type="json", body=steps), _AGENT)
        self.wrote(answer.document)

    async def _delete(self, action: Delete) -> None:
        try:
            options = DeleteOptions(uid=action.pod.metadata.uid, grace=0)
            await self.api.delete(_place(action.pod), options)
        except (NoObject, Conflict):
            # Gone, or another one has its name by now.
            return


def _place(pod: Pod, subresource: str = "") -> Resource:
    return Resource(POD, pod.metadata.namespace, pod.metadata.name, subresource)
