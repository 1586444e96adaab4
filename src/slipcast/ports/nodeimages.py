"""The NodeImages port: images of builds without an output, which lie on this node. Asynchronous.

Such an image belongs to its Build, and goes with it. Adapter: `wiring.nodeimages`, over the notes
of `builder.nodeimages`.
"""

from __future__ import annotations

from typing import Protocol

import msgspec


class BuildKey(msgspec.Struct, frozen=True, kw_only=True):
    """Which build an image is of; another one of the same name has another uid."""

    namespace: str
    name: str
    uid: str


class NodeImages(Protocol):
    """Images on this node that builds have named after themselves."""

    async def list(self) -> tuple[BuildKey, ...]:
        """The builds whose images are here."""
        ...

    async def remove(self, build: BuildKey) -> None:
        """Remove the image of a build; none is fine, and so is one that is another's by now.

        Errors: PortFault when a container uses it, or the engine does not do it now.
        """
        ...
