"""What quotas may say of pods: how many run at once, and what they use together; which of them.

A pod that has ended counts no more, but for `count/pods`.

Source: Kubernetes, resource quotas: compute, extended resources, quota scopes; build-lifecycle.md
BL-43.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final

from slipcast.api.document import JSON
from slipcast.api.limits import ResourceQuota
from slipcast.builds.limitranges import amount_of, used_by

COMPUTE: Final = MappingProxyType(
    {
        "cpu": ("requests", "cpu"),
        "memory": ("requests", "memory"),
        "ephemeral-storage": ("requests", "ephemeral-storage"),
        "requests.cpu": ("requests", "cpu"),
        "requests.memory": ("requests", "memory"),
        "requests.ephemeral-storage": ("requests", "ephemeral-storage"),
        "limits.cpu": ("limits", "cpu"),
        "limits.memory": ("limits", "memory"),
        "limits.ephemeral-storage": ("limits", "ephemeral-storage"),
    }
)
"""THE TABLE: what a quota calls something, and where a pod says it."""
SAID: Final = frozenset(name for name, (_, what) in COMPUTE.items() if what in {"cpu", "memory"})
"""What every container has to say where a quota limits it."""
_ENDED: Final = frozenset({"Succeeded", "Failed"})
_HUGE: Final = "hugepages-"
_REQUESTS: Final = "requests."


def place_of(name: str) -> tuple[str, str] | None:
    """Where pods say what a quota calls so; None for what they do not say.

    Shape:  of huge pages and of what a device brings, `requests.NAME` counts.
    """
    if name in COMPUTE:
        return COMPUTE[name]
    what = name.removeprefix(_REQUESTS)
    if what.startswith(_HUGE):
        return "requests", what
    if name.startswith(_REQUESTS) and "/" in what:
        return "requests", what
    return None


def running(pod: JSON) -> Fraction:
    """One, for a pod that has not ended."""
    return Fraction(0 if _part(pod, "status").get("phase") in _ENDED else 1)


def computing(which: str, what: str) -> Callable[[JSON], Fraction]:
    """How much of something a pod that has not ended may use, or asks for."""

    def amount(pod: JSON) -> Fraction:
        if not running(pod):
            return Fraction(0)
        used = used_by(pod)
        said = used.limits if which == "limits" else used.requests
        return amount_of(said.get(what)) or Fraction(0)

    return amount


def unsaid(names: Iterable[str], pod: JSON) -> str:
    """What a pod would have to say and does not, in words; empty when nothing is left out."""
    told = []
    for name in sorted(SAID.intersection(names)):
        which, what = COMPUTE[name]
        silent = sorted(
            str(each.get("name", "")) for each in _containers(pod) if not _says(each, which, what)
        )
        told += [f"{name} for: {','.join(silent)}"] if silent else []
    return f"must specify {'; '.join(told)}" if told else ""


def has_scopes(quota: ResourceQuota) -> bool:
    """Whether a quota counts some pods only."""
    return bool(quota.spec.scopes) or quota.spec.scope_selector is not None


def is_understood(quota: ResourceQuota) -> bool:
    """Whether it is known which pods a quota counts."""
    return all(name in _SCOPES for name, _, _ in _conditions(quota))


def is_in_scope(quota: ResourceQuota, pod: JSON) -> bool:
    """Whether a quota whose scopes are known counts a pod."""
    return all(_SCOPES[name](pod, how, values) for name, how, values in _conditions(quota))


def _conditions(quota: ResourceQuota) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for scope in quota.spec.scopes:
        yield scope, "Exists", ()
    if quota.spec.scope_selector is not None:
        for each in quota.spec.scope_selector.match_expressions:
            yield each.scope_name, each.operator, each.values


def _terminates(pod: JSON, _how: str, _values: tuple[str, ...]) -> bool:
    seconds = _part(pod, "spec").get("activeDeadlineSeconds")
    return isinstance(seconds, int) and seconds >= 0


def _is_best_effort(pod: JSON, _how: str, _values: tuple[str, ...]) -> bool:
    """Whether no container asks for anything, nor is held to it."""
    return not any(
        amount_of(_part(_part(each, "resources"), which).get(what))
        for each in _containers(pod)
        for which in ("requests", "limits")
        for what in ("cpu", "memory")
    )


def _has_priority(pod: JSON, how: str, values: tuple[str, ...]) -> bool:
    given = str(_part(pod, "spec").get("priorityClassName") or "")
    match how:
        case "In":
            return given in values
        case "NotIn":
            return given not in values
        case "DoesNotExist":
            return not given
        case _:
            return bool(given)


_SCOPES: Final[Mapping[str, Callable[[JSON, str, tuple[str, ...]], bool]]] = MappingProxyType(
    {
        "Terminating": _terminates,
        "NotTerminating": lambda *pod: not _terminates(*pod),
        "BestEffort": _is_best_effort,
        "NotBestEffort": lambda *pod: not _is_best_effort(*pod),
        "PriorityClass": _has_priority,
    }
)
"""THE TABLE of scopes: which pods each is about."""


def _says(container: JSON, which: str, what: str) -> bool:
    """Whether a container says how much; a limit is the request, too, where none is said."""
    resources = _part(container, "resources")
    limits = _part(resources, "limits")
    said = limits if which == "limits" else {**limits, **_part(resources, "requests")}
    return what in said


def _containers(pod: JSON) -> tuple[JSON, ...]:
    spec = _part(pod, "spec")
    listed = (spec.get(field) for field in ("initContainers", "containers"))
    return tuple(
        each
        for some in listed
        if isinstance(some, list | tuple)
        for each in some
        if isinstance(each, dict)
    )


def _part(of: JSON, name: str) -> dict[str, Any]:
    found = of.get(name)
    return found if isinstance(found, dict) else {}
