"""What is wrong with limits and quotas.

Source: Kubernetes' validation of core/v1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from slipcast.api.limits import LimitRange, LimitRangeItem, ResourceQuota
from slipcast.api.validity.amounts import amount, is_more, quantities
from slipcast.api.wire import Quantity
from slipcast.values.causes import Cause, duplicate, forbidden, invalid, required
from slipcast.values.names import qualified_name

LIMITED: Final = frozenset({"Pod", "Container", "PersistentVolumeClaim"})
SCOPES: Final = (
    *("Terminating", "NotTerminating", "BestEffort", "NotBestEffort"),
    *("PriorityClass", "CrossNamespacePodAffinity", "VolumeAttributesClass"),
)
_COUNTED: Final = frozenset(
    {
        *("pods", "services", "replicationcontrollers", "resourcequotas", "secrets"),
        *("configmaps", "persistentvolumeclaims", "services.nodeports"),
        "services.loadbalancers",
    }
)
_STANDARD: Final = frozenset(
    {
        *_COUNTED,
        *("cpu", "memory", "storage", "ephemeral-storage"),
        *("requests.cpu", "requests.memory", "requests.storage", "requests.ephemeral-storage"),
        *("limits.cpu", "limits.memory", "limits.ephemeral-storage"),
    }
)
_PREFIXES: Final = ("requests.", "limits.", "hugepages-", "count/")
_NOT_MORE: Final = (
    ("min", "min", "max"),
    ("defaultRequest", "min", "default request"),
    ("defaultRequest", "default request", "max"),
    ("defaultRequest", "default request", "default limit"),
    ("default", "min", "default"),
    ("default", "default", "max"),
)
"""THE TABLE of what must not be more than what, and the field that is told of it."""


def limit_range(new: LimitRange, old: LimitRange | None) -> tuple[Cause, ...]:
    """What is wrong with a LimitRange."""
    del old
    causes: list[Cause] = []
    types: set[str] = set()
    for number, item in enumerate(new.spec.limits):
        path = f"spec.limits[{number}]"
        causes.extend(_type(item.type, f"{path}.type"))
        if item.type in types:
            causes.append(duplicate(f"{path}.type", item.type))
        types.add(item.type)
        causes.extend(_item(item, path))
    return tuple(causes)


def resource_quota(new: ResourceQuota, old: ResourceQuota | None) -> tuple[Cause, ...]:
    """What is wrong with a ResourceQuota: what it counts never changes."""
    causes = [*_quota_names(new.spec.hard), *quantities(new.spec.hard, "spec.hard")]
    causes.extend(_whole(new.spec.hard))
    unknown = [scope for scope in new.spec.scopes if scope not in SCOPES]
    causes.extend(invalid("spec.scopes", scope, "unsupported scope") for scope in unknown)
    if old is not None and sorted(new.spec.scopes) != sorted(old.spec.scopes):
        causes.append(invalid("spec.scopes", new.spec.scopes, "field is immutable"))
    return tuple(causes)


def _type(name: str, path: str) -> Iterator[Cause]:
    wrong = qualified_name(name)
    yield from (invalid(path, name, what) for what in wrong)
    if not wrong and "/" not in name and name not in LIMITED:
        yield invalid(path, name, "must be a standard limit type or fully qualified")


def _item(item: LimitRangeItem, path: str) -> Iterator[Cause]:
    bounds = {
        "max": item.max,
        "min": item.min,
        "default": item.default,
        "defaultRequest": item.default_request,
        "maxLimitRequestRatio": item.max_limit_request_ratio,
    }
    for field, amounts in bounds.items():
        yield from quantities(amounts, f"{path}.{field}")
    if item.type == "Pod":
        for field in ("default", "defaultRequest"):
            if bounds[field]:
                yield forbidden(f"{path}.{field}", "may not be specified when `type` is 'Pod'")
    if item.type == "PersistentVolumeClaim" and "storage" not in {**item.min, **item.max}:
        what = "either minimum or maximum storage value is required, but neither was provided"
        yield required(f"{path}.limits", what)
    yield from _order(item, path)
    for name, ratio in item.max_limit_request_ratio.items():
        if is_more(1, ratio):
            what = f"ratio {ratio} is less than 1"
            yield invalid(f"{path}.maxLimitRequestRatio[{name}]", ratio, what)


def _order(item: LimitRangeItem, path: str) -> Iterator[Cause]:
    """Whether what must not be more than something else is more."""
    amounts = {
        "min": item.min,
        "default request": item.default_request,
        "default": item.default,
        "default limit": item.default,
        "max": item.max,
    }
    for field, low, high in _NOT_MORE:
        told = amounts[low] if low in {field, "default request"} else amounts[high]
        for name in amounts[low].keys() & amounts[high].keys():
            less, more = amounts[low][name], amounts[high][name]
            if is_more(less, more):
                what = f"{low} value {less} is greater than {high} value {more}"
                yield invalid(f"{path}.{field}[{name}]", told[name], what)


def _quota_names(hard: Mapping[str, Quantity]) -> Iterator[Cause]:
    for name in hard:
        path, wrong = f"spec.hard[{name}]", qualified_name(name)
        yield from (invalid(path, name, what) for what in wrong)
        is_known = name in _STANDARD or name.startswith(_PREFIXES) or "/" in name
        if not wrong and not is_known:
            yield invalid(path, name, "must be a standard resource type or fully qualified")
            yield invalid(path, name, "must be a standard resource for quota")


def _whole(hard: Mapping[str, Quantity]) -> Iterator[Cause]:
    """Whether things that are counted are counted in halves."""
    for name, written in hard.items():
        found = amount(written)
        is_counted = name in _COUNTED or name.startswith("count/")
        if is_counted and found is not None and found.amount.denominator != 1:
            yield invalid(f"spec.hard[{name}]", written, "must be an integer")
