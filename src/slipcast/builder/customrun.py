"""Builds by an image of the user's own, run through the engine where a pod is a local process.

Source: builder-process.md section 11, BLD-144 to BLD-150.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import IO

import msgspec

from slipcast.ports.engine import ANONYMOUS, Engine, RegistryAccess
from slipcast.ports.progress import Progress

CONTAINER = "SLIPCAST_CONTAINER"
"""The variable that holds the container's spec, as JSON of the API."""


class Custom(msgspec.Struct, frozen=True, kw_only=True):
    """What a user's image is run with; BUILD is not read, since the user may have replaced it.

    Shape:  env is the process's own, root where the mounts of the pod lie.
    """

    env: Mapping[str, str]
    root: Path
    stdin: IO[bytes]
    engine: Engine
    progress: Progress
    access: RegistryAccess = ANONYMOUS


def run(custom: Custom) -> int:
    """Run the container that SLIPCAST_CONTAINER describes to its end; its exit code.

    Errors: BuildFault when it cannot be run at all.
    """
    raise NotImplementedError
