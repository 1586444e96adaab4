"""What is filled in of limits, claims, Secrets and bindings.

Source: Kubernetes' defaulting of core/v1 and rbac.authorization.k8s.io/v1.
"""

from __future__ import annotations

from typing import TypeVar

from msgspec.structs import replace

from slipcast.api.core import Secret
from slipcast.api.kinds import RBAC
from slipcast.api.limits import LimitRange, LimitRangeItem, PersistentVolumeClaim
from slipcast.api.rbac import ClusterRoleBinding, RoleBinding, Subject


def filled_secret(secret: Secret) -> Secret:
    """The Secret with its type; what was given as text is data like the rest."""
    texts = {key: text.encode() for key, text in secret.string_data.items()}
    return replace(
        secret, type=secret.type or "Opaque", data={**secret.data, **texts}, string_data={}
    )


def filled_limit_range(limits: LimitRange) -> LimitRange:
    """The limits with everything filled in."""
    items = tuple(_limits(item) for item in limits.spec.limits)
    return replace(limits, spec=replace(limits.spec, limits=items))


def filled_claim(claim: PersistentVolumeClaim) -> PersistentVolumeClaim:
    """The claim with everything filled in."""
    mode = claim.spec.volume_mode
    spec = replace(claim.spec, volume_mode="Filesystem" if mode is None else mode)
    status = replace(claim.status, phase=claim.status.phase or "Pending")
    return replace(claim, spec=spec, status=status)


_Binding = TypeVar("_Binding", RoleBinding, ClusterRoleBinding)


def filled_binding(binding: _Binding) -> _Binding:
    """The binding with the groups of what it names."""
    ref = replace(binding.role_ref, api_group=binding.role_ref.api_group or RBAC)
    subjects = tuple(_subject(subject) for subject in binding.subjects)
    return replace(binding, role_ref=ref, subjects=subjects)


def _limits(item: LimitRangeItem) -> LimitRangeItem:
    """What a container may use is by default the most, and what it needs is what it may use."""
    if item.type != "Container":
        return item
    default = {**item.max, **item.default}
    return replace(
        item, default=default, default_request={**item.min, **default, **item.default_request}
    )


def _subject(subject: Subject) -> Subject:
    if subject.api_group or subject.kind not in {"User", "Group"}:
        return subject
    return replace(subject, api_group=RBAC)
