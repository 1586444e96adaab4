"""A job: one request on its way, and the ports it is carried out with."""

from __future__ import annotations

import errno
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec

from slipcast.builds.s2i import names
from slipcast.builds.s2i.reasons import Exit, Reason, failure
from slipcast.builds.s2i.request import S2IRequest
from slipcast.ports.downloads import Downloads
from slipcast.ports.engine import Engine, RegistryAccess
from slipcast.ports.progress import Progress
from slipcast.values.faults import PortFault

Credentials = Callable[[str], RegistryAccess]
"""How the registry of an image is reached."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What every step of a build needs."""

    request: S2IRequest
    progress: Progress
    engine: Engine
    downloads: Downloads
    credentials: Credentials

    def container_name(self, image: str) -> str:
        """A name for a container made from image, never twice the same."""
        return names.container_name(image, secrets.token_hex(4))


@contextmanager
def failing(reason: Reason, what: str, *, exit_code: Exit = Exit.FAILED) -> Iterator[None]:
    """What a port raises inside becomes the end of the build, for this reason.

    Shape:  what begins the sentence that the port's own words end; empty leaves them alone.
    """
    try:
        yield
    except PortFault as fault:
        text = f"{what}: {fault.message}" if what else fault.message
        raise failure(
            reason, text, exit_code=exit_code, hint=fault.hint, tail=fault.tail
        ) from fault
    except OSError as fault:
        text = f"{fault.strerror or fault}: {fault.filename}" if fault.filename else str(fault)
        raise failure(
            Reason.FILE_SYSTEM_FAILED,
            f"{what}: {text}" if what else text,
            hint="Make room, and build again." if fault.errno == errno.ENOSPC else "",
        ) from fault
