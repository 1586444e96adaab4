"""What a server does about builds beside requests: the controllers, where they are to run."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Coroutine, Sequence
from functools import partial
from typing import Any, Final

from slipcast.controllers.controller import Controllers, Running
from slipcast.controllers.lease import Leadership
from slipcast.ports.api import Api
from slipcast.ports.clock import Clock
from slipcast.ports.daemon import Serving
from slipcast.ports.figures import Figures
from slipcast.store.store import SERVER, Store
from slipcast.store.tending import tended
from slipcast.wiring.importing import scheduling
from slipcast.wiring.serving import Place

SHARED: Final = ("postgresql:", "postgres:")
"""How stores begin that several servers may have in common."""
_DIGITS: Final = 4


def background(
    store: Store, clock: Clock, wanted: Serving, place: Place, figures: Figures
) -> Sequence[Coroutine[Any, Any, None]]:
    """The work beside requests, each for ever, whatever happens to it.

    Shape:  figures is where builds are counted.
    Errors: HostFault.
    """
    api = store.as_(SERVER)
    control = partial(_control, api, clock, wanted, figures)
    if wanted.store.startswith(SHARED):
        leadership = Leadership(api, clock, identity(place))
        return (tended("controllers", partial(leadership.lead, control), clock),)
    return (tended("controllers", control, clock),)


def identity(place: Place) -> str:
    """Who this server is: the same after a restart, and no other.

    Errors: HostFault.
    """
    with place.usable():
        path = place.identity
        # Empty is what a full disk leaves.
        if not path.exists() or not path.read_text("utf-8").strip():
            path.write_text(f"{socket.gethostname()}-{secrets.token_hex(_DIGITS)}", "utf-8")
        return path.read_text("utf-8").strip()


async def _control(api: Api, clock: Clock, wanted: Serving, figures: Figures) -> None:
    """Control, for ever, beginning with a look at everything there is."""
    running = Running(
        cluster=wanted.building.cluster,
        workers=wanted.building.workers,
        scheduling=scheduling(wanted.streams.importing),
        figures=figures,
    )
    await Controllers(api, clock, running).run()
