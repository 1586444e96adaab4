"""What the engine's complaints mean: its words in, a fault out. Pure.

Source: messages of dockerd, of containers/image, and of the OCI runtimes.
"""

from __future__ import annotations

import re

from slipcast.values.container import ExitStatus
from slipcast.values.faults import EngineFault

TRANSIENT = (
    "ping attempt failed with error",
    "is already in progress",
    "connection reset by peer",
    "transport closed before response was received",
    "connection refused",
)
"""Texts of pull errors that are worth another try (S2I-139)."""

NOT_FOUND = 127
NOT_EXECUTABLE = 126

_ANY = re.IGNORECASE

# The first match wins: a refused login may mention the manifest, a full disk the blob.
_REASONS = (
    ("NoSpace", re.compile(r"no space left on device|disk quota exceeded", _ANY)),
    ("TLS", re.compile(r"x509:|tls:|certificate|HTTP response to HTTPS client", _ANY)),
    (
        "Unauthorized",
        re.compile(
            r"unauthorized|authentication required|no basic auth credentials|denied"
            r"|invalid username/password|\b40[13]\b",
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
            r"manifest unknown|name unknown|not found|does not exist|no such image"
            r"|did not resolve to an alias|repository name not known",
            _ANY,
        ),
    ),
)

_HINTS = {
    "NoSpace": "Free space where the engine keeps its images.",
    "TLS": "Give the engine's host the registry's CA certificate (certs.d/HOST/ca.crt), or let the "
    "engine treat the registry as insecure.",
    "Unauthorized": "Log in to the registry, or check the credentials in the docker config file.",
    "Unreachable": "Check the registry's host name, and the network of the engine's host.",
    "ImageUnknown": "Check the image's name and tag.",
}

_CANNOT_EXECUTE = re.compile(r"permission denied|exec format error", _ANY)
_NO_PROGRAM = re.compile(r"executable file not found|no such file or directory|exec: .*not found")
_STARTING = re.compile(r"exec: |exec format error|executable file|command that was not found")


def reason_of(complaint: str) -> str:
    """The reason a complaint shows, empty when none is known."""
    return next((reason for reason, pattern in _REASONS if pattern.search(complaint)), "")


def is_transient(complaint: str) -> bool:
    """Whether another try may help."""
    text = complaint.lower()
    return any(mark in text for mark in TRANSIENT)


def fault_of(what: str, complaint: str, tail: tuple[str, ...] = ()) -> EngineFault:
    """The fault for what could not be done, with the engine's own words.

    Shape:  what is a sentence without its end: `image x could not be pulled`.
    """
    reason = reason_of(complaint)
    return EngineFault(
        f"{what}: {complaint.strip()}",
        reason=reason,
        hint=_HINTS.get(reason, ""),
        retryable=is_transient(complaint),
        tail=tail,
    )


def not_started(complaint: str) -> ExitStatus | None:
    """How a program ended that could not be started; None when something else is wrong."""
    if not _STARTING.search(complaint):
        return None
    if _CANNOT_EXECUTE.search(complaint):
        return ExitStatus(code=NOT_EXECUTABLE, error=complaint)
    if _NO_PROGRAM.search(complaint):
        return ExitStatus(code=NOT_FOUND, error=complaint)
    return None
