"""Limits of a namespace, applied to a new pod: what its containers do not say, and too much.

A pod as a whole uses what its containers use together, or what one that runs before them uses,
whichever is more.

Source: Kubernetes, limit ranges, types Container and Pod; init and sidecar containers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

import msgspec

from slipcast.api.document import JSON
from slipcast.api.limits import LimitRange, LimitRangeItem
from slipcast.values.faults import InvalidFault
from slipcast.values.quantity import SUFFIXES, Quantity

CONTAINER: Final = "Container"
POD: Final = "Pod"

_UNITS: Final = ("Ti", "Gi", "Mi")

Amounts = Mapping[str, object]


class Used(msgspec.Struct, frozen=True, kw_only=True):
    """What something may use at most, and asks for."""

    limits: Amounts
    requests: Amounts


def limited(pod: JSON, ranges: Iterable[LimitRange]) -> tuple[JSON, tuple[str, ...]]:
    """A pod whose containers say what limits say for them, and what of it they do not allow.

    Shape:  the pod is not touched; what is no container stays as it is.
    """
    items = [each for one in ranges for each in one.spec.limits if each.type in {CONTAINER, POD}]
    spec = pod.get("spec")
    if not items or not isinstance(spec, dict):
        return pod, ()
    of_containers = [each for each in items if each.type == CONTAINER]
    made = dict(spec)
    for field in ("initContainers", "containers"):
        if of_containers and isinstance(spec.get(field), list | tuple):
            made[field] = [_filled(each, of_containers) for each in spec[field]]
    first, then = _containers(made, "initContainers"), _containers(made, "containers")
    wrong = [
        told
        for item in items
        for used in ([_whole(first, then)] if item.type == POD else map(_used, (*first, *then)))
        for told in _beyond(item, used)
    ]
    return {**pod, "spec": made}, tuple(dict.fromkeys(wrong))


def used_by(pod: JSON) -> Used:
    """What a pod as a whole may use and asks for."""
    spec = pod.get("spec")
    if not isinstance(spec, dict):
        return Used(limits={}, requests={})
    return _whole(_containers(spec, "initContainers"), _containers(spec, "containers"))


def _filled(container: Any, items: Iterable[LimitRangeItem]) -> Any:
    """A container that says what it may use and asks for, where somebody says it for it."""
    resources = (container.get("resources") or {}) if isinstance(container, dict) else None
    if not isinstance(resources, dict):
        return container
    # A limit that is said is the request, too, where none is said.
    limits = dict(_at(resources, "limits"))
    requests = {**limits, **_at(resources, "requests")}
    for item in items:
        requests = {**item.default_request, **requests}
        limits = {**item.default, **limits}
    said = {"limits": limits, "requests": requests}
    given = {name: amounts for name, amounts in said.items() if amounts}
    return {**container, "resources": {**resources, **given}} if given else container


def _containers(spec: JSON, field: str) -> tuple[JSON, ...]:
    """Those containers that say, or could say, what they use."""
    found = spec.get(field)
    listed = found if isinstance(found, list | tuple) else ()
    return tuple(
        each
        for each in listed
        if isinstance(each, dict) and isinstance(each.get("resources") or {}, dict)
    )


def _used(container: JSON) -> Used:
    resources = container.get("resources") or {}
    limits = _at(resources, "limits")
    return Used(limits=limits, requests={**limits, **_at(resources, "requests")})


def _at(resources: Mapping[str, Any], name: str) -> Amounts:
    found = resources.get(name)
    return found if isinstance(found, dict) else {}


def _whole(first: Sequence[JSON], then: Sequence[JSON]) -> Used:
    """What a pod uses whose init containers are the first."""
    before = [(_used(each), each.get("restartPolicy") == "Always") for each in first]
    beside = [_used(each) for each in then]
    return Used(
        limits=_most([(each.limits, stays) for each, stays in before], [u.limits for u in beside]),
        requests=_most(
            [(each.requests, stays) for each, stays in before], [u.requests for u in beside]
        ),
    )


def _most(before: Sequence[tuple[Amounts, bool]], beside: Sequence[Amounts]) -> Amounts:
    """The most that is used at any time: those before run one by one, but for those that stay."""
    staying: dict[str, Fraction] = {}
    peak: dict[str, Fraction] = {}
    for amounts, stays in before:
        now = _sum(staying, amounts)
        peak = _higher(now, peak)
        staying = now if stays else staying
    for amounts in beside:
        staying = _sum(staying, amounts)
    return {name: text_of(amount) for name, amount in _higher(staying, peak).items()}


def _higher(one: Mapping[str, Fraction], other: Mapping[str, Fraction]) -> dict[str, Fraction]:
    return {name: max(amount, one.get(name, amount)) for name, amount in {**one, **other}.items()}


def _sum(one: Mapping[str, Fraction], other: Amounts) -> dict[str, Fraction]:
    read = ((name, amount_of(each)) for name, each in other.items())
    added = {name: one.get(name, 0) + amount for name, amount in read if amount is not None}
    return {**one, **added}


def text_of(amount: Fraction) -> str:
    """An amount as people write it."""
    if amount.denominator != 1:
        return f"{Quantity(amount).thousandths}m"
    whole = amount.numerator
    fitting = (unit for unit in _UNITS if whole and whole % SUFFIXES[unit] == 0)
    unit = next(fitting, "")
    return f"{whole // SUFFIXES[unit]}{unit}"


def _beyond(item: LimitRangeItem, used: Used) -> Iterator[str]:
    yield from _too_much(item, used.limits, used.requests)
    yield from _too_little(item, used.limits, used.requests)
    for name, ratio in item.max_limit_request_ratio.items():
        what = _out_of_proportion(ratio, used.limits.get(name), used.requests.get(name))
        if what:
            yield f"{name} max limit to request ratio per {item.type} is {ratio}, but {what}"


def _too_much(item: LimitRangeItem, limits: Amounts, requests: Amounts) -> Iterator[str]:
    for name, most in item.max.items():
        told = f"maximum {name} usage per {item.type} is {most}"
        if name not in limits:
            yield f"{told}. No limit is specified"
        elif _is_less(most, limits[name]):
            yield f"{told}, but limit is {limits[name]}"
        elif name in requests and _is_less(most, requests[name]):
            yield f"{told}, but request is {requests[name]}"


def _too_little(item: LimitRangeItem, limits: Amounts, requests: Amounts) -> Iterator[str]:
    for name, least in item.min.items():
        told = f"minimum {name} usage per {item.type} is {least}"
        if name not in requests:
            yield f"{told}. No request is specified"
        elif _is_less(requests[name], least):
            yield f"{told}, but request is {requests[name]}"
        elif name in limits and _is_less(limits[name], least):
            yield f"{told}, but limit is {limits[name]}"


def _out_of_proportion(ratio: object, limit: object, request: object) -> str:
    """Why a limit is too large for its request; empty when it is not."""
    most = amount_of(ratio)
    if request is None or amount_of(request) == 0:
        return "no request is specified or request is 0"
    if limit is None or amount_of(limit) == 0:
        return "no limit is specified or limit is 0"
    high, low = amount_of(limit), amount_of(request)
    if most is None or not high or not low or high / low <= most:
        return ""
    return f"provided ratio is {float(high / low):f}"


def _is_less(one: object, other: object) -> bool:
    """Whether an amount is less; what cannot be read is refused elsewhere."""
    less, more = amount_of(one), amount_of(other)
    return less is not None and more is not None and less < more


def amount_of(text: object) -> Fraction | None:
    """How much an amount is; None for what is none."""
    try:
        return Quantity.parse(str(text)).amount
    except InvalidFault:
        return None
