"""What quotas of a namespace count, how much of it a write asks for, and what is too much.

Of things that are as many as there are objects only the number is needed; of others the objects
themselves. Events are never counted. A quota with scopes counts pods only, and nothing where one
of its scopes is unknown.

Source: Kubernetes, resource quotas; image-streams.md section 13.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import msgspec

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.api.limits import ResourceQuota
from slipcast.builds import podquotas
from slipcast.builds.limitranges import amount_of, text_of

Amount = Callable[[JSON], Fraction]

POD: Final = kinds.require(kinds.CORE, "Pod")
SERVICE: Final = kinds.require(kinds.CORE, "Service")
CLAIM: Final = kinds.require(kinds.CORE, "PersistentVolumeClaim")
_EVENT: Final = kinds.require(kinds.CORE, "Event")

STREAMS: Final = "openshift.io/imagestreams"
COUNT: Final = "count/"
OF_CLASS: Final = ".storageclass.storage.k8s.io/"


class Meaning(msgspec.Struct, frozen=True, kw_only=True):
    """What a name in a quota counts.

    Shape:  amount says how much of it an object of the kind is, None: each is one. is_updated says
            that an update may ask for more of it.
    """

    kind: Kind
    amount: Amount | None = None
    is_updated: bool = False


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A write that asks for room: what is to be kept, and what it replaces, None for nothing."""

    kind: Kind
    content: JSON
    before: JSON | None = None


def _node_ports(service: JSON) -> Fraction:
    """How many ports a service takes of each node."""
    spec = service.get("spec") or {}
    ports = spec.get("ports") or ()
    if spec.get("type") == "LoadBalancer" and spec.get("allocateLoadBalancerNodePorts") is False:
        return Fraction(sum(1 for port in ports if port.get("nodePort")))
    return Fraction(len(ports) if spec.get("type") in {"NodePort", "LoadBalancer"} else 0)


def _load_balancers(service: JSON) -> Fraction:
    return Fraction(1 if (service.get("spec") or {}).get("type") == "LoadBalancer" else 0)


def _storage(claim: JSON) -> Fraction:
    resources = (claim.get("spec") or {}).get("resources") or {}
    return amount_of((resources.get("requests") or {}).get("storage")) or Fraction(0)


def _of_class(name: str, amount: Amount) -> Amount:
    """The same, of claims of one storage class."""

    def of(claim: JSON) -> Fraction:
        is_of = (claim.get("spec") or {}).get("storageClassName") == name
        return amount(claim) if is_of else Fraction(0)

    return of


def _one(_content: JSON) -> Fraction:
    return Fraction(1)


_CLAIMS: Final = MappingProxyType(
    {
        "persistentvolumeclaims": Meaning(kind=CLAIM),
        "requests.storage": Meaning(kind=CLAIM, amount=_storage, is_updated=True),
    }
)
NAMES: Final[Mapping[str, Meaning]] = MappingProxyType(
    {
        "pods": Meaning(kind=POD, amount=podquotas.running),
        "services": Meaning(kind=SERVICE),
        "services.nodeports": Meaning(kind=SERVICE, amount=_node_ports, is_updated=True),
        "services.loadbalancers": Meaning(kind=SERVICE, amount=_load_balancers, is_updated=True),
        "secrets": Meaning(kind=kinds.require(kinds.CORE, "Secret")),
        "configmaps": Meaning(kind=kinds.require(kinds.CORE, "ConfigMap")),
        "resourcequotas": Meaning(kind=kinds.require(kinds.CORE, "ResourceQuota")),
        STREAMS: Meaning(kind=kinds.require(kinds.IMAGE, "ImageStream")),
        **_CLAIMS,
    }
)
"""THE TABLE: what a quota calls something, and what that is; compute is in `podquotas`."""

COUNTED: Final = tuple(
    kind for kind in kinds.KINDS if kind.namespaced and kind.stored and kind is not _EVENT
)
"""The kinds whose objects may be counted."""

UPDATED: Final = frozenset(each.kind for each in NAMES.values() if each.is_updated)
"""The kinds of which an update may ask for more."""


