"""Secrets of a build's account that log in, too, where the one that the Build names is refused.

A Build has room for one secret per purpose (BL-15 to BL-17). The others that fit are written beside
it, tried after it as those of a pod are, and need not be there any more when it runs.

Source: Kubernetes, pull secrets of pods; docs/explanation/running-builds.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from slipcast.api.build import Build
from slipcast.values.names import dns_subdomain

ANNOTATION: Final = "build.slipcast.io/other-secrets"
PUSH: Final = "push"
PULL: Final = "pull"
MOST: Final = 10
"""Other secrets for one purpose."""


def for_source(index: int) -> str:
    """The purpose of pulling an image that is a source."""
    return f"source-image-{index}"


def noted(build: Build, others: Mapping[str, Sequence[str]]) -> Build:
    """The build with other secrets for its purposes beside it; the same where there are none."""
    found = {purpose: names[:MOST] for purpose, names in others.items() if names}
    if not found:
        return build
    text = msgspec.json.encode(found).decode()
    metadata = msgspec.structs.replace(
        build.metadata, annotations={**build.metadata.annotations, ANNOTATION: text}
    )
    return msgspec.structs.replace(build, metadata=metadata)


def others(build: Build, purpose: str, named: str) -> tuple[str, ...]:
    """The other secrets for a purpose, beside the one that the Build names for it."""
    text = build.metadata.annotations.get(ANNOTATION, "")
    try:
        found = msgspec.json.decode(text, type=dict[str, list[str]]).get(purpose, [])
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return ()
    names = (name for name in dict.fromkeys(found) if name != named and not dns_subdomain(name))
    return tuple(names)[:MOST]
