"""A shell in a container, in one line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from slipcast.ports.engine import ContainerSpec, Engine
from working import Told, run

Shell = Callable[..., Told]


@pytest.fixture
def shell(engine: Engine, base_image: str) -> Shell:
    """Runs shell lines in a container of the base image, without network unless told otherwise."""

    def told(line: str, idle: float | None = None, **spec: Any) -> Told:
        given = {"image": base_image, "network": "none", "argv": ("/bin/sh", "-c", line), **spec}
        with engine.container(ContainerSpec(**given)) as container:
            return run(container, idle)

    return told
