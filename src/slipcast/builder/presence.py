"""Images that are on this host already, for those who may have them.

Builds of all namespaces share what the host has pulled. An image of a guarded registry is used only
by who may pull it now, so the registry is asked; it sends nothing of what is here.
"""

from __future__ import annotations

from slipcast.ports.engine import Engine, PullSpec, RegistryAccess
from slipcast.values.image import ImageFacts


def here(engine: Engine, image: str, access: RegistryAccess) -> ImageFacts | None:
    """The image, if it is here and may be used; None when it has to be pulled.

    Errors: what the engine raises where the registry refuses.
    """
    facts = engine.inspect(image)
    if facts is None or not access.guarded:
        return facts
    return engine.pull(PullSpec(image=image, access=access))
