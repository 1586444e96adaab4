"""The addresses of webhooks, as they are shown: without their secrets.

Source: cli.md SB-71; user-pain.md UP-16.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from slipcast.api.build import BuildConfig
from slipcast.builds.triggers import HIDDEN_SECRET
from slipcast.values.faults import UsageFault

TYPES: Final = ("Generic", "GitHub", "GitLab", "Bitbucket")
ALL: Final = "all"


def check(sort: str) -> None:
    """See that a type of webhook is one.

    Errors: UsageFault.
    """
    if sort != ALL and sort.lower() not in {each.lower() for each in TYPES}:
        known = ", ".join((ALL, *(each.lower() for each in TYPES)))
        raise UsageFault(f"--list-webhooks must be one of {known}")


def lines(config: BuildConfig, server: str, sort: str) -> Iterator[str]:
    """An address for each webhook; with its type in front when all are asked for."""
    metadata = config.metadata
    base = (
        f"{server.rstrip('/')}/apis/build.openshift.io/v1/namespaces/{metadata.namespace}"
        f"/buildconfigs/{metadata.name}/webhooks"
    )
    for trigger in config.spec.triggers:
        type_ = next((each for each in TYPES if each.lower() == trigger.type.lower()), "")
        if not type_ or sort not in {ALL, type_.lower()}:
            continue
        address = f"{base}/{HIDDEN_SECRET}/{type_.lower()}"
        yield f"{type_} {address}" if sort == ALL else address
