"""Limits of a namespace, applied to the containers of a new pod: what is not said, and too much.

Source: Kubernetes, limit ranges, type Container.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from slipcast.api.document import JSON
from slipcast.api.limits import LimitRange, LimitRangeItem
from slipcast.values.faults import InvalidFault
from slipcast.values.quantity import Quantity

CONTAINER: Final = "Container"

Amounts = Mapping[str, object]


def limited(pod: JSON, ranges: Iterable[LimitRange]) -> tuple[JSON, tuple[str, ...]]:
    """A pod whose containers say what limits say for them, and what of it they do not allow.

    Shape:  the pod is not touched; what is no container stays as it is.
    """
    items = [each for one in ranges for each in one.spec.limits if each.type == CONTAINER]
    spec = pod.get("spec")
    if not items or not isinstance(spec, dict):
        return pod, ()
    wrong: list[str] = []
    made = dict(spec)
    for field in ("initContainers", "containers"):
        if isinstance(spec.get(field), list | tuple):
            made[field] = [_one(each, items, wrong) for each in spec[field]]
    return {**pod, "spec": made}, tuple(dict.fromkeys(wrong))


def _one(container: Any, items: Iterable[LimitRangeItem], wrong: list[str]) -> Any:
    resources = (container.get("resources") or {}) if isinstance(container, dict) else None
    if not isinstance(resources, dict):
        return container
    limits, requests = dict(_at(resources, "limits")), dict(_at(resources, "requests"))
    for item in items:
        # A limit that is said is the request, too, where none is said.
        requests = {**item.default_request, **limits, **requests}
        limits = {**item.default, **limits}
        wrong += _beyond(item, limits, requests)
    said = {"limits": limits, "requests": requests}
    given = {name: amounts for name, amounts in said.items() if amounts}
    return {**container, "resources": {**resources, **given}} if given else container


def _at(resources: Mapping[str, Any], name: str) -> Amounts:
    found = resources.get(name)
    return found if isinstance(found, dict) else {}


def _beyond(item: LimitRangeItem, limits: Amounts, requests: Amounts) -> Iterator[str]:
    for name, most in item.max.items():
        if name not in limits:
            yield f"maximum {name} usage per Container is {most}. No limit is specified"
        elif _is_less(most, limits[name]):
            yield f"maximum {name} usage per Container is {most}, but limit is {limits[name]}"
    for name, least in item.min.items():
        if name not in requests:
            yield f"minimum {name} usage per Container is {least}. No request is specified"
        elif _is_less(requests[name], least):
            yield f"minimum {name} usage per Container is {least}, but request is {requests[name]}"


def _is_less(one: object, other: object) -> bool:
    """Whether an amount is less; what cannot be read is refused elsewhere."""
    try:
        return Quantity.parse(str(one)).amount < Quantity.parse(str(other)).amount
    except InvalidFault:
        return False
