"""What the tests of pods have in common: pods that do what a line of shell says, and waiting."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slipcast.api.container import Container
from slipcast.api.meta import ObjectMeta
from slipcast.api.pod import ContainerState, Pod, PodSpec, PodStatus
from slipcast.ports.pods import Materials, Observed, Pods, Variable
from slipcast.values.faults import PodFault
from slipcast.values.logrecords import read
from slipcast.values.sensitive import Sensitive

OVER = ("Succeeded", "Failed")
NOTHING = Materials()


@dataclass(frozen=True)
class Host:
    """A host of pods.

    Shape:  again is somebody else who serves the same host; running is the command of a container
            that does what a line of shell says; directory is where an adapter keeps things.
    """

    pods: Pods
    again: Callable[[], Pods]
    running: Callable[[str], tuple[str, ...]]
    directory: Path

    def container(self, code: str, name: str = "main", **changes: Any) -> Container:
        """A container that does what a line of shell says."""
        return Container(name=name, image="example/main", command=self.running(code), **changes)

    def pod(self, code: str, **changes: Any) -> Pod:
        """A pod of one such container, which is not started again."""
        return self.pod_of(self.container(code), **changes)

    def pod_of(self, *containers: Container, **changes: Any) -> Pod:
        """A pod of these containers, which are not started again."""
        metadata = ObjectMeta(name="a-pod", namespace="somewhere", uid=str(uuid.uuid4()))
        spec = PodSpec(containers=containers, **{"restart_policy": "Never", **changes})
        return Pod(metadata=metadata, spec=spec)

    async def run(self, pod: Pod, materials: Materials = NOTHING) -> PodStatus:
        """Start a pod, and how it ended."""
        await self.pods.start(pod, materials)
        return await self.end_of(pod)

    async def end_of(self, pod: Pod) -> PodStatus:
        """How a pod that was started ended."""
        return await self.until(pod, lambda status: status.phase in OVER)

    async def until(self, pod: Pod, holds: Callable[[PodStatus], bool]) -> PodStatus:
        """How a pod is doing as soon as something holds."""
        changes = await self.pods.changes()
        async with aclosing(changes):
            while not holds(status := await self.status(pod)):
                await anext(changes)
        return status

    async def status(self, pod: Pod) -> PodStatus:
        """How a pod is doing."""
        return (await self.observed(pod)).status

    async def observed(self, pod: Pod) -> Observed:
        """What is told of a pod."""
        every = await self.pods.list()
        return next(each for each in every if each.uid == pod.metadata.uid)

    async def said(self, pod: Pod, container: str = "main") -> str:
        """What a container has said, to its end."""
        records = await self.pods.records(pod.metadata.uid, container, follow=True)
        async with aclosing(records):
            data = b"".join([piece async for piece in records])
        return b"".join(each.text + b"\n" * each.whole for each in read(data)).decode()

    async def until_said(self, pod: Pod, text: str, container: str = "main") -> None:
        """Return when a container has said something."""
        data = b""
        records = await self.pods.records(pod.metadata.uid, container, follow=True)
        async with aclosing(records):
            async for piece in records:
                data += piece
                if text.encode() in data:
                    return
        raise AssertionError(f"{text!r} was never said, but {data!r}")

    async def clear(self) -> None:
        """End and remove all pods."""
        for each in await self.pods.list():
            await self.pods.stop(each.uid, 0)
            await self._removed(each.uid)

    async def _removed(self, uid: str) -> None:
        changes = await self.pods.changes()
        async with aclosing(changes):
            while True:
                try:
                    return await self.pods.remove(uid)
                except PodFault as fault:
                    # Of what is wrong with a pod that has ended there is no news.
                    if fault.reason != "Running":
                        raise
                    await anext(changes)


def state_of(status: PodStatus, container: str = "main") -> ContainerState:
    """How a container of a pod is doing."""
    every = (*status.init_container_statuses, *status.container_statuses)
    return next(each.state for each in every if each.name == container)


def with_env(**variables: str) -> Materials:
    """Variables of the container `main`."""
    env = tuple(Variable(name=name, value=Sensitive(value)) for name, value in variables.items())
    return Materials(env={"main": env})
