"""What is wrong with roles and their bindings.

Source: Kubernetes' validation of rbac.authorization.k8s.io/v1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from slipcast.api.kinds import RBAC
from slipcast.api.rbac import (
    ClusterRole,
    ClusterRoleBinding,
    PolicyRule,
    Role,
    RoleBinding,
    RoleRef,
    Subject,
)
from slipcast.values.causes import Cause, invalid, not_supported, required
from slipcast.values.names import dns_subdomain, path_segment

_SUBJECTS: Final = ("ServiceAccount", "User", "Group")


def role(new: Role, old: Role | None) -> tuple[Cause, ...]:
    """What is wrong with a Role."""
    del old
    return tuple(_rules(new.rules, is_namespaced=True))


def cluster_role(new: ClusterRole, old: ClusterRole | None) -> tuple[Cause, ...]:
    """What is wrong with a ClusterRole."""
    del old
    causes = list(_rules(new.rules, is_namespaced=False))
    if new.aggregation_rule is not None and not new.aggregation_rule.cluster_role_selectors:
        what = "at least one clusterRoleSelector required if aggregationRule is non-nil"
        causes.append(required("aggregationRule.clusterRoleSelectors", what))
    return tuple(causes)


def role_binding(new: RoleBinding, old: RoleBinding | None) -> tuple[Cause, ...]:
    """What is wrong with a RoleBinding: what it gives never changes."""
    before = old.role_ref if old is not None else None
    return (*_role_ref(new.role_ref, before, "ClusterRole", "Role"), *_subjects(new.subjects))


def cluster_role_binding(
    new: ClusterRoleBinding, old: ClusterRoleBinding | None
) -> tuple[Cause, ...]:
    """What is wrong with a ClusterRoleBinding: what it gives never changes."""
    before = old.role_ref if old is not None else None
    return (*_role_ref(new.role_ref, before, "ClusterRole"), *_subjects(new.subjects))


def _rules(rules: tuple[PolicyRule, ...], *, is_namespaced: bool) -> Iterator[Cause]:
    for number, rule in enumerate(rules):
        path = f"rules[{number}]"
        if not rule.verbs:
            yield required(f"{path}.verbs", "verbs must contain at least one value")
        if rule.non_resource_urls:
            yield from _paths(rule, f"{path}.nonResourceURLs", is_namespaced=is_namespaced)
            continue
        if not rule.api_groups:
            what = "resource rules must supply at least one api group"
            yield required(f"{path}.apiGroups", what)
        if not rule.resources:
            what = "resource rules must supply at least one resource"
            yield required(f"{path}.resources", what)


def _paths(rule: PolicyRule, path: str, *, is_namespaced: bool) -> Iterator[Cause]:
    urls = rule.non_resource_urls
    if is_namespaced:
        yield invalid(path, urls, "namespaced rules cannot apply to non-resource URLs")
    if rule.api_groups or rule.resources or rule.resource_names:
        what = "rules cannot apply to both regular resources and non-resource URLs"
        yield invalid(path, urls, what)


def _role_ref(ref: RoleRef, before: RoleRef | None, *kinds: str) -> Iterator[Cause]:
    if ref.api_group not in {"", RBAC}:
        yield not_supported("roleRef.apiGroup", ref.api_group, [RBAC])
    if ref.kind not in kinds:
        yield not_supported("roleRef.kind", ref.kind, kinds)
    if not ref.name:
        yield required("roleRef.name")
    yield from (invalid("roleRef.name", ref.name, what) for what in path_segment(ref.name))
    if before is not None and ref != before:
        yield invalid("roleRef", ref, "cannot change roleRef")


def _subjects(subjects: tuple[Subject, ...]) -> Iterator[Cause]:
    for number, subject in enumerate(subjects):
        path = f"subjects[{number}]"
        if not subject.name:
            yield required(f"{path}.name")
        if subject.kind == "ServiceAccount":
            yield from _account(subject, path)
        elif subject.kind not in _SUBJECTS:
            yield not_supported(f"{path}.kind", subject.kind, _SUBJECTS)
        elif subject.api_group not in {"", RBAC}:
            yield not_supported(f"{path}.apiGroup", subject.api_group, [RBAC])


def _account(subject: Subject, path: str) -> Iterator[Cause]:
    if subject.name:
        wrong = dns_subdomain(subject.name)
        yield from (invalid(f"{path}.name", subject.name, what) for what in wrong)
    if subject.api_group:
        yield not_supported(f"{path}.apiGroup", subject.api_group, [""])
    if not subject.namespace:
        yield required(f"{path}.namespace")
