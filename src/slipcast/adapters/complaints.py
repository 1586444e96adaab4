"""What complaints about images and registries mean: an engine's words in, a fault out. Pure.

Engines differ in how they say it, hardly in what they say: dockerd, podman and buildah hand on the
words of the same few libraries.

Source: messages of dockerd, of containers/image and containers/storage.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final

from slipcast.ports.engine import RegistryAccess
from slipcast.values.faults import EngineFault

TRANSIENT = (
    "ping attempt failed with error",
    "is already in progress",
    "connection reset by peer",
    "transport closed before response was received",
    "connection refused",
)
"""Texts of pull errors that are worth another try (S2I-139)."""

OUT_OF_MEMORY: Final = "OutOfMemory"
"""The reason of a build whose step the kernel ended for its memory."""

HINTS: Mapping[str, str] = MappingProxyType(
    {
        OUT_OF_MEMORY: "Allow the build more memory.",
        "NoSpace": "Free space where the engine keeps its images.",
        "TLS": "Give the registry's CA certificate, or allow it as an insecure registry.",
        "Unauthorized": "Log in to the registry, or check the credentials in the docker config "
        "file.",
        "Unreachable": "Check the registry's host name and the network.",
        "ImageUnknown": "Check the image's name and tag.",
    }
)
"""What to do next, by reason."""

_ANY = re.IGNORECASE
_KILLED = re.compile(
    r"^Killed$|\bKilled signal\b|: *\d+ Killed\b|signal: killed"
    r"|exit status 137$|non-zero code: 137\b"
)

# The first match wins: a refused login may mention the manifest, a full disk the blob.
_REASONS = (
    ("NoSpace", re.compile(r"no space left on device|disk quota exceeded", _ANY)),
    (
        "TLS",
        re.compile(
            r"x509:|tls:|certificate|HTTP response to HTTPS client"
            r"|first record does not look like a TLS handshake",
            _ANY,
        ),
    ),
    (
        "Unauthorized",
        re.compile(
            r"unauthorized|authentication required|no basic auth credentials"
            r"|invalid username/password|access denied|access to the resource is denied|denied: "
            r"|\b40[13] \(|\b40[13] (?:Unauthorized|Forbidden)|status(?: code)?:? 40[13]\b",
            _ANY,
        ),
    ),
    (
        "Unreachable",
        re.compile(
            r"no such host|connection refused|connection reset|i/o timeout|deadline exceeded"
            r"|network is unreachable|no route to host|name resolution|server misbehaving"
            r"|Client\.Timeout|ping attempt failed|transport closed before|dial tcp",
            _ANY,
        ),
    ),
    (
        "ImageUnknown",
        re.compile(
            r"manifest unknown|name unknown|image not known|not found|does not exist|no such image"
            r"|no image found|did not resolve to an alias|repository name not known",
            _ANY,
        ),
    ),
)


def reason_of(complaint: str) -> str:
    """The reason a complaint shows, empty when none is known."""
    return next((reason for reason, pattern in _REASONS if pattern.search(complaint)), "")


def step_was_killed(lines: Iterable[str]) -> bool:
    """Whether the end of a build's log tells of a step, or a part of one, that was killed.

    Shape:  shells and compilers that see a child killed say so, and end with a code of their own.
    """
    return any(_KILLED.search(line) for line in lines)


def is_transient(complaint: str) -> bool:
    """Whether another try may help."""
    text = complaint.lower()
    return any(mark in text for mark in TRANSIENT)


def fault_of(
    message: str, complaint: str, tail: tuple[str, ...] = (), hints: Mapping[str, str] = HINTS
) -> EngineFault:
    """The fault with the reason that a complaint shows."""
    reason = reason_of(complaint)
    return EngineFault(
        message,
        reason=reason,
        hint=hints.get(reason, ""),
        retryable=is_transient(complaint),
        tail=tail,
    )


def out_of_memory(fault: EngineFault) -> EngineFault:
    """The same fault, known to come from a lack of memory."""
    return EngineFault(
        f"{fault.message} (OOMKilled)",
        reason=OUT_OF_MEMORY,
        hint=HINTS[OUT_OF_MEMORY],
        tail=fault.tail,
    )


@contextmanager
def advised(access: RegistryAccess) -> Generator[None]:
    """Whoever is refused inside is told what can be done about this access, when that is known."""
    try:
        yield
    except EngineFault as fault:
        if fault.reason == "Unauthorized":
            fault.hint = access.hint or fault.hint
        raise
