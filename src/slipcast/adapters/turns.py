"""Logins in turn: whoever a registry refuses is followed by the next that fits.

Source: Kubernetes, how several pull secrets of a pod are used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from msgspec.structs import replace

from slipcast.ports.engine import Credential, RegistryAccess
from slipcast.values.faults import EngineFault

UNAUTHORIZED: Final = "Unauthorized"

T = TypeVar("T")


def in_turn(access: RegistryAccess, act: Callable[[RegistryAccess], T]) -> T:
    """What comes of acting as the first who is not refused.

    Errors: those of act; of refusals the last, with the names of the secrets that were tried.
    """
    known = (access.credential, *access.others)
    for credential in known[:-1]:
        try:
            return act(replace(access, credential=credential, others=()))
        except EngineFault as fault:
            if fault.reason != UNAUTHORIZED:
                raise
    try:
        return act(replace(access, credential=known[-1], others=()))
    except EngineFault as fault:
        if fault.reason == UNAUTHORIZED:
            fault.message += _tried(known)
        raise


def _tried(known: Iterable[Credential | None]) -> str:
    names = dict.fromkeys(each.secret for each in known if each is not None and each.secret)
    return f" (tried the login of secret {', '.join(names)})" if names else ""
