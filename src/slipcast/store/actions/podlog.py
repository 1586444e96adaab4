"""`pods/log`: what a container of a pod says.

Source: the API reference of Kubernetes, read log of the specified Pod; its answers where there is
no log to read.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import Final

from slipcast.api import kinds
from slipcast.api.pod import Pod
from slipcast.builds import naming
from slipcast.ports.api import Resource
from slipcast.ports.clock import Clock
from slipcast.store.actions import logoptions
from slipcast.store.actions.excerpts import Excerpt
from slipcast.store.actions.records import Ending, Records, Source
from slipcast.store.authorize import Guard
from slipcast.store.rows import Rows
from slipcast.store.typed import seen
from slipcast.values.apifaults import BadRequest, NotFound

POD: Final = kinds.require("", "Pod")
CHOSEN: Final = "kubectl.kubernetes.io/default-container"
"""Which container is meant when none is said."""

WAITING: Final = {
    "ErrImagePull": "image can't be pulled",
    "ImagePullBackOff": "trying and failing to pull image",
}
"""THE TABLE of reasons to wait that are told in other words."""


class PodLog:
    """Answers with the logs of containers."""

    def __init__(self, rows: Rows, records: Records, clock: Clock) -> None:
        self._rows = rows
        self._records = records
        self._clock = clock

    async def __call__(
        self,
        guard: Guard,
        resource: Resource,
        parameters: Mapping[str, str],
        body: AsyncIterator[bytes] | None,
    ) -> AsyncGenerator[bytes, None]:
        """The log, as far as it is wanted.

        Errors: Invalid; BadRequest; NotFound.
        """
        del guard, body
        document = await self._rows.get(POD, resource.namespace, resource.name)
        if document is None:
            raise NotFound(POD.plural, POD.group, resource.name)
        options = logoptions.read(parameters, "PodLogOptions", POD.group, resource.name)
        wanted = logoptions.wanted(options, self._clock.now())
        pod: Pod = seen(POD, document)
        container = _container(pod, options.container)
        if not pod.spec.node_name:
            return Excerpt(self._records, wanted).texts(())
        _check(pod, container, previous=options.previous)
        source = Source(pod=pod.metadata.uid, key=naming.log_key(pod), container=container)
        if not await self._records.is_there(source):
            what = f'the log of container "{container}" in pod "{resource.name}" is gone'
            raise NotFound.told(what, plural=POD.plural, name=resource.name)
        excerpt = Excerpt(self._records, wanted, Ending() if options.follow else None)
        return excerpt.texts((source,))


def _container(pod: Pod, said: str) -> str:
    """The container that is meant.

    Errors: BadRequest.
    """
    name = pod.metadata.name
    mains = [each.name for each in pod.spec.containers]
    inits = [each.name for each in pod.spec.init_containers]
    meant = said or pod.metadata.annotations.get(CHOSEN, "")
    if not meant and len(mains) == 1:
        return mains[0]
    if not meant:
        choice = f"choose one of: [{' '.join(mains)}]"
        if inits:
            choice += f" or one of the init containers: [{' '.join(inits)}]"
        raise BadRequest(f"a container name must be specified for pod {name}, {choice}")
    if meant not in {*mains, *inits}:
        raise BadRequest(f"container {meant} is not valid for pod {name}")
    return meant


def _check(pod: Pod, container: str, *, previous: bool) -> None:
    """Nothing, when the container has begun.

    Errors: BadRequest.
    """
    which = f'container "{container}" in pod "{pod.metadata.name}"'
    if previous:
        # A container of ours is never started a second time.
        raise BadRequest(f"previous terminated {which} not found")
    statuses = (*pod.status.init_container_statuses, *pod.status.container_statuses)
    state = next((each.state for each in statuses if each.name == container), None)
    if state is None or (state.running, state.terminated, state.waiting) == (None, None, None):
        raise BadRequest(f"{which} is waiting to start - no logs yet")
    if state.waiting is not None:
        why = WAITING.get(state.waiting.reason, state.waiting.reason)
        raise BadRequest(f"{which} is waiting to start: {why}")
