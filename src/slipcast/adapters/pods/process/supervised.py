"""Pods below supervisors, whatever runs their containers: asynchronous outside, thin; what blocks
is done in threads.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path

from slipcast.adapters.pods.process import sending
from slipcast.adapters.pods.process.bell import Bell, Listener
from slipcast.adapters.pods.process.keeping import OVER, Ground, Keeper
from slipcast.adapters.pods.process.nursery import Nursery
from slipcast.adapters.pods.process.place import Place
from slipcast.adapters.pods.process.plan import Plan
from slipcast.adapters.pods.process.reading import Reader
from slipcast.api.pod import Pod
from slipcast.ports.pods import Materials, Observed
from slipcast.values.faults import NotFound, PodFault

LOOK_AGAIN = 5.0
"""Seconds after which all pods are looked at, whether or not anything was told."""

_QUICK = 0.01
_SLOW = 0.2


class SupervisedPods:
    """Pods below supervisors that outlive us. Implements Pods."""

    def __init__(
        self, directory: Path, ground: Ground, nursery: Nursery, *, again: float = LOOK_AGAIN
    ) -> None:
        """One server at a time has a directory. Several may share a nursery.

        Units:  again in seconds: how often all pods are looked at.
        """
        place = directory.absolute()
        self.nursery = nursery
        self.keeper = Keeper(place, ground, nursery)
        self._bell = Bell(place)
        self._again = again

    async def start(self, pod: Pod, materials: Materials) -> None:
        """See the port."""
        place = await asyncio.to_thread(self.keeper.start, pod, materials)
        self._bell.watch(place.uid, place.holder())
        self._bell.ring(place.uid)

    async def stop(self, uid: str, grace: float) -> None:
        """See the port."""
        await asyncio.to_thread(self.keeper.stop, uid, grace)

    async def remove(self, uid: str) -> None:
        """See the port."""
        await asyncio.to_thread(self.keeper.remove, uid)
        self._bell.ring(uid)

    async def list(self) -> tuple[Observed, ...]:
        """See the port."""
        return await asyncio.to_thread(self.keeper.every)

    async def changes(self) -> AsyncGenerator[str, None]:
        """See the port."""
        await asyncio.to_thread(self.keeper.prepare)
        listener = self._bell.listen()
        seen = await self._look()
        return self._changes(listener, seen)

    async def records(
        self, uid: str, container: str, *, follow: bool = False
    ) -> AsyncGenerator[bytes, None]:
        """See the port."""
        place, plan = await asyncio.to_thread(self._found, uid, container)
        return self._records(place, plan, container, follow=follow)

    async def attach(self, uid: str, container: str, body: AsyncIterator[bytes]) -> None:
        """See the port."""
        place, _ = await asyncio.to_thread(self._found, uid, container)
        try:
            with sending.opened(place.input(container)) as pipe:
                # Only now does the supervisor let go of its own end: the reader sees no end yet.
                place.command(f"sent {container}")
                await sending.send(pipe, body)
        except OSError as error:
            raise PodFault(
                f"container {container} of pod {uid} does not read what it is sent",
                reason="NotReading",
            ) from error

    def close(self) -> None:
        """Let go of everything; pods go on."""
        self._bell.close()
        self.nursery.close()

    def _found(self, uid: str, container: str) -> tuple[Place, Plan]:
        place = self.keeper.place(uid)
        plan = place.plan() if place is not None else None
        if place is None or plan is None or all(each.name != container for each in plan.roles):
            raise NotFound(f"there is no container {container} of pod {uid}")
        return place, plan

    async def _look(self) -> dict[str, object]:
        """How every pod is doing; from now on we are told when its supervisor ends."""
        every = await self.list()
        for each in every:
            place = self.keeper.place(each.uid)
            if place is not None and each.status.phase not in OVER:
                self._bell.watch(each.uid, place.holder())
        return {each.uid: each.status for each in every}

    async def _changes(
        self, listener: Listener, seen: dict[str, object]
    ) -> AsyncGenerator[str, None]:
        loop = asyncio.get_running_loop()
        again = loop.time() + self._again
        try:
            while True:
                try:
                    async with asyncio.timeout_at(again):
                        uid = await listener.next()
                except TimeoutError:
                    before, seen = seen, await self._look()
                    for uid in before | seen:
                        if before.get(uid) != seen.get(uid):
                            listener.hear(uid)
                    again = loop.time() + self._again
                else:
                    yield uid
        finally:
            self._bell.leave(listener)

    async def _records(
        self, place: Place, plan: Plan, container: str, *, follow: bool
    ) -> AsyncGenerator[bytes, None]:
        reader, pause = Reader(place.path, container), _QUICK
        try:
            while True:
                # Asked first: what was said before the end is then read.
                is_over = not follow or await asyncio.to_thread(
                    self._has_ended, place, plan, container
                )
                data, is_there = await asyncio.to_thread(_looked, reader, place)
                if data:
                    pause = _QUICK
                    yield data
                elif not is_there:
                    # Removed while we looked away: what it said since is elsewhere.
                    raise NotFound(f"there is no pod {place.uid} any more")
                elif is_over:
                    return
                else:
                    await asyncio.sleep(pause)
                    pause = min(pause * 1.5, _SLOW)
        finally:
            reader.close()

    def _has_ended(self, place: Place, plan: Plan, container: str) -> bool:
        """Whether a container will say no more."""
        observed = self.keeper.observed(place)
        if observed is None or observed.status.phase in OVER:
            return True
        inits, mains = observed.status.init_container_statuses, observed.status.container_statuses
        end = next(
            (each.state.terminated for each in (*inits, *mains) if each.name == container), None
        )
        return end is not None and plan.stays_ended(container, end.exit_code)


def _looked(reader: Reader, place: Place) -> tuple[bytes, bool]:
    """What came since, and whether the pod was there all that time."""
    return reader.read(), place.path.exists()
