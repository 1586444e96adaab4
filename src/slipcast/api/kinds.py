"""THE TABLE of kinds: what is served, under which names, and which verbs it knows.

Discovery, routes, OpenAPI, the command line, validation and the reference read this table. A kind's
Struct is imported when asked for, so that whoever needs names only pays for names only.

Source: the API references of Kubernetes and OpenShift; build-api.md BA-1 to BA-5.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from functools import cache
from typing import Final

import msgspec

CREATE: Final = ("create",)
READ: Final = ("get", "list", "watch")
ALL_VERBS: Final = (
    *("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"),
)

ONE_BY_ONE: Final = ("create", "delete", "get", "list", "patch", "update", "watch")

BUILD: Final = "build.openshift.io"
IMAGE: Final = "image.openshift.io"
TEMPLATE: Final = "template.openshift.io"
PROJECT: Final = "project.openshift.io"
APPS_OPENSHIFT: Final = "apps.openshift.io"
ROUTE: Final = "route.openshift.io"
USER: Final = "user.openshift.io"
OAUTH: Final = "oauth.openshift.io"
CORE: Final = ""
APPS: Final = "apps"
BATCH: Final = "batch"
RBAC: Final = "rbac.authorization.k8s.io"
AUTHORIZATION: Final = "authorization.k8s.io"
AUTHORIZATION_OPENSHIFT: Final = "authorization.openshift.io"
AUTHENTICATION: Final = "authentication.k8s.io"
COORDINATION: Final = "coordination.k8s.io"
AUTOSCALING: Final = "autoscaling"
EXTENSIONS: Final = "extensions"
SLIPCAST: Final = "slipcast.dev"


class Subresource(msgspec.Struct, frozen=True, kw_only=True):
    """What lies below an object: its name, the verbs there, and the kind that travels.

    Shape:  kind and group empty mean those of the object; is_raw says that bytes travel as they
            are: a log that is read, a source that is sent along. rest is what follows the name in
            the path, as templates of URIs have it. older is the apiVersion of what travels on the
            legacy paths, where it is another.
    """

    name: str
    verbs: tuple[str, ...]
    kind: str = ""
    group: str = ""
    version: str = ""
    is_raw: bool = False
    rest: str = ""
    older: str = ""


class Kind(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A kind of object.

    Shape:  struct is `module:Name` below `slipcast.api`; legacy kinds are served at /oapi/v1 too;
            a kind that is not stored has no rows of its own: it is a view of others, or a request.
            There is one Kind of a name, so that identity is equality.
    """

    group: str
    name: str
    plural: str
    struct: str
    version: str = "v1"
    short: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    namespaced: bool = True
    verbs: tuple[str, ...] = ALL_VERBS
    subresources: tuple[Subresource, ...] = ()
    legacy: bool = False
    stored: bool = True

    @property
    def singular(self) -> str:
        """The name in lower case, as people may type it."""
        return self.name.lower()

    @property
    def api_version(self) -> str:
        """`group/version`, or just the version of the core group."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def type(self) -> type[msgspec.Struct]:
        """The Struct that an object of this kind is read through."""
        return _struct(self.struct)

    @property
    def is_review(self) -> bool:
        """Whether it is a question: sent, answered, and kept nowhere."""
        return not self.stored and self.name.endswith("Review")

    def subresource(self, name: str) -> Subresource | None:
        """The subresource of that name, if this kind has it."""
        return next((each for each in self.subresources if each.name == name), None)


@cache
def _struct(place: str) -> type[msgspec.Struct]:
    module, _, name = place.partition(":")
    found = getattr(importlib.import_module(f"slipcast.api.{module}"), name)
    assert isinstance(found, type)  # noqa: S101 -- the table names Structs only
    assert issubclass(found, msgspec.Struct)  # noqa: S101
    return found


STATUS = Subresource(name="status", verbs=("get", "patch", "update"))
SCALED = Subresource(
    name="scale",
    verbs=("get", "patch", "update"),
    kind="Scale",
    group=AUTOSCALING,
    version="v1",
    older=f"{EXTENSIONS}/v1beta1",
)

KINDS: Final = (
    Kind(
        group=BUILD, name="BuildConfig", plural="buildconfigs", struct="build:BuildConfig",
        short=("bc",), categories=("all",), legacy=True,
        subresources=(
            Subresource(
                name="instantiate", verbs=CREATE, kind="BuildRequest", group=BUILD, version="v1"
            ),
            Subresource(
                name="instantiatebinary", verbs=CREATE, kind="BinaryBuildRequestOptions",
                group=BUILD, is_raw=True,
            ),
            Subresource(
                name="webhooks", verbs=CREATE, kind="Build", group=BUILD, is_raw=True,
                rest="/{secret}/{type}",
            ),
        ),
    ),
    Kind(
        group=BUILD, name="Build", plural="builds", struct="build:Build",
        categories=("all",), legacy=True,
        subresources=(
            Subresource(name="details", verbs=("update",)),
            Subresource(
                name="clone", verbs=CREATE, kind="BuildRequest", group=BUILD, version="v1"
            ),
            Subresource(name="log", verbs=("get",), kind="BuildLog", group=BUILD, is_raw=True),
        ),
    ),
    Kind(
        group=IMAGE, name="Image", plural="images", struct="image:Image",
        namespaced=False, legacy=True,
    ),
    Kind(
        group=IMAGE, name="ImageStream", plural="imagestreams", struct="image:ImageStream",
        short=("is",), categories=("all",), legacy=True,
        subresources=(
            STATUS,
            Subresource(name="secrets", verbs=("get",), kind="SecretList", version="v1"),
            Subresource(
                name="layers", verbs=("get",), kind="ImageStreamLayers", group=IMAGE, version="v1"
            ),
        ),
    ),
    Kind(
        group=IMAGE, name="ImageStreamTag", plural="imagestreamtags",
        struct="image:ImageStreamTag", short=("istag",), legacy=True, stored=False,
        verbs=("create", "delete", "get", "list", "patch", "update"),
    ),
    Kind(
        group=IMAGE, name="ImageTag", plural="imagetags", struct="image:ImageTag",
        short=("itag",), stored=False,
        verbs=("create", "delete", "get", "list", "patch", "update"),
    ),
    Kind(
        group=IMAGE, name="ImageStreamImage", plural="imagestreamimages",
        struct="image:ImageStreamImage", short=("isimage",), legacy=True, stored=False,
        verbs=("get",),
    ),
    Kind(
        group=IMAGE, name="ImageStreamMapping", plural="imagestreammappings",
        struct="image:ImageStreamMapping", legacy=True, stored=False, verbs=CREATE,
    ),
    Kind(
        group=IMAGE, name="ImageStreamImport", plural="imagestreamimports",
        struct="image:ImageStreamImport", legacy=True, stored=False, verbs=CREATE,
    ),
    Kind(
        group=IMAGE, name="ImageSignature", plural="imagesignatures",
        struct="image:ImageSignature", namespaced=False, legacy=True, stored=False,
        verbs=("create", "delete"),
    ),
    Kind(
        group=TEMPLATE, name="Template", plural="templates", struct="template:Template",
        legacy=True,
    ),
    Kind(
        group=TEMPLATE, name="ProcessedTemplate", plural="processedtemplates",
        struct="template:Template", legacy=True, stored=False, verbs=CREATE,
    ),
    Kind(
        group=PROJECT, name="Project", plural="projects", struct="project:Project",
        namespaced=False, legacy=True, stored=False,
        verbs=("create", "delete", "get", "list", "patch", "update", "watch"),
    ),
    Kind(
        group=PROJECT, name="ProjectRequest", plural="projectrequests",
        struct="project:ProjectRequest", namespaced=False, legacy=True, stored=False,
        verbs=("create", "list"),
    ),
    Kind(
        group=APPS_OPENSHIFT, name="DeploymentConfig", plural="deploymentconfigs",
        struct="deploymentconfig:DeploymentConfig", short=("dc",), categories=("all",), legacy=True,
        subresources=(STATUS, SCALED),
    ),
    Kind(
        group=ROUTE, name="Route", plural="routes", struct="route:Route",
        categories=("all",), legacy=True, subresources=(STATUS,),
    ),
    Kind(
        group=USER, name="User", plural="users", struct="user:User",
        namespaced=False, legacy=True,
    ),
    Kind(
        group=USER, name="Group", plural="groups", struct="user:Group",
        namespaced=False, legacy=True,
    ),
    Kind(
        group=USER, name="Identity", plural="identities", struct="user:Identity",
        namespaced=False, legacy=True,
    ),
    Kind(
        group=USER, name="UserIdentityMapping", plural="useridentitymappings",
        struct="user:UserIdentityMapping", namespaced=False, legacy=True, stored=False,
        verbs=("get",),
    ),
    Kind(
        group=OAUTH, name="OAuthAccessToken", plural="oauthaccesstokens",
        struct="user:OAuthAccessToken", namespaced=False, legacy=True,
    ),
    Kind(
        group=OAUTH, name="UserOAuthAccessToken", plural="useroauthaccesstokens",
        struct="user:UserOAuthAccessToken", namespaced=False, stored=False,
        verbs=("delete", "get", "list", "watch"),
    ),
    Kind(
        group=APPS, name="Deployment", plural="deployments", struct="apps:Deployment",
        short=("deploy",), categories=("all",), subresources=(STATUS, SCALED),
    ),
    Kind(
        group=BATCH, name="Job", plural="jobs", struct="batch:Job",
        categories=("all",), subresources=(STATUS,),
    ),
    Kind(
        group=CORE, name="Namespace", plural="namespaces", struct="core:Namespace",
        short=("ns",), namespaced=False,
        verbs=("create", "delete", "get", "list", "patch", "update", "watch"),
        subresources=(STATUS, Subresource(name="finalize", verbs=("update",))),
    ),
    Kind(
        group=CORE, name="Pod", plural="pods", struct="pod:Pod",
        short=("po",), categories=("all",),
        subresources=(STATUS, Subresource(name="log", verbs=("get",), is_raw=True)),
    ),
    Kind(group=CORE, name="Secret", plural="secrets", struct="core:Secret"),
    Kind(
        group=CORE, name="ConfigMap", plural="configmaps", struct="core:ConfigMap",
        short=("cm",),
    ),
    Kind(
        group=CORE, name="ServiceAccount", plural="serviceaccounts",
        struct="core:ServiceAccount", short=("sa",),
        subresources=(
            Subresource(
                name="token", verbs=CREATE, kind="TokenRequest", group=AUTHENTICATION, version="v1"
            ),
        ),
    ),
    Kind(
        group=CORE, name="Service", plural="services", struct="core:Service",
        short=("svc",), categories=("all",), subresources=(STATUS,),
    ),
    Kind(group=CORE, name="Event", plural="events", struct="core:Event", short=("ev",)),
    Kind(
        group=CORE, name="LimitRange", plural="limitranges", struct="limits:LimitRange",
        short=("limits",),
    ),
    Kind(
        group=CORE, name="ResourceQuota", plural="resourcequotas", struct="limits:ResourceQuota",
        short=("quota",), subresources=(STATUS,),
    ),
    Kind(
        group=CORE, name="PersistentVolumeClaim", plural="persistentvolumeclaims",
        struct="limits:PersistentVolumeClaim", short=("pvc",), subresources=(STATUS,),
    ),
    Kind(group=RBAC, name="Role", plural="roles", struct="rbac:Role"),
    Kind(group=RBAC, name="RoleBinding", plural="rolebindings", struct="rbac:RoleBinding"),
    Kind(
        group=RBAC, name="ClusterRole", plural="clusterroles", struct="rbac:ClusterRole",
        namespaced=False,
    ),
    Kind(
        group=RBAC, name="ClusterRoleBinding", plural="clusterrolebindings",
        struct="rbac:ClusterRoleBinding", namespaced=False,
    ),
    Kind(
        group=AUTHORIZATION, name="SubjectAccessReview", plural="subjectaccessreviews",
        struct="review:SubjectAccessReview", namespaced=False, stored=False, verbs=CREATE,
    ),
    Kind(
        group=AUTHORIZATION, name="SelfSubjectAccessReview", plural="selfsubjectaccessreviews",
        struct="review:SelfSubjectAccessReview", namespaced=False, stored=False, verbs=CREATE,
    ),
    Kind(
        group=AUTHORIZATION, name="LocalSubjectAccessReview", plural="localsubjectaccessreviews",
        struct="review:LocalSubjectAccessReview", stored=False, verbs=CREATE,
    ),
    Kind(
        group=AUTHORIZATION, name="SelfSubjectRulesReview", plural="selfsubjectrulesreviews",
        struct="review:SelfSubjectRulesReview", namespaced=False, stored=False, verbs=CREATE,
    ),
    Kind(
        group=AUTHENTICATION, name="TokenReview", plural="tokenreviews",
        struct="review:TokenReview", namespaced=False, stored=False, verbs=CREATE,
    ),
    Kind(
        group=AUTHENTICATION, name="SelfSubjectReview", plural="selfsubjectreviews",
        struct="review:SelfSubjectReview", namespaced=False, stored=False, verbs=CREATE,
    ),
    # After those of Kubernetes, which a bare `rolebindings` means.
    Kind(
        group=AUTHORIZATION_OPENSHIFT, name="Role", plural="roles",
        struct="authorization:Role", legacy=True, stored=False, verbs=ONE_BY_ONE,
    ),
    Kind(
        group=AUTHORIZATION_OPENSHIFT, name="RoleBinding", plural="rolebindings",
        struct="authorization:RoleBinding", legacy=True, stored=False, verbs=ONE_BY_ONE,
    ),
    Kind(
        group=AUTHORIZATION_OPENSHIFT, name="ClusterRole", plural="clusterroles",
        struct="authorization:ClusterRole", namespaced=False, legacy=True, stored=False,
        verbs=ONE_BY_ONE,
    ),
    Kind(
        group=AUTHORIZATION_OPENSHIFT, name="ClusterRoleBinding", plural="clusterrolebindings",
        struct="authorization:ClusterRoleBinding", namespaced=False, legacy=True, stored=False,
        verbs=ONE_BY_ONE,
    ),
    Kind(
        group=AUTHORIZATION_OPENSHIFT, name="PolicyBinding", plural="policybindings",
        struct="authorization:PolicyBinding", legacy=True, stored=False, verbs=("get", "list"),
    ),
    Kind(
        group=AUTHORIZATION_OPENSHIFT, name="ClusterPolicyBinding", plural="clusterpolicybindings",
        struct="authorization:ClusterPolicyBinding", namespaced=False, legacy=True, stored=False,
        verbs=("get", "list"),
    ),
    Kind(
        group=AUTHORIZATION_OPENSHIFT, name="SubjectAccessReview", plural="subjectaccessreviews",
        struct="authorization:SubjectAccessReview", namespaced=False, legacy=True, stored=False,
        verbs=CREATE,
    ),
    Kind(
        group=AUTHORIZATION_OPENSHIFT, name="LocalSubjectAccessReview",
        plural="localsubjectaccessreviews", struct="authorization:LocalSubjectAccessReview",
        legacy=True, stored=False, verbs=CREATE,
    ),
    Kind(
        group=AUTHORIZATION_OPENSHIFT, name="ResourceAccessReview",
        plural="resourceaccessreviews", struct="authorization:ResourceAccessReview",
        namespaced=False, legacy=True, stored=False, verbs=CREATE,
    ),
    Kind(
        group=AUTHORIZATION_OPENSHIFT, name="LocalResourceAccessReview",
        plural="localresourceaccessreviews", struct="authorization:LocalResourceAccessReview",
        legacy=True, stored=False, verbs=CREATE,
    ),
    Kind(
        group=AUTHORIZATION_OPENSHIFT, name="SelfSubjectRulesReview",
        plural="selfsubjectrulesreviews", struct="authorization:SelfSubjectRulesReview",
        legacy=True, stored=False, verbs=CREATE,
    ),
    Kind(
        group=AUTHORIZATION_OPENSHIFT, name="SubjectRulesReview", plural="subjectrulesreviews",
        struct="authorization:SubjectRulesReview", legacy=True, stored=False, verbs=CREATE,
    ),
    Kind(
        group=COORDINATION, name="Lease", plural="leases", struct="coordination:Lease",
    ),
    Kind(
        group=SLIPCAST, name="WebhookDelivery", plural="webhookdeliveries",
        struct="webhookdelivery:WebhookDelivery", short=("whd",),
        verbs=("delete", "deletecollection", "get", "list", "watch"),
    ),
)  # fmt: skip
"""THE TABLE, OpenShift's groups first: but the one whose kinds have the names of Kubernetes'."""

OUTCOME: Final = Kind(group=CORE, name="Status", plural="status", struct="status:Status", verbs=())
"""What tells how a request went, where no object tells it."""

SECRETS: Final = Kind(
    group=CORE, name="SecretList", plural="secretlists", struct="core:SecretList", verbs=()
)
"""Secrets as one object, which only lies below others."""

LAYERS: Final = Kind(
    group=IMAGE, name="ImageStreamLayers", plural="imagestreamlayers",
    struct="image:ImageStreamLayers", verbs=(),
)  # fmt: skip
"""What the images of a stream consist of, which only lies below it."""

ALLOWED: Final = Kind(
    group=AUTHORIZATION_OPENSHIFT, name="SubjectAccessReviewResponse",
    plural="subjectaccessreviewresponses", struct="authorization:SubjectAccessReviewResponse",
    verbs=(),
)  # fmt: skip
"""Whether somebody may do something: the answer to a review."""

WHO: Final = Kind(
    group=AUTHORIZATION_OPENSHIFT, name="ResourceAccessReviewResponse",
    plural="resourceaccessreviewresponses", struct="authorization:ResourceAccessReviewResponse",
    verbs=(),
)  # fmt: skip
"""Who may do something: the answer to a review."""

ANSWERS: Final = (ALLOWED, WHO)
TRAVELLING: Final = (OUTCOME, SECRETS, LAYERS, *ANSWERS)
"""Kinds that are sent, and have no resource of their own."""

SCALE: Final = Kind(
    group=AUTOSCALING, name="Scale", plural="scales", struct="autoscaling:Scale", verbs=()
)
"""How many pods are wanted, which only lies below what keeps them running."""

OLDER_SCALE: Final = Kind(
    group=EXTENSIONS, version="v1beta1", name="Scale", plural="scales",
    struct="extensions:OlderScale", verbs=(),
)  # fmt: skip
"""The same on the legacy paths."""

SCALES: Final = (SCALE, OLDER_SCALE)


def groups(kinds: Iterable[Kind] = KINDS) -> tuple[str, ...]:
    """The groups of the kinds, each once, in the table's order."""
    return tuple(dict.fromkeys(kind.group for kind in kinds))


