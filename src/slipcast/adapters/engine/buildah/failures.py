"""What buildah's complaints mean: stderr in, fault out. Pure.

Source: messages of containers/image and containers/storage, as buildah 1.28 to 1.3x print them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from slipcast.values.faults import EngineFault

TRANSIENT = (
    "ping attempt failed with error",
    "is already in progress",
    "connection reset by peer",
    "transport closed before response was received",
    "connection refused",
)
"""Texts of pull errors that are worth another try (S2I-139)."""

# First match wins: a refused login may mention the manifest, a full disk the blob.
_REASONS = (
    ("NoSpace", re.compile(r"no space left on device|disk quota exceeded", re.IGNORECASE)),
    (
        "TLS",
        re.compile(
            r"x509:|tls:|certificate|server gave HTTP response to HTTPS client"
            r"|first record does not look like a TLS handshake",
            re.IGNORECASE,
        ),
    ),
    (
        "Unauthorized",
        re.compile(
            r"unauthorized|authentication required|invalid username/password"
            r"|denied: |requested access to the resource is denied|\b40[13] \(",
            re.IGNORECASE,
        ),
    ),
    (
        "Unreachable",
        re.compile(
            r"no such host|connection refused|i/o timeout|network is unreachable|no route to host"
            r"|connection reset|deadline exceeded|temporary failure in name resolution"
            r"|Client\.Timeout|ping attempt failed|transport closed before",
            re.IGNORECASE,
        ),
    ),
    (
        "ImageUnknown",
        re.compile(
            r"manifest unknown|name unknown|image not known|not found|no image found"
            r"|did not resolve to an alias|repository name not known|no such file or directory",
            re.IGNORECASE,
        ),
    ),
)

_HINTS = {
    "NoSpace": "free space in the image storage; `slipcast doctor` shows where it lies",
    "TLS": "give the registry's CA certificate, or allow it as an insecure registry",
    "Unauthorized": "log in to the registry, or check the credentials in the docker config file",
    "Unreachable": "check the registry's host name and the network",
    "ImageUnknown": "check the image's name and tag",
}

_NOISE = re.compile(r'^(?:time="[^"]*" level=\w+ msg=)?"?(?:Error: )?|"$')


def reason_of(complaint: str) -> str:
    """The reason a complaint shows, empty when none is known."""
    return next((reason for reason, pattern in _REASONS if pattern.search(complaint)), "")


def is_transient(complaint: str) -> bool:
    """Whether another try may help."""
    text = complaint.lower()
    return any(mark in text for mark in TRANSIENT)


def fault_of(what: str, tail: Sequence[str]) -> EngineFault:
    """The fault for something that could not be done, with the program's own last words.

    Shape:  what is a sentence without its end: `image x could not be pulled`.
    """
    complaint = "\n".join(tail)
    reason = reason_of(complaint)
    said = _NOISE.sub("", tail[-1]) if tail else "no message"
    return EngineFault(
        f"{what}: {said}",
        reason=reason,
        hint=_HINTS.get(reason, ""),
        retryable=is_transient(complaint),
        tail=tuple(tail),
    )
