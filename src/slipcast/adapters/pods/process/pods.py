"""The adapter itself: pods as programs of this host."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from slipcast.adapters.pods.process import laying, variables
from slipcast.adapters.pods.process.laying import Host
from slipcast.adapters.pods.process.nursery import Nursery
from slipcast.adapters.pods.process.place import Place
from slipcast.adapters.pods.process.plan import Plan
from slipcast.adapters.pods.process.supervised import LOOK_AGAIN, SupervisedPods
from slipcast.api.pod import Pod
from slipcast.ports.pods import Materials

ENGINE_SOCKET = "/var/run/docker.sock"
_NOTHING: Mapping[str, str] = {}


class ProcessPods(SupervisedPods):
    """Pods as processes of this host."""

    def __init__(
        self,
        directory: Path,
        builder: Sequence[str],
        *,
        env: Mapping[str, str] = _NOTHING,
        sockets: Collection[str] = (ENGINE_SOCKET,),
        nursery: Nursery | None = None,
        again: float = LOOK_AGAIN,
    ) -> None:
        """One server at a time has a directory.

        Shape:  builder is the program that roles are appended to; env are variables that every
                program has, over those of its pod (PATH, SLIPCAST_STATE); sockets are the paths
                of the host that pods may see. Several may share a nursery.
        Units:  again in seconds: how often all pods are looked at.
        """
        host = Host(builder=tuple(builder), env=env, sockets=frozenset(sockets))
        nursery = nursery or Nursery({"PATH": variables.PATH, **env})
        super().__init__(directory, _Processes(host), nursery, again=again)


class _Processes:
    """Containers that are programs of this host."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def lay(self, place: Place, pod: Pod, materials: Materials) -> None:
        laying.lay(place, pod, materials, self._host)

    def clear(self, plan: Plan) -> None:
        """Nothing lies elsewhere."""
