"""Images that are on this host already, for those who may have them.

Builds of all namespaces share what the host has pulled. An image of a guarded registry is used only
by who may pull it now, so the registry is asked; it sends nothing of what is here.
"""

from __future__ import annotations

import re
from typing import Final

from slipcast.ports.engine import Engine, PullSpec, RegistryAccess
from slipcast.values.faults import EngineFault
from slipcast.values.image import ImageFacts

_ID: Final = re.compile(r"(?:sha256:)?[0-9a-f]{1,64}")


def here(engine: Engine, image: str, access: RegistryAccess) -> ImageFacts | None:
    """The image, if it is here and may be used; None when it has to be pulled.

    Errors: what the engine raises where the registry refuses.
    """
    facts = engine.inspect(image)
    if facts is None or not access.guarded:
        return facts
    return engine.pull(PullSpec(image=image, access=access))


def refuse_id(engine: Engine, image: str) -> None:
    """Refuse the id of an image that is here, also in part: knowing it gives no right to it.

    Errors: EngineFault ImageUnknown.
    """
    if not _ID.fullmatch(image):
        return
    facts = engine.inspect(image)
    if facts is not None and facts.id.startswith(image.removeprefix("sha256:")):
        raise EngineFault(
            f"{image} is the id of an image, and builds take images by their names",
            reason="ImageUnknown",
            hint="Name the image with its registry: docker.io/library/NAME.",
        )
