"""The parts of objects that are set: a BuildConfig's strategy, the containers of a pod template."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any, Final

from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.values.faults import Fault

STRATEGIES: Final = (
    *("sourceStrategy", "dockerStrategy", "customStrategy", "jenkinsPipelineStrategy"),
)
TEMPLATED: Final = frozenset({"DeploymentConfig", "Deployment", "Job"})


def strategy_of(config: JSON) -> dict[str, Any]:
    """A BuildConfig's strategy: the part that is set, which may then be changed."""
    strategy = config.get("spec", {}).get("strategy", {})
    found: dict[str, Any] = next((strategy[each] for each in STRATEGIES if strategy.get(each)), {})
    return found


def containers_of(kind: Kind, content: JSON, wanted: str = "*") -> Iterator[dict[str, Any]]:
    """The containers of an object whose names are like that, which may then be changed.

    Errors: Fault when the object has none at all.
    """
    spec = content.get("spec") or {}
    if kind.name in TEMPLATED:
        spec = (spec.get("template") or {}).get("spec") or {}
    elif kind.name != "Pod":
        raise Fault(
            f"{said(kind, content)} the object is not a pod or does not have a pod template"
        )
    for container in (*(spec.get("initContainers") or ()), *(spec.get("containers") or ())):
        if fnmatchcase(container.get("name", ""), wanted):
            yield container


def said(kind: Kind, content: JSON) -> str:
    """An object as messages name it: `buildconfigs/app`."""
    return f"{kind.plural}/{content['metadata'].get('name', '')}"
