"""The adapter itself: pods as containers that podman runs."""

from __future__ import annotations

from pathlib import Path

from slipcast.adapters import argv
from slipcast.adapters.pods.podman import commandline
from slipcast.adapters.pods.podman.commandline import Podman
from slipcast.adapters.pods.podman.laying import Layout
from slipcast.adapters.pods.process import cgroups, variables
from slipcast.adapters.pods.process.nursery import Nursery
from slipcast.adapters.pods.process.place import Place
from slipcast.adapters.pods.process.plan import Plan
from slipcast.adapters.pods.process.supervised import LOOK_AGAIN, SupervisedPods
from slipcast.api.pod import Pod
from slipcast.ports.pods import Materials
from slipcast.values.faults import HostFault, PodFault

_PATIENCE = 120.0


class PodmanPods(SupervisedPods):
    """Pods as containers of podman, below supervisors that outlive us."""

    def __init__(
        self,
        directory: Path,
        podman: Podman,
        *,
        nursery: Nursery | None = None,
        again: float = LOOK_AGAIN,
    ) -> None:
        """One server at a time has a directory.

        Units:  again in seconds: how often all pods are looked at.
        """
        nursery = nursery or Nursery({"PATH": variables.PATH, **podman.env})
        super().__init__(directory, _Containers(podman), nursery, again=again)


class _Containers:
    """Containers of podman."""

    def __init__(self, podman: Podman) -> None:
        self._podman = podman

    def lay(self, place: Place, pod: Pod, materials: Materials) -> None:
        Layout(
            podman=self._podman,
            place=place,
            pod=pod,
            materials=materials,
            grouped=cgroups.look() is not None,
        ).lay()

    def clear(self, plan: Plan) -> None:
        why = self._removed(plan)
        if why:
            # Podman before 5.6 waits in vain for a monitor that was killed, notes that, and fails;
            # the next try removes the container (podman issue 26640).
            why = self._removed(plan)
        if why:
            raise _not_cleared(plan, why)

    def _removed(self, plan: Plan) -> str:
        """Why the containers of a pod are still there; empty when they are not."""
        line = commandline.clearing(self._podman, plan.uid)
        try:
            ran = argv.run(line, env=dict(self._podman.env), cwd=Path("/"), timeout=_PATIENCE)
        except HostFault as fault:
            raise _not_cleared(plan, fault.message) from fault
        if ran.code == 0:
            return ""
        said = ran.complaint.splitlines()
        return said[-1] if said else f"podman ended with {ran.code}"


def _not_cleared(plan: Plan, why: str) -> PodFault:
    return PodFault(
        f"the containers of pod {plan.name} cannot be removed: {why}",
        reason="HostUnfit",
        retryable=True,
    )
