"""Reviews: questions about who somebody is and what they may do, answered and not kept.

Source: the API references of authorization.k8s.io/v1 and authentication.k8s.io/v1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import field

from slipcast.api.meta import LabelSelectorRequirement, Object
from slipcast.api.wire import ATOMIC, Int64, Time, Wire


class SelectorAttributes(Wire, frozen=True, kw_only=True):
    """Which objects of a collection are asked about.

    rawSelector: the selector, as written in a URL.
    requirements: the selector, as conditions.
    """

    raw_selector: str = ""
    requirements: Annotated[tuple[LabelSelectorRequirement, ...], ATOMIC] = ()


class ResourceAttributes(Wire, frozen=True, kw_only=True):
    """What somebody wants to do with an object.

    namespace: where; everywhere when empty.
    verb: what; * means all.
    group: the group; * means all.
    version: the version; * means all.
    resource: the resource; * means all.
    subresource: the subresource.
    name: the object; all when empty.
    fieldSelector: which objects of a collection.
    labelSelector: which objects of a collection.
    """

    namespace: str = ""
    verb: str = ""
    group: str = ""
    version: str = ""
    resource: str = ""
    subresource: str = ""
    name: str = ""
    field_selector: SelectorAttributes | None = None
    label_selector: SelectorAttributes | None = None


class NonResourceAttributes(Wire, frozen=True, kw_only=True):
    """What somebody wants to do with another path.

    path: the path.
    verb: what, as an HTTP method in lower case.
    """

    path: str = ""
    verb: str = ""


class SubjectAccessReviewSpec(Wire, frozen=True, kw_only=True):
    """Who wants to do what.

    resourceAttributes: something with an object.
    nonResourceAttributes: something with another path.
    user: who.
    groups: groups they are in.
    extra: what else is known of them.
    uid: their uid.
    """

    resource_attributes: ResourceAttributes | None = None
    non_resource_attributes: NonResourceAttributes | None = None
    user: str = ""
    groups: Annotated[tuple[str, ...], ATOMIC] = ()
    extra: Mapping[str, tuple[str, ...]] = {}
    uid: str = ""


class SelfSubjectAccessReviewSpec(Wire, frozen=True, kw_only=True):
    """What the one who asks wants to do.

    resourceAttributes: something with an object.
    nonResourceAttributes: something with another path.
    """

    resource_attributes: ResourceAttributes | None = None
    non_resource_attributes: NonResourceAttributes | None = None


class SubjectAccessReviewStatus(Wire, frozen=True, kw_only=True):
    """Whether they may.

    allowed: whether they may.
    denied: whether it is certain that they may not.
    reason: why.
    evaluationError: what went wrong in finding out.
    """

    allowed: bool = False
    denied: bool = False
    reason: str = ""
    evaluation_error: str = ""


class SubjectAccessReview(Object, frozen=True, kw_only=True):
    """Whether somebody may do something.

    spec: who wants to do what.
    status: whether they may.
    """

    spec: SubjectAccessReviewSpec = SubjectAccessReviewSpec()
    status: SubjectAccessReviewStatus = SubjectAccessReviewStatus()


class LocalSubjectAccessReview(SubjectAccessReview, frozen=True, kw_only=True):
    """Whether somebody may do something in the namespace.

    spec: who wants to do what.
    status: whether they may.
    """


class SelfSubjectAccessReview(Object, frozen=True, kw_only=True):
    """Whether the one who asks may do something.

    spec: what they want to do.
    status: whether they may.
    """

    spec: SelfSubjectAccessReviewSpec = SelfSubjectAccessReviewSpec()
    status: SubjectAccessReviewStatus = SubjectAccessReviewStatus()


class SelfSubjectRulesReviewSpec(Wire, frozen=True, kw_only=True):
    """Where.

    namespace: the namespace.
    """

    namespace: str = ""


class ResourceRule(Wire, frozen=True, kw_only=True):
    """What may be done with objects.

    verbs: what.
    apiGroups: in which groups.
    resources: with which resources.
    resourceNames: with which objects; all when empty.
    """

    verbs: Annotated[tuple[str, ...], ATOMIC] = ()
    api_groups: Annotated[tuple[str, ...], ATOMIC] = ()
    resources: Annotated[tuple[str, ...], ATOMIC] = ()
    resource_names: Annotated[tuple[str, ...], ATOMIC] = ()


class NonResourceRule(Wire, frozen=True, kw_only=True):
    """What may be done with other paths.

    verbs: what.
    nonResourceURLs: with which paths.
    """

    verbs: Annotated[tuple[str, ...], ATOMIC] = ()
    non_resource_urls: Annotated[tuple[str, ...], ATOMIC] = field(
        default=(), name="nonResourceURLs"
    )


class SubjectRulesReviewStatus(Wire, frozen=True, kw_only=True):
    """What may be done.

    resourceRules: with objects.
    nonResourceRules: with other paths.
    incomplete: whether there may be more.
    evaluationError: what went wrong in finding out.
    """

    resource_rules: Annotated[tuple[ResourceRule, ...], ATOMIC] = ()
    non_resource_rules: Annotated[tuple[NonResourceRule, ...], ATOMIC] = ()
    incomplete: bool = False
    evaluation_error: str = ""


class SelfSubjectRulesReview(Object, frozen=True, kw_only=True):
    """What the one who asks may do in a namespace.

    spec: where.
    status: what.
    """

    spec: SelfSubjectRulesReviewSpec = SelfSubjectRulesReviewSpec()
    status: SubjectRulesReviewStatus = SubjectRulesReviewStatus()


class UserInfo(Wire, frozen=True, kw_only=True):
    """Who somebody is.

    username: the name.
    uid: the uid.
    groups: groups they are in.
    extra: what else is known of them.
    """

    username: str = ""
    uid: str = ""
    groups: Annotated[tuple[str, ...], ATOMIC] = ()
    extra: Mapping[str, tuple[str, ...]] = {}


class TokenReviewSpec(Wire, frozen=True, kw_only=True):
    """Whose token it is.

    token: the token.
    audiences: for whom it must be.
    """

    token: str = ""
    audiences: Annotated[tuple[str, ...], ATOMIC] = ()


class TokenReviewStatus(Wire, frozen=True, kw_only=True):
    """Whose token it is.

    authenticated: whether it is good.
    user: whose it is.
    audiences: for whom it is.
    error: why it is not good.
    """

    authenticated: bool = False
    user: UserInfo = UserInfo()
    audiences: Annotated[tuple[str, ...], ATOMIC] = ()
    error: str = ""


class TokenReview(Object, frozen=True, kw_only=True):
    """Whose a token is.

    spec: the token.
    status: whose it is.
    """

    spec: TokenReviewSpec = TokenReviewSpec()
    status: TokenReviewStatus = TokenReviewStatus()


class SelfSubjectReviewStatus(Wire, frozen=True, kw_only=True):
    """Who the one who asks is.

    userInfo: who.
    """

    user_info: UserInfo = UserInfo()


class SelfSubjectReview(Object, frozen=True, kw_only=True):
    """Who the one who asks is.

    status: who.
    """

    status: SelfSubjectReviewStatus = SelfSubjectReviewStatus()


class BoundObjectReference(Wire, frozen=True, kw_only=True):
    """An object without which a token is no longer good.

    kind: Pod or Secret.
    apiVersion: the version of its API.
    name: its name.
    uid: its uid.
    """

    kind: str = ""
    api_version: str = ""
    name: str = ""
    uid: str = ""


class TokenRequestSpec(Wire, frozen=True, kw_only=True):
    """Which token is wanted.

    audiences: for whom.
    expirationSeconds: how long it shall be good for.
    boundObjectRef: an object without which it is no longer good.
    """

    audiences: Annotated[tuple[str, ...], ATOMIC] = ()
    expiration_seconds: Int64 | None = None
    bound_object_ref: BoundObjectReference | None = None


class TokenRequestStatus(Wire, frozen=True, kw_only=True):
    """The token.

    token: the token.
    expirationTimestamp: until when it is good.
    """

    token: str = ""
    expiration_timestamp: Time = ""


class TokenRequest(Object, frozen=True, kw_only=True):
    """Asks for a token of a service account.

    spec: which token.
    status: the token.
    """

    spec: TokenRequestSpec = TokenRequestSpec()
    status: TokenRequestStatus = TokenRequestStatus()
