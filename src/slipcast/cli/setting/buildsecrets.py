"""The Secrets that a BuildConfig's source and images are reached with, set and taken away.

Source: cli.md section 8.2 (BS).
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Sequence
from typing import Final

from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.cli.setting import parts
from slipcast.values.faults import Fault, UsageFault

PURPOSES: Final = ("push", "pull", "source")
SECRETS: Final = frozenset({"secret", "secrets"})


def split(words: Sequence[str], *, remove: bool) -> tuple[tuple[str, ...], str]:
    """The words that name BuildConfigs, and the Secret's name, which stands last (BS-1).

    Errors: UsageFault.
    """
    if remove:
        return tuple(words), ""
    if not words:
        raise UsageFault("a secret name must be specified", hint="It stands last.")
    *configs, last = words
    type_, slash, name = last.partition("/")
    if slash and type_ not in SECRETS:
        raise UsageFault(f"resource {type_!r} is not a secret")
    return tuple(configs), name if slash else last


def linked(kind: Kind, config: JSON, purposes: Collection[str], secret: str) -> JSON:
    """A BuildConfig that uses a Secret for these purposes; without a name none (BS-2, BS-3).

    Errors: Fault when the object is no BuildConfig.
    """
    if kind.name != "BuildConfig":
        raise Fault(f"{parts.said(kind, config)} is not a build config")
    config = copy.deepcopy(config)
    spec = config.setdefault("spec", {})
    places = {
        "push": (spec.setdefault("output", {}), "pushSecret"),
        "source": (spec.setdefault("source", {}), "sourceSecret"),
    }
    if "jenkinsPipelineStrategy" not in spec.get("strategy", {}):
        places["pull"] = (parts.strategy_of(config), "pullSecret")
    for purpose in PURPOSES:
        if purpose in purposes and purpose in places:
            place, field = places[purpose]
            if secret:
                place[field] = {"name": secret}
            else:
                place.pop(field, None)
    return config
