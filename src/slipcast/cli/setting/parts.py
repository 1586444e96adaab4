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
    # One that says nothing yet is set, too.
    parts = (strategy.get(each) for each in STRATEGIES)
    found: dict[str, Any] = next((part for part in parts if part is not None), {})
    return found


def pod_spec_of(kind: Kind, content: JSON) -> dict[str, Any]:
    """What an object says of its pods: the part that is set, which may then be changed.

    Errors: Fault when the object has no pods.
    """
    if kind.name in TEMPLATED:
        template = content.setdefault("spec", {}).setdefault("template", {})
        found: dict[str, Any] = template.setdefault("spec", {})
        return found
    if kind.name != "Pod":
        raise Fault(
            f"{said(kind, content)} the object is not a pod or does not have a pod template"
        )
    own: dict[str, Any] = content.setdefault("spec", {})
    return own


def containers_of(
    kind: Kind, content: JSON, wanted: str = "*", *, inits: bool = True
) -> Iterator[dict[str, Any]]:
    """The containers of an object whose names are like that, which may then be changed.

    Errors: Fault when the object has none at all.
    """
    spec = pod_spec_of(kind, content)
    first = (spec.get("initContainers") or ()) if inits else ()
    for container in (*first, *(spec.get("containers") or ())):
        if fnmatchcase(container.get("name", ""), wanted):
            yield container


def chosen(
    kind: Kind, content: JSON, wanted: str, *, inits: bool = True
) -> tuple[dict[str, Any], ...]:
    """Likewise, of which there is one at least.

    Errors: Fault when there is none of that name.
    """
    found = tuple(containers_of(kind, content, wanted, inits=inits))
    if not found:
        raise Fault(f"{said(kind, content)} has no container named like {wanted!r}")
    return found


def said(kind: Kind, content: JSON) -> str:
    """An object as messages name it: `buildconfigs/app`."""
    return f"{kind.plural}/{content['metadata'].get('name', '')}"
