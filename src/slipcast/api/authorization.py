"""Roles, bindings and reviews in the form that OpenShift had before Kubernetes had any.

Roles and bindings are those of `rbac` under another kind; `access.roleforms` translates.

Source: the API reference of authorization.openshift.io/v1.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import field

from slipcast.api.meta import Object, ObjectReference
from slipcast.api.rbac import AggregationRule
from slipcast.api.wire import ATOMIC, NULLABLE, Anything, Time, Wire


class PolicyRule(Wire, frozen=True, kw_only=True):
    """What may be done.

    verbs: what; * means all.
    attributeRestrictions: no longer taken; must be empty.
    apiGroups: in which groups.
    resources: with which resources.
    resourceNames: with which objects; all when empty.
    nonResourceURLs: with which other paths.
    """

    verbs: Annotated[tuple[str, ...], ATOMIC] = ()
    attribute_restrictions: Anything = None
    api_groups: Annotated[tuple[str, ...], ATOMIC, NULLABLE] = ()
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


class ClusterRole(Object, frozen=True, kw_only=True):
    """What may be done anywhere, or where a binding says.

    rules: what.
    aggregationRule: roles that it is made of.
    """

    rules: Rules = ()
    aggregation_rule: AggregationRule | None = None


class RoleBinding(Object, frozen=True, kw_only=True):
    """Who has a role in a namespace.

    userNames: users and service accounts by name; decide over subjects where they are said.
    groupNames: groups by name; decide over subjects where they are said.
    subjects: who.
    roleRef: which role: of the cluster when it has no namespace; does not change.
    """

    user_names: Annotated[tuple[str, ...], ATOMIC, NULLABLE] = ()
    group_names: Annotated[tuple[str, ...], ATOMIC, NULLABLE] = ()
    subjects: Annotated[tuple[ObjectReference, ...], ATOMIC] = ()
    role_ref: ObjectReference = ObjectReference()


class ClusterRoleBinding(RoleBinding, frozen=True, kw_only=True):
    """Who has a role everywhere.

    userNames: users and service accounts by name; decide over subjects where they are said.
    groupNames: groups by name; decide over subjects where they are said.
    subjects: who.
    roleRef: which role of the cluster; does not change.
    """


class NamedRoleBinding(Wire, frozen=True, kw_only=True):
    """A binding under its name.

    name: the name.
    roleBinding: the binding.
    """

    name: str = ""
    role_binding: RoleBinding = RoleBinding()


class PolicyBinding(Object, frozen=True, kw_only=True):
    """All bindings of a namespace to roles of one place, as clients of OpenShift 3.5 look them up.

    lastModified: when one of them was last changed; not told.
    policyRef: where the roles are: of the cluster when it has no namespace.
    roleBindings: the bindings.
    """

    last_modified: Time = ""
    policy_ref: ObjectReference = ObjectReference()
    role_bindings: Annotated[tuple[NamedRoleBinding, ...], ATOMIC] = ()


class ClusterPolicyBinding(PolicyBinding, frozen=True, kw_only=True):
    """All bindings to roles that count everywhere, as clients of OpenShift 3.5 look them up.

    lastModified: when one of them was last changed; not told.
    policyRef: where the roles are: of the cluster.
    roleBindings: the bindings.
    """


class ResourceAccessReview(Object, frozen=True, kw_only=True):
    """Who may do something.

    namespace: where; everywhere when empty.
    verb: what.
    resourceAPIGroup: the group.
    resourceAPIVersion: the version.
    resource: the resource.
    resourceName: the object; all when empty.
    path: another path.
    isNonResourceURL: whether it is about a path and no resource.
    content: the object that would be sent; nothing depends on it.
    """

    namespace: str = ""
    verb: str = ""
    resource_api_group: str = field(default="", name="resourceAPIGroup")
    resource_api_version: str = field(default="", name="resourceAPIVersion")
    resource: str = ""
    resource_name: str = ""
    path: str = ""
    is_non_resource_url: bool = field(default=False, name="isNonResourceURL")
    content: Anything = None


class LocalResourceAccessReview(ResourceAccessReview, frozen=True, kw_only=True):
    """Who may do something in the namespace.

    namespace: that of the review.
    verb: what.
    resourceAPIGroup: the group.
    resourceAPIVersion: the version.
    resource: the resource.
    resourceName: the object; all when empty.
    path: another path.
    isNonResourceURL: whether it is about a path and no resource.
    content: the object that would be sent; nothing depends on it.
    """


class SubjectAccessReview(ResourceAccessReview, frozen=True, kw_only=True):
    """Whether somebody may do something.

    namespace: where; everywhere when empty.
    verb: what.
    resourceAPIGroup: the group.
    resourceAPIVersion: the version.
    resource: the resource.
    resourceName: the object; all when empty.
    path: another path.
    isNonResourceURL: whether it is about a path and no resource.
    content: the object that would be sent; nothing depends on it.
    user: who; whoever asks when neither user nor groups are said.
    groups: groups they are in.
    scopes: scopes that hold them back; of whoever asks those of the request unless said.
    """

    user: str = ""
    groups: Annotated[tuple[str, ...], ATOMIC] = ()
    scopes: Annotated[tuple[str, ...], ATOMIC] = ()


class LocalSubjectAccessReview(SubjectAccessReview, frozen=True, kw_only=True):
    """Whether somebody may do something in the namespace.

    namespace: that of the review.
    verb: what.
    resourceAPIGroup: the group.
    resourceAPIVersion: the version.
    resource: the resource.
    resourceName: the object; all when empty.
    path: another path.
    isNonResourceURL: whether it is about a path and no resource.
    content: the object that would be sent; nothing depends on it.
    user: who; whoever asks when neither user nor groups are said.
    groups: groups they are in.
    scopes: scopes that hold them back; of whoever asks those of the request unless said.
    """


class SubjectAccessReviewResponse(Object, frozen=True, kw_only=True):
    """Whether they may.

    namespace: where.
    allowed: whether they may.
    reason: why.
    evaluationError: what went wrong in finding out.
    """

    namespace: str = ""
    allowed: bool = False
    reason: str = ""
    evaluation_error: str = ""


class ResourceAccessReviewResponse(Object, frozen=True, kw_only=True):
    """Who may.

    namespace: where.
    users: users and service accounts.
    groups: groups.
    evalutionError: what went wrong in finding out; so it is spelled.
    """

    namespace: str = ""
    users: Annotated[tuple[str, ...], ATOMIC] = ()
    groups: Annotated[tuple[str, ...], ATOMIC] = ()
    evalution_error: str = ""


class SelfSubjectRulesReviewSpec(Wire, frozen=True, kw_only=True):
    """How whoever asks is seen.

    scopes: scopes that hold them back; those of the request unless said.
    """

    scopes: Annotated[tuple[str, ...], ATOMIC] = ()


class SubjectRulesReviewSpec(Wire, frozen=True, kw_only=True):
    """Who is asked about.

    user: who.
    groups: groups they are in.
    scopes: scopes that hold them back.
    """

    user: str = ""
    groups: Annotated[tuple[str, ...], ATOMIC] = ()
    scopes: Annotated[tuple[str, ...], ATOMIC] = ()


class SubjectRulesReviewStatus(Wire, frozen=True, kw_only=True):
    """What may be done.

    rules: what.
    evaluationError: what went wrong in finding out.
    """

    rules: Rules = ()
    evaluation_error: str = ""


class SelfSubjectRulesReview(Object, frozen=True, kw_only=True):
    """What whoever asks may do in the namespace.

    spec: how they are seen.
    status: what they may do.
    """

    spec: SelfSubjectRulesReviewSpec = SelfSubjectRulesReviewSpec()
    status: SubjectRulesReviewStatus = SubjectRulesReviewStatus()


class SubjectRulesReview(Object, frozen=True, kw_only=True):
    """What somebody may do in the namespace.

    spec: who.
    status: what they may do.
    """

    spec: SubjectRulesReviewSpec = SubjectRulesReviewSpec()
    status: SubjectRulesReviewStatus = SubjectRulesReviewStatus()
