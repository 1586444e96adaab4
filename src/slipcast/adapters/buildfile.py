"""Which file of its context a Dockerfile build follows."""

from __future__ import annotations

from pathlib import Path

from slipcast.ports.engine import BuildSpec
from slipcast.values.faults import EngineFault

_USUAL = ("Dockerfile", "Containerfile")


def dockerfile_of(spec: BuildSpec) -> Path:
    """The Dockerfile asked for, else the usual one.

    Errors: EngineFault DockerfileMissing.
    """
    if spec.dockerfile is not None:
        found = spec.context / spec.dockerfile
        if not found.is_file():
            raise EngineFault(f"there is no Dockerfile {found}", reason="DockerfileMissing")
        return found
    named = (spec.context / name for name in _USUAL)
    there = next((path for path in named if path.is_file()), None)
    if there is None:
        raise EngineFault(
            f"{spec.context} holds neither a {' nor a '.join(_USUAL)}", reason="DockerfileMissing"
        )
    return there