@cache
def by_plural(group: str, plural: str) -> Kind | None:
    """The kind served as that resource of that group."""
    return next((kind for kind in KINDS if (kind.group, kind.plural) == (group, plural)), None)


@cache
def legacy(plural: str) -> Kind | None:
    """The kind served as that resource at /oapi/v1."""
    return next((kind for kind in KINDS if kind.legacy and kind.plural == plural), None)


@cache
def by_name(group: str, name: str) -> Kind | None:
    """The kind of that name in that group."""
    return next((kind for kind in KINDS if (kind.group, kind.name) == (group, name)), None)


@cache
def of(api_version: str, name: str) -> Kind | None:
    """The kind that `apiVersion` and `kind` of an object mean.

    Shape:  `v1` means the core group, and for the kinds of OpenShift the legacy version too.
    """
    group, _, version = api_version.rpartition("/")
    return next(
        (
            kind
            for kind in (*KINDS, *TRAVELLING, *SCALES)
            if (kind.name, kind.version) == (name, version)
            and (kind.group == group or (not group and kind.legacy))
        ),
        None,
    )


def require(group: str, name: str) -> Kind:
    """The kind of that name in that group, which the caller knows to be in the table."""
    found = by_name(group, name)
    if found is None:
        raise LookupError(f"there is no kind {name} in group {group!r}")
    return found
