"""Environment variables of build strategies and containers, set, taken away and listed.

Source: cli.md section 8.4 (EV).
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec

from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.cli.setting import parts
from slipcast.values.faults import Fault, UsageFault

NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
SHAPE: Final = (
    "environment variables must be of the form key=value and can only contain letters, numbers, "
    "and underscores"
)
Env = dict[str, Any]
"""A variable as the API has it."""


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What is set, in its order, and what is taken away."""

    set: tuple[Env, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be done."""
        return not self.set and not self.removed


def split(words: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words that name objects, and those that change variables (EV-2).

    Errors: UsageFault.
    """
    named: list[str] = []
    changes: list[str] = []
    for word in words:
        if word == "-" or "=" in word[1:] or (word.endswith("-") and len(word) > 1):
            changes.append(word)
        elif changes:
            raise UsageFault(f"all resources must be specified before environment changes: {word}")
        else:
            named.append(word)
    return tuple(named), tuple(changes)


def parse(words: Iterable[str]) -> Changes:
    """Changes as they are typed: `KEY=VALUE` and `KEY-`; of several the last counts.

    Errors: UsageFault.
    """
    given: dict[str, str] = {}
    removed: list[str] = []
    for word in words:
        name, equals, value = word.partition("=")
        name = name if equals else name.removesuffix("-")
        if not NAME.match(name) or name == word:
            raise UsageFault(SHAPE)
        if equals:
            given[name] = value
        else:
            removed.append(name)
    if any(name in given for name in removed):
        raise UsageFault(
            "can not both modify and remove the same environment variable in the same command"
        )
    return Changes(
        set=tuple({"name": name, "value": value} for name, value in given.items()),
        removed=tuple(removed),
    )


def assigned(words: Iterable[str]) -> tuple[Env, ...]:
    """Variables where nothing is there that could be taken away: `KEY=VALUE` only.

    Errors: UsageFault.
    """
    changes = parse(words)
    if changes.removed:
        raise UsageFault(SHAPE)
    return changes.set


def referring(kind: str, name: str, keys: Iterable[str], prefix: str = "") -> tuple[Env, ...]:
    """A variable for each key of a Secret or ConfigMap, by reference (EV-4)."""
    field = "secretKeyRef" if kind == "Secret" else "configMapKeyRef"
    return tuple(
        {
            "name": prefix + re.sub(r"[^A-Z0-9_]", "_", key.upper()),
            "valueFrom": {field: {"name": name, "key": key}},
        }
        for key in sorted(keys)
    )


def holders(kind: Kind, content: JSON, containers: str = "*") -> tuple[dict[str, Any], ...]:
    """What has variables in an object: a strategy, or containers; may be changed (EV-1).

    Errors: Fault.
    """
    if kind.name == "BuildConfig":
        return (parts.strategy_of(content),)
    return tuple(parts.containers_of(kind, content, containers))


def changed(
    kind: Kind, content: JSON, changes: Changes, *, containers: str = "*", overwrite: bool = True
) -> JSON:
    """An object with its variables changed; what is there keeps its place.

    Errors: Fault, when a value may not be replaced (EV-5), or nothing has variables.
    """
    content = copy.deepcopy(content)
    found = holders(kind, content, containers)
    if not found:
        raise Fault(
            f"{parts.said(kind, content)} does not have any containers matching {containers!r}"
        )
    for holder in found:
        held: list[Env] = list(holder.get("env") or ())
        if not overwrite:
            _check(kind, content, held, changes.set)
        env = [
            *_replaced(held, changes),
            *(new for new in changes.set if all(new["name"] != each["name"] for each in held)),
        ]
        if env:
            holder["env"] = env
        else:
            holder.pop("env", None)
    return content


def _replaced(held: Iterable[Env], changes: Changes) -> Iterator[Env]:
    new = {each["name"]: each for each in changes.set}
    seen: set[str] = set()
    for each in held:
        name = each["name"]
        if name in changes.removed or (name in new and name in seen):
            continue
        seen.add(name)
        yield new.get(name, each)


def _check(kind: Kind, content: JSON, held: Iterable[Env], new: Iterable[Env]) -> None:
    values = {each["name"]: each.get("value", "") for each in held}
    for each in new:
        name = each["name"]
        if name in values and values[name] != each.get("value", ""):
            raise Fault(
                f"{parts.said(kind, content)} '{name}' already has a value ({values[name]}), "
                "and --overwrite is false"
            )


def listed(env: Env) -> str:
    """A variable as people read it (EV-3)."""
    source = env.get("valueFrom") or {}
    for field, word in (("secretKeyRef", "secret"), ("configMapKeyRef", "configmap")):
        ref = source.get(field)
        if ref:
            return f"# {env['name']} from {word} {ref.get('name', '')}, key {ref.get('key', '')}"
    if "fieldRef" in source:
        return f"# {env['name']} from field path {source['fieldRef'].get('fieldPath', '')}"
    if "resourceFieldRef" in source:
        return f"# {env['name']} from resource field {source['resourceFieldRef'].get('resource')}"
    return f"{env['name']}={env.get('value', '')}"
