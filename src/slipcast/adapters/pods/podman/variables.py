"""The variables of a container, on their way through podman. Pure.

A file that podman reads has a variable in each line, of bounded length. What does not fit there
goes through podman's own variables, unless its name means something to podman or to the programs
that it calls: no word of a pod steers what runs on the host.

Source: podman-run(1), env-file; ld.so(8); Go's runtime, environment variables.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from slipcast.adapters.heeded import is_heeded, is_proxy
from slipcast.values.faults import PodFault

_NAME: Final = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*", re.ASCII)
_LONGEST: Final = 60_000


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """Variables as podman takes them: lines of a file, and what its own environment has."""

    lines: str
    inherited: Mapping[str, str]


def given(env: Mapping[str, str]) -> Given:
    """How a container is given its variables.

    Errors: PodFault for what cannot be handed over.
    """
    for name, value in env.items():
        if not _NAME.fullmatch(name) or "\0" in value:
            raise PodFault(f"the variable {name!r} cannot be one", reason="InvalidEnv")
    odd = {name: value for name, value in env.items() if _is_odd(name, value)}
    for name in odd:
        if is_heeded(name) or is_proxy(name):
            raise PodFault(
                f"the variable {name} is of several lines, or too long, and means something to the"
                " programs that start the container",
                reason="InvalidEnv",
                hint="give it another name",
            )
    plain = (f"{name}={value}\n" for name, value in env.items() if name not in odd)
    return Given(lines="".join(plain), inherited=odd)


def _is_odd(name: str, value: str) -> bool:
    if "\n" in value or "\r" in value:
        return True
    return len(name) + len(value.encode("utf-8", "surrogateescape")) > _LONGEST
