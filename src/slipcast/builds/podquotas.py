"""Quotas of a namespace on its pods: how many run at once, and what they use together.

A pod that has ended counts no more, but for `count/pods`. Quotas with scopes are left alone.

Source: Kubernetes, resource quotas; build-lifecycle.md BL-43.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from slipcast.api.document import JSON
from slipcast.api.limits import ResourceQuota
from slipcast.builds.limitranges import amount_of, text_of, used_by

PODS: Final = "pods"
EVERY_POD: Final = "count/pods"
COMPUTE: Final = MappingProxyType(
    {
        "cpu": ("requests", "cpu"),
        "memory": ("requests", "memory"),
        "requests.cpu": ("requests", "cpu"),
        "requests.memory": ("requests", "memory"),
        "limits.cpu": ("limits", "cpu"),
        "limits.memory": ("limits", "memory"),
    }
)
"""THE TABLE: what a quota calls something, and where a pod says it."""
LIMITED: Final = frozenset({PODS, EVERY_POD, *COMPUTE})
"""What quotas may say of pods."""
_ENDED: Final = frozenset({"Succeeded", "Failed"})


def applying(quotas: Iterable[ResourceQuota]) -> tuple[ResourceQuota, ...]:
    """Those that say anything of pods."""
    return tuple(
        quota
        for quota in quotas
        if LIMITED & quota.spec.hard.keys()
        and not quota.spec.scopes
        and quota.spec.scope_selector is None
    )


def exceeded(quotas: Iterable[ResourceQuota], pods: Iterable[JSON], pod: JSON) -> tuple[str, ...]:
    """Why quotas do not allow one more pod beside those there are."""
    there = tuple(pods)
    return tuple(
        f"exceeded quota: {quota.metadata.name}, {told}"
        if told.startswith("requested")
        else f"failed quota: {quota.metadata.name}: {told}"
        for quota in applying(quotas)
        for told in _wrong({name: str(most) for name, most in quota.spec.hard.items()}, there, pod)
    )


def _wrong(hard: Mapping[str, str], pods: Iterable[JSON], pod: JSON) -> Iterator[str]:
    for name in sorted(LIMITED & hard.keys()):
        asked = _demand(name, pod)
        if asked is None:
            yield f"must specify {name}"
            continue
        used = sum((_counted(name, each) for each in pods), Fraction(0))
        most = amount_of(hard[name])
        if most is not None and used + asked > most:
            yield (
                f"requested: {name}={text_of(asked)}, used: {name}={text_of(used)}, "
                f"limited: {name}={hard[name]}"
            )


def _counted(name: str, pod: JSON) -> Fraction:
    status = pod.get("status")
    ended = isinstance(status, dict) and status.get("phase") in _ENDED
    if ended and name != EVERY_POD:
        return Fraction(0)
    return _demand(name, pod) or Fraction(0)


def _demand(name: str, pod: JSON) -> Fraction | None:
    """How much of something a pod is; None when it does not say it."""
    if name not in COMPUTE:
        return Fraction(1)
    which, what = COMPUTE[name]
    used = used_by(pod)
    return amount_of((used.limits if which == "limits" else used.requests).get(what))
