"""Limits, quotas, and claims on storage.

Source: the API reference of core/v1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from slipcast.api.meta import Conditions, Object
from slipcast.api.volumes import PersistentVolumeClaimSpec
from slipcast.api.wire import ATOMIC, Quantity, Wire


class LimitRangeItem(Wire, frozen=True, kw_only=True):
    """Limits of one type of thing.

    type: Pod, Container, PersistentVolumeClaim, openshift.io/Image or openshift.io/ImageStream.
    max: the most.
    min: the least.
    default: the limit of what says none.
    defaultRequest: the request of what says none.
    maxLimitRequestRatio: how much larger a limit may be than its request.
    """

    type: str = ""
    max: Mapping[str, Quantity] = {}
    min: Mapping[str, Quantity] = {}
    default: Mapping[str, Quantity] = {}
    default_request: Mapping[str, Quantity] = {}
    max_limit_request_ratio: Mapping[str, Quantity] = {}


class LimitRangeSpec(Wire, frozen=True, kw_only=True):
    """Limits of single things.

    limits: the limits by type.
    """

    limits: Annotated[tuple[LimitRangeItem, ...], ATOMIC] = ()


class LimitRange(Object, frozen=True, kw_only=True):
    """How large single things in a namespace may be.

    spec: the limits.
    """

    spec: LimitRangeSpec = LimitRangeSpec()


class ScopedResourceSelectorRequirement(Wire, frozen=True, kw_only=True):
    """A condition on what a quota counts.

    scopeName: the aspect.
    operator: In, NotIn, Exists or DoesNotExist.
    values: the values for In and NotIn.
    """

    scope_name: str = ""
    operator: str = ""
    values: Annotated[tuple[str, ...], ATOMIC] = ()


class ScopeSelector(Wire, frozen=True, kw_only=True):
    """What a quota counts.

    matchExpressions: conditions, all of which must hold.
    """

    match_expressions: Annotated[tuple[ScopedResourceSelectorRequirement, ...], ATOMIC] = ()


class ResourceQuotaSpec(Wire, frozen=True, kw_only=True):
    """How much there may be.

    hard: the most of each.
    scopes: what is counted.
    scopeSelector: what is counted, by conditions.
    """

    hard: Mapping[str, Quantity] = {}
    scopes: Annotated[tuple[str, ...], ATOMIC] = ()
    scope_selector: ScopeSelector | None = None


class ResourceQuotaStatus(Wire, frozen=True, kw_only=True):
    """How much there is.

    hard: the most of each.
    used: how much of each there is.
    """

    hard: Mapping[str, Quantity] = {}
    used: Mapping[str, Quantity] = {}


class ResourceQuota(Object, frozen=True, kw_only=True):
    """How much all things in a namespace together may use.

    spec: how much there may be.
    status: how much there is.
    """

    spec: ResourceQuotaSpec = ResourceQuotaSpec()
    status: ResourceQuotaStatus = ResourceQuotaStatus()


class PersistentVolumeClaimStatus(Wire, frozen=True, kw_only=True):
    """How a claim is doing.

    phase: Pending, Bound or Lost.
    accessModes: how the storage can be used.
    capacity: how much there is.
    conditions: aspects of its state.
    """

    phase: str = ""
    access_modes: Annotated[tuple[str, ...], ATOMIC] = ()
    capacity: Mapping[str, Quantity] = {}
    conditions: Conditions = ()
    allocated_resources: Mapping[str, Quantity] = {}
    allocated_resource_statuses: Mapping[str, str] = {}
    current_volume_attributes_class_name: str | None = None


class PersistentVolumeClaim(Object, frozen=True, kw_only=True):
    """A claim on storage.

    spec: the storage that is claimed.
    status: how it is doing.
    """

    spec: PersistentVolumeClaimSpec = PersistentVolumeClaimSpec()
    status: PersistentVolumeClaimStatus = PersistentVolumeClaimStatus()
