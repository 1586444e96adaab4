"""Roles and who has them.

Source: the API reference of rbac.authorization.k8s.io/v1.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import field

from slipcast.api.meta import LabelSelector, Object
from slipcast.api.wire import ATOMIC, Whole, Wire


class PolicyRule(Wire, frozen=True, kw_only=True):
    """What may be done.

    verbs: what; * means all.
    apiGroups: in which groups.
    resources: with which resources.
    resourceNames: with which objects; all when empty.
    nonResourceURLs: with which other paths.
    """

    verbs: Annotated[tuple[str, ...], ATOMIC] = ()
    api_groups: Annotated[tuple[str, ...], ATOMIC] = ()
    resources: Annotated[tuple[str, ...], ATOMIC] = ()
    resource_names: Annotated[tuple[str, ...], ATOMIC] = ()
    non_resource_urls: Annotated[tuple[str, ...], ATOMIC] = field(
        default=(), name="nonResourceURLs"
    )


Rules = Annotated[tuple[PolicyRule, ...], ATOMIC]


class Role(Object, frozen=True, kw_only=True):
    """What may be done in a namespace.

    rules: what.
    """

    rules: Rules = ()


class AggregationRule(Wire, frozen=True, kw_only=True):
    """Roles that a role is made of.

    clusterRoleSelectors: which, by labels.
    """

    cluster_role_selectors: Annotated[tuple[LabelSelector, ...], ATOMIC] = ()


class ClusterRole(Object, frozen=True, kw_only=True):
    """What may be done anywhere, or where a binding says.

    rules: what.
    aggregationRule: roles that it is made of.
    """

    rules: Rules = ()
    aggregation_rule: AggregationRule | None = None


class Subject(Whole, frozen=True, kw_only=True):
    """Somebody.

    kind: User, Group or ServiceAccount.
    apiGroup: the group of that kind.
    name: the name.
    namespace: the namespace of a service account.
    """

    kind: str = ""
    api_group: str = ""
    name: str = ""
    namespace: str = ""


class RoleRef(Whole, frozen=True, kw_only=True):
    """A role.

    apiGroup: rbac.authorization.k8s.io.
    kind: Role or ClusterRole.
    name: its name.
    """

    api_group: str = ""
    kind: str = ""
    name: str = ""


Subjects = Annotated[tuple[Subject, ...], ATOMIC]


class RoleBinding(Object, frozen=True, kw_only=True):
    """Who has a role in a namespace.

    subjects: who.
    roleRef: which role; does not change.
    """

    subjects: Subjects = ()
    role_ref: RoleRef = RoleRef()


class ClusterRoleBinding(Object, frozen=True, kw_only=True):
    """Who has a role everywhere.

    subjects: who.
    roleRef: which role; does not change.
    """

    subjects: Subjects = ()
    role_ref: RoleRef = RoleRef()
