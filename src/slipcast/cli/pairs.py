"""Labels and annotations as `label` and `annotate` take them: `KEY=VALUE` and `KEY-`.

Source: kubectl label and annotate, tried out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from slipcast.api.document import JSON
from slipcast.values import names
from slipcast.values.faults import UsageFault


class Pairs(msgspec.Struct, frozen=True, kw_only=True):
    """What is set, and what is taken away."""

    set: Mapping[str, str]
    removed: tuple[str, ...] = ()

    def taken(self, current: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """Keys that have another value already, and that value."""
        return tuple(
            (key, current[key])
            for key in sorted(self.set)
            if key in current and current[key] != self.set[key]
        )

    def patch(self, field: str, current: Mapping[str, str], resource_version: str = "") -> JSON:
        """The merge patch that changes labels or annotations; {} when nothing is to be done."""
        changes: dict[str, Any] = {
            key: value for key, value in self.set.items() if current.get(key) != value
        }
        changes |= {key: None for key in self.removed if key in current}
        if not changes and not resource_version:
            return {}
        metadata: JSON = {field: changes}
        if resource_version:
            metadata["resourceVersion"] = resource_version
        return {"metadata": metadata}

    def onto(self, field: str, content: JSON) -> JSON:
        """An object as it would be."""
        metadata = dict(content["metadata"])
        kept = {**(metadata.get(field) or {}), **self.set}
        for key in self.removed:
            kept.pop(key, None)
        metadata[field] = kept
        return {**content, "metadata": metadata}


def split(words: Sequence[str], what: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words that name objects, and those that change them.

    Errors: UsageFault.
    """
    named: list[str] = []
    changes: list[str] = []
    for word in words:
        if "=" in word[1:] or (word.endswith("-") and len(word) > 1):
            changes.append(word)
        elif changes:
            raise UsageFault(f"all resources must be specified before {what} changes: {word}")
        else:
            named.append(word)
    return tuple(named), tuple(changes)


def parse(words: Sequence[str], *, labels: bool) -> Pairs:
    """The changes.

    Errors: UsageFault; for labels also when a value is none.
    """
    given: dict[str, str] = {}
    removed: list[str] = []
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            removed.append(word.removesuffix("-"))
            continue
        wrong = names.label_value(value) if labels else ()
        if wrong:
            raise UsageFault(f'invalid label value: "{word}": {wrong[0]}')
        given[key] = value
    both = [key for key in removed if key in given]
    if both:
        raise UsageFault(f"can not both modify and remove a {_what(labels)} in the same command")
    for key in given:
        wrong = names.qualified_name(key)
        if wrong:
            raise UsageFault(f"invalid {_what(labels)} key {key!r}: {wrong[0]}")
    return Pairs(set=given, removed=tuple(removed))


def _what(labels: object) -> str:
    return "label" if labels else "annotation"
