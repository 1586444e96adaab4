"""Keeping pods: all that is done to their directories, by whoever serves them. Blocks.

A pod is there as soon as its directory is: one whose supervisor was never begun is begun by
whoever finds it, and of one whose supervisor is gone without a word it is said that it is lost.
"""

from __future__ import annotations

import logging
import os
import threading
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from slipcast.adapters.pods.process import cgroups, laying, processes
from slipcast.adapters.pods.process.life import Life, lost
from slipcast.adapters.pods.process.nursery import Nursery
from slipcast.adapters.pods.process.place import EVENTS, Place, place_of
from slipcast.adapters.pods.process.plan import Plan
from slipcast.api.pod import Pod, PodStatus
from slipcast.ports.pods import Materials, Observed
from slipcast.values import instant
from slipcast.values.faults import PodFault

log = logging.getLogger("slipcast.pods")

OVER = frozenset({"Succeeded", "Failed"})


class Ground(Protocol):
    """What pods stand on: how they are laid out, and what is left of them elsewhere."""

    def lay(self, place: Place, pod: Pod, materials: Materials) -> None:
        """Put a pod's directory in place, whole or not at all; one that is there stays.

        Errors: PodFault.
        """
        ...

    def clear(self, plan: Plan) -> None:
        """Take away all of a pod that has ended, but its directory.

        Errors: PodFault, retryable.
        """
        ...


class Keeper:
    """Keeps the pods of a directory. Safe to be used from several threads."""

    def __init__(self, directory: Path, ground: Ground, nursery: Nursery) -> None:
        self._directory = directory
        self._ground = ground
        self._nursery = nursery
        self._lock = threading.Lock()
        self._is_ready = False
        self._may_warn = True
        self._hierarchies: cgroups.Hierarchies | None = None

    def place(self, uid: str) -> Place | None:
        """Where a pod lies; None without one."""
        place = place_of(self._directory, uid)
        return place if place is not None and place.path.is_dir() else None

    def start(self, pod: Pod, materials: Materials) -> Place:
        """Start a pod, whose place that is.

        Errors: PodFault.
        """
        place = self.laid(pod, materials)
        self._warn(place)
        self._begun(place)
        return place

    def laid(self, pod: Pod, materials: Materials) -> Place:
        """The place of a pod, which is there from now on, and runs as soon as somebody looks.

        Errors: PodFault.
        """
        place = place_of(self._directory, pod.metadata.uid)
        if place is None:
            raise PodFault(f"pod {pod.metadata.name} has no uid that a directory can have")
        self.prepare()
        with self._lock:
            if not place.path.exists():
                self._ground.lay(place, pod, materials)
        return place

    def stop(self, uid: str, grace: float) -> None:
        """Ask a pod to end."""
        place = self.place(uid)
        if place is not None:
            self._begun(place)
            place.command(f"stop {grace}")

    def remove(self, uid: str) -> None:
        """Forget a pod that has ended.

        Errors: PodFault.
        """
        place = self.place(uid)
        if place is None:
            return
        observed = self.observed(place)
        if observed is not None and observed.status.phase not in OVER:
            raise PodFault(f"pod {observed.name} runs", reason="Running", retryable=True)
        plan = place.plan()
        if plan is not None:
            self._ground.clear(plan)
        if self._hierarchies is not None:
            cgroups.remove_pod(self._hierarchies, uid)
        with self._lock:
            laying.take_away(place)

    def every(self) -> tuple[Observed, ...]:
        """All pods."""
        self.prepare()
        names = sorted(path.name for path in self._directory.iterdir())
        places = (self.place(name) for name in names)
        every = (self.observed(place) for place in places if place is not None)
        return tuple(each for each in every if each is not None)

    def observed(self, place: Place) -> Observed | None:
        """How a pod is doing; None without one."""
        plan = place.plan()
        if plan is None:
            return None
        with suppress(PodFault):
            self._begun(place)
        status = place.status()
        if place.has_begun():
            if status.phase not in OVER and not place.is_held():
                status = self._lost(place, plan)
        else:
            status = Life(plan, "").status
        return Observed(
            uid=plan.uid, namespace=plan.namespace, name=plan.name, status=status, key=plan.key
        )

    def prepare(self) -> None:
        """See to it that there is a directory for pods.

        Errors: PodFault.
        """
        with self._lock:
            if self._is_ready:
                return
            try:
                self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
                laying.sweep(self._directory)
                with suppress(FileExistsError):
                    os.mkfifo(self._directory / EVENTS, 0o600)
            except OSError as error:
                raise PodFault(
                    f"{self._directory} cannot be used for pods: {error.strerror}",
                    reason="HostUnfit",
                    retryable=True,
                ) from error
            self._hierarchies = cgroups.look()
            self._is_ready = True

    def _begun(self, place: Place) -> None:
        if not place.has_begun():
            self._nursery.start(place)

    def _lost(self, place: Place, plan: Plan) -> PodStatus:
        held = place.taken()
        status = place.status()
        if held is None:
            return status
        try:
            if status.phase not in OVER:
                processes.end_all(lambda: self._left_of(place))
                if self._hierarchies is not None:
                    cgroups.remove_pod(self._hierarchies, place.uid)
                status = lost(plan, status, instant.to_text(datetime.now(UTC)))
                log.warning("pod.lost", extra={"fields": {"uid": plan.uid, "name": plan.name}})
                # On a full disk it is found out again, and told the same.
                with suppress(OSError):
                    place.tell(status, durably=True)
        finally:
            os.close(held)
        return status

    def _left_of(self, place: Place) -> set[int]:
        """The processes that a supervisor which was killed has left."""
        every = processes.table()
        left = processes.of_place(every, place.path)
        if self._hierarchies is not None:
            left |= cgroups.processes_of(self._hierarchies, place.uid) & set(every)
        return left | processes.descendants(every, left)

    def _warn(self, place: Place) -> None:
        """Say once that limits cannot be kept here."""
        plan = place.plan()
        if self._hierarchies is not None or not self._may_warn or plan is None:
            return
        if any(role.limits.memory or role.limits.processors for role in plan.roles):
            self._may_warn = False
            why = "no control group can be made on this host"
            log.warning("pods.unlimited", extra={"fields": {"why": why}})
