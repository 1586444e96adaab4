"""Images of builds on this node, for the server: the builder's notes, and the engine it works with.

Source: ports.nodeimages.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from slipcast.builder import nodeimages
from slipcast.cli.toolbox import EngineFlags
from slipcast.ports.nodeimages import BuildKey
from slipcast.values.faults import PortFault
from slipcast.wiring import engines
from slipcast.wiring.podmanpods import state_in_pods
from slipcast.wiring.settings import in_force

if TYPE_CHECKING:
    from slipcast.ports.engine import Engine


class NotedImages:
    """Implements NodeImages.

    Shape:  state is where the builders of this node keep what they need. engine makes the engine,
            when there is something to be removed.
    """

    def __init__(self, state: Path, engine: Callable[[], Engine]) -> None:
        self._state = state
        self._engine = engine

    async def list(self) -> tuple[BuildKey, ...]:
        """See the port."""
        try:
            return await asyncio.to_thread(nodeimages.listed, self._state)
        except OSError as fault:
            raise PortFault(f"notes of images cannot be read: {fault}") from fault

    async def remove(self, build: BuildKey) -> None:
        """See the port."""
        try:
            await asyncio.to_thread(self._remove, build)
        except OSError as fault:
            what = f"the image of the build {build.namespace}/{build.name} cannot be removed"
            raise PortFault(f"{what}: {fault}") from fault

    def _remove(self, build: BuildKey) -> None:
        nodeimages.remove(self._state, build, self._engine)


def node_images(environment: Mapping[str, str], pods: str) -> NotedImages:
    """Those that builders leave which run as the setting `builds.pods` has them.

    Errors: InvalidFault.
    """
    settings, flags = in_force(environment), EngineFlags()
    state = settings.state
    if pods == "podman":
        state, flags = state_in_pods(state), EngineFlags(engine="buildah")
    return NotedImages(state, lambda: engines.made(flags, settings, environment))