def _counted(name: str) -> Kind | None:
    """The kind whose objects `RESOURCE[.GROUP]` are."""
    plural, _, group = name.partition(".")
    kind = kinds.by_plural(group, plural)
    return kind if kind in COUNTED else None


@lru_cache(maxsize=1024)
def meaning(name: str) -> Meaning | None:
    """What a name in a quota counts; None for what is not counted."""
    if name in NAMES:
        return NAMES[name]
    if name.startswith(COUNT):
        kind = _counted(name.removeprefix(COUNT))
        return None if kind is None else Meaning(kind=kind)
    storage, of_class, what = name.partition(OF_CLASS)
    if of_class and what in _CLAIMS:
        found = _CLAIMS[what]
        amount = _of_class(storage, found.amount or _one)
        return Meaning(kind=CLAIM, amount=amount, is_updated=found.is_updated)
    place = podquotas.place_of(name)
    return None if place is None else Meaning(kind=POD, amount=podquotas.computing(*place))


def limited(quota: ResourceQuota) -> Mapping[str, Meaning]:
    """What a quota limits, by its names, in their order."""
    some = podquotas.has_scopes(quota)
    if some and not podquotas.is_understood(quota):
        return {}
    found = ((name, meaning(name)) for name in sorted(quota.spec.hard))
    return {name: each for name, each in found if each and (each.kind is POD or not some)}


def is_number(quota: ResourceQuota, means: Meaning) -> bool:
    """Whether what a quota counts are all objects of a kind: nobody need look at them."""
    return means.amount is None and not podquotas.has_scopes(quota)


def used(quota: ResourceQuota, means: Meaning, contents: Iterable[JSON]) -> Fraction:
    """How much there is of what a quota counts, by the objects of its kind."""
    amount = means.amount or _one
    some = podquotas.has_scopes(quota)
    counted = (each for each in contents if not some or podquotas.is_in_scope(quota, each))
    return sum(map(amount, counted), Fraction(0))


def demanded(quota: ResourceQuota, asked: Iterable[Asked]) -> Mapping[str, Fraction]:
    """How much more writes ask for of what a quota limits; nothing of what they do not."""
    writes = tuple(asked)
    more: dict[str, Fraction] = {}
    for name, means in limited(quota).items():
        grows = sum((_growth(quota, means, each) for each in writes), Fraction(0))
        if grows > 0:
            more[name] = grows
    return more


def _growth(quota: ResourceQuota, means: Meaning, asked: Asked) -> Fraction:
    if asked.kind is not means.kind or not (asked.before is None or means.is_updated):
        return Fraction(0)
    before = () if asked.before is None else (asked.before,)
    return used(quota, means, (asked.content,)) - used(quota, means, before)


def unsaid(quota: ResourceQuota, asked: Iterable[Asked]) -> str:
    """Why a quota refuses new pods that do not say what they use; empty when it does not."""
    names = limited(quota).keys() & podquotas.SAID
    for each in asked:
        is_new = each.kind is POD and each.before is None
        if names and is_new and podquotas.is_in_scope(quota, each.content):
            wrong = podquotas.unsaid(names, each.content)
            if wrong:
                return f"failed quota: {quota.metadata.name}: {wrong}"
    return ""


def exceeded(
    quota: ResourceQuota, more: Mapping[str, Fraction], there: Mapping[str, Fraction]
) -> str:
    """Why a quota refuses what asks for more beside what there is; empty when it does not."""
    hard = {name: str(quota.spec.hard[name]) for name in more}
    most = {name: amount_of(amount) for name, amount in hard.items()}
    beyond = [
        name
        for name, limit in most.items()
        if limit is not None and more[name] + there[name] > limit
    ]
    if not beyond:
        return ""
    requested = ",".join(f"{name}={text_of(more[name])}" for name in beyond)
    used_ = ",".join(f"{name}={text_of(there[name])}" for name in beyond)
    limits = ",".join(f"{name}={hard[name]}" for name in beyond)
    return (
        f"exceeded quota: {quota.metadata.name}, requested: {requested}, used: {used_},"
        f" limited: {limits}"
    )
