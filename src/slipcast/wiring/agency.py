"""What runs the pods of builds on this machine: the runner, what pods said, what was sent for them.

Source: house rule of running pods.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

import msgspec
from msgspec import field

from slipcast.adapters.podlogs import DirectoryLogs
from slipcast.adapters.pods.podman import PodmanPods
from slipcast.adapters.pods.process.nursery import Nursery
from slipcast.adapters.pods.process.pods import ProcessPods
from slipcast.adapters.pods.process.variables import PATH
from slipcast.adapters.uploads import DirectoryUploads
from slipcast.controllers.agent import Agent, Hosting
from slipcast.controllers.leftovers import Leftovers
from slipcast.controllers.materials import Gatherer, Server
from slipcast.ports.clock import Clock
from slipcast.ports.daemon import Building
from slipcast.ports.figures import Figures
from slipcast.ports.nodeimages import NodeImages
from slipcast.ports.pods import Pods
from slipcast.store.store import SERVER, Running, Store
from slipcast.store.tending import tended
from slipcast.values.faults import FieldError, InvalidFault
from slipcast.wiring.nodeimages import node_images
from slipcast.wiring.podmanpods import podman
from slipcast.wiring.registry import Addresses
from slipcast.wiring.serving import Place

ENTRY: Final = "slipcast.wiring.builder:main"
"""The builder's main function, which is kept loaded."""
LOADED: Final = (
    *("slipcast.builder.program", "slipcast.builder.assignment", "slipcast.builder.customrun"),
    *("slipcast.builder.strategies.source", "slipcast.builder.strategies.docker"),
    *("slipcast.builder.fetching", "slipcast.builder.handover", "slipcast.builder.failures"),
    *("slipcast.builder.inputs.binary", "slipcast.builder.inputs.git"),
    *("slipcast.builder.dockerfilerewrite", "slipcast.builder.postcommit"),
    *("slipcast.builder.finishing", "slipcast.builder.pushing", "slipcast.builder.unfinished"),
    *("slipcast.adapters.engine.buildah", "slipcast.adapters.git", "slipcast.adapters.downloads"),
    *("slipcast.adapters.reporter.http", "slipcast.cli.progress", "slipcast.cli.toolbox"),
    *("slipcast.wiring.toolbox", "slipcast.wiring.settings", "slipcast.wiring.presence"),
    *("slipcast.wiring.signals", "http.client", "encodings.ascii", "encodings.idna"),
)
"""What it needs nearly always."""
HANDED_ON: Final = ("SLIPCAST_", "XDG_", "HOME", "PATH", "LANG", "LC_")
"""How variables begin that builders inherit: settings, and where tools lie; no secrets."""
NOWHERE: Final = Addresses()
LEAST: Final = 2
"""How many builds run at once at least, unless a setting says fewer."""


class Agency(msgspec.Struct, frozen=True, kw_only=True):
    """What runs builds here; nothing where pods are not run."""

    running: Running
    pods: Pods | None = None
    images: NodeImages | None = None
    at_once: int = LEAST
    figures: Figures = field(default_factory=Figures)

    def background(
        self,
        store: Store,
        clock: Clock,
        server: Server,
        node: str,
        others: Callable[[str], bool] | None = None,
    ) -> Sequence[Coroutine[Any, Any, None]]:
        """The work beside requests, for ever, whatever happens to it."""
        logs, uploads = self.running.logs, self.running.uploads
        if self.pods is None or self.images is None or logs is None or uploads is None:
            return ()
        api = store.as_(SERVER)
        hosting = Hosting(
            node=node,
            limit=self.at_once,
            pods=self.pods,
            logs=logs,
            gatherer=Gatherer(api=api, server=server, uploads=uploads),
            others=others,
            figures=self.figures,
        )
        leftovers = Leftovers(api, clock, logs, uploads, self.images)
        return (
            tended("agent", lambda: Agent(api, clock, hosting).run(), clock),
            tended("leftovers", leftovers.run, clock),
        )


def opened(
    building: Building,
    place: Place,
    clock: Clock,
    registry: Addresses = NOWHERE,
    figures: Figures | None = None,
) -> Agency:
    """What the settings ask for.

    Shape:  registry is where builds find the integrated one, figures where is said how many run.
    Errors: HostFault; InvalidFault.
    """
    if building.pods == "none":
        return Agency(running=Running())
    with place.usable():
        logs = DirectoryLogs(place.directory / "logs")
        uploads = DirectoryUploads(
            place.directory / "uploads", clock, largest=building.largest_upload
        )
        pods = _pods(building, place, registry)
    return Agency(
        running=Running(pods=pods, logs=logs, uploads=uploads),
        pods=pods,
        images=node_images(os.environ, building.pods),
        at_once=building.at_once or max(LEAST, os.cpu_count() or LEAST),
        figures=figures or Figures(),
    )


def node_of(server: str) -> str:
    """The name of a server as that of a node, which a host's name need not be."""
    return re.sub(r"[^a-z0-9-]+", "-", server.lower()).strip("-")


def _pods(building: Building, place: Place, registry: Addresses) -> Pods:
    directory = place.directory / "pods"
    socket = building.cluster.engine_socket
    sockets = (socket,) if socket else ()
    if building.pods == "podman":
        return PodmanPods(
            directory, podman({**os.environ, **registry.variables}, place.authority, sockets)
        )
    if building.pods != "process":
        what = "write process, podman or none"
        raise InvalidFault((FieldError(path="builds.pods", what=what, value=building.pods),))
    env = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(HANDED_ON) and name != "SLIPCAST_ROOT"
    }
    env.setdefault("PATH", PATH)
    env |= registry.variables
    nursery = None
    program = building.program
    if not program:
        # The builder is our own: it need not be loaded anew for each pod.
        program = (sys.executable, "-m", "slipcast.wiring.builder")
        nursery = Nursery(env, entry=ENTRY, modules=LOADED)
    return ProcessPods(directory, program, env=env, sockets=sockets, nursery=nursery)
