"""The roles and bindings that every installation begins with.

THE TABLE of cluster roles, and the bindings that give them to everybody, to service accounts, and
in a new project to the one who asked for it.

Source: the default cluster roles of OpenShift 3.5 and Kubernetes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from slipcast.access.rules import Rule
from slipcast.api import kinds
from slipcast.values.actor import AUTHENTICATED, MASTERS, PEOPLE, UNAUTHENTICATED

READ: Final = ("get", "list", "watch")
WRITE: Final = (
    *("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"),
)
LEGACY: Final = ""
"""The group that OpenShift's kinds had in the 3.5 era; roles name it beside the new one."""
CLUSTER_ADMIN: Final = "cluster-admin"
BUILT_IN: Final = "rbac.authorization.kubernetes.io/autoupdate"


class ClusterRole(msgspec.Struct, frozen=True, kw_only=True):
    """A role of THE TABLE, and to whom it is given everywhere."""

    name: str
    rules: tuple[Rule, ...]
    description: str
    groups: tuple[str, ...] = ()

    @property
    def document(self) -> dict[str, Any]:
        """The role as an object."""
        return {
            "metadata": {
                "name": self.name,
                "annotations": {BUILT_IN: "true", "openshift.io/description": self.description},
            },
            "rules": [rule.document for rule in self.rules],
        }

    @property
    def binding(self) -> dict[str, Any] | None:
        """The binding that gives the role to its groups, None when it is given to nobody."""
        if not self.groups:
            return None
        return {
            "metadata": {"name": f"{self.name}s", "annotations": {BUILT_IN: "true"}},
            "roleRef": role_ref(self.name),
            "subjects": [group_subject(group) for group in self.groups],
        }


def _on(group: str, verbs: Iterable[str], *resources: str) -> Rule:
    """A rule on resources of a group; OpenShift's groups under their old name as well."""
    named = (group, LEGACY) if group.endswith("openshift.io") else (group,)
    return Rule(verbs=tuple(verbs), groups=named, resources=resources)


def _paths(*paths: str) -> Rule:
    return Rule(verbs=("get",), paths=paths)


CREATE: Final = ("create",)

_ROLES_WRITTEN = (
    _on(kinds.RBAC, WRITE, "roles", "rolebindings"),
    _on(kinds.AUTHORIZATION_OPENSHIFT, WRITE, "roles", "rolebindings"),
    _on(kinds.AUTHORIZATION, CREATE, "localsubjectaccessreviews"),
    _on(
        kinds.AUTHORIZATION_OPENSHIFT,
        CREATE,
        *("localresourceaccessreviews", "localsubjectaccessreviews", "subjectrulesreviews"),
    ),
)
"""What looking after who may do what in a project takes."""
_BUILDS_WRITTEN = (
    _on(kinds.BUILD, WRITE, "buildconfigs", "buildconfigs/webhooks", "builds"),
    _on(kinds.BUILD, READ, "builds/log"),
    _on(
        kinds.BUILD,
        CREATE,
        "buildconfigs/instantiate",
        "buildconfigs/instantiatebinary",
        "builds/clone",
    ),
    _on(kinds.BUILD, ("update",), "builds/details"),
    _on(kinds.SLIPCAST, (*READ, "delete", "deletecollection"), "webhookdeliveries"),
    _on(
        kinds.IMAGE,
        WRITE,
        "imagestreams",
        "imagestreamimages",
        "imagestreammappings",
        "imagestreams/secrets",
        "imagestreamtags",
        "imagetags",
    ),
    _on(kinds.IMAGE, CREATE, "imagestreamimports"),
    _on(kinds.IMAGE, ("get", "update"), "imagestreams/layers"),
    _on(kinds.IMAGE, READ, "imagestreams/status"),
    _on(
        kinds.TEMPLATE,
        WRITE,
        "templates",
        "templateconfigs",
        "processedtemplates",
        "templateinstances",
    ),
    _on(
        kinds.APPS_OPENSHIFT,
        WRITE,
        "deploymentconfigs",
        "deploymentconfigs/scale",
        "deploymentconfigrollbacks",
        "deploymentconfigs/rollback",
        "deploymentconfigs/instantiate",
    ),
    _on(kinds.APPS_OPENSHIFT, READ, "deploymentconfigs/log", "deploymentconfigs/status"),
    _on(kinds.ROUTE, WRITE, "routes"),
    _on(kinds.ROUTE, READ, "routes/status"),
)
_CORE_WRITTEN = (
    _on(
        kinds.CORE,
        WRITE,
        "pods",
        "pods/attach",
        "pods/exec",
        "pods/portforward",
        "pods/proxy",
        "configmaps",
        "persistentvolumeclaims",
        "secrets",
        "serviceaccounts",
        "services",
        "services/proxy",
    ),
    _on(kinds.CORE, CREATE, "serviceaccounts/token"),
    _on(kinds.CORE, READ, *("events", "limitranges", "resourcequotas", "resourcequotas/status")),
    _on(kinds.CORE, READ, "namespaces", "namespaces/status", "pods/log", "pods/status"),
    _on(kinds.CORE, ("impersonate",), "serviceaccounts"),
    _on(kinds.APPS, WRITE, "deployments", "deployments/scale", "deployments/rollback"),
    _on(kinds.BATCH, WRITE, "jobs", "cronjobs"),
    _on(kinds.APPS, READ, "deployments/status"),
    _on(kinds.BATCH, READ, "jobs/status"),
    _on(kinds.COORDINATION, WRITE, "leases"),
)
_REGISTRY_WRITTEN = (
    _on(
        kinds.IMAGE,
        WRITE,
        *("imagestreams", "imagestreamimages", "imagestreammappings", "imagestreamtags"),
        *("imagestreams/secrets", "imagetags"),
    ),
    _on(kinds.IMAGE, CREATE, "imagestreamimports"),
    _on(kinds.IMAGE, ("get", "update"), "imagestreams/layers"),
    _on(kinds.CORE, WRITE, "secrets", "serviceaccounts"),
    _on(kinds.CORE, ("get",), "namespaces"),
    _on(kinds.PROJECT, ("get",), "projects"),
)
_VIEWED = (
    _on(kinds.BUILD, READ, "buildconfigs", "buildconfigs/webhooks", "builds", "builds/log"),
    _on(kinds.SLIPCAST, READ, "webhookdeliveries"),
    _on(
        kinds.IMAGE,
        READ,
        *("imagestreams", "imagestreamimages", "imagestreammappings", "imagestreamtags"),
        *("imagetags", "imagestreams/status"),
    ),
    _on(kinds.IMAGE, ("get",), "imagestreams/layers"),
    _on(kinds.TEMPLATE, READ, "templates", "templateconfigs", "processedtemplates"),
    _on(
        kinds.APPS_OPENSHIFT,
        READ,
        *("deploymentconfigs", "deploymentconfigs/scale", "deploymentconfigs/log"),
        "deploymentconfigs/status",
    ),
    _on(kinds.ROUTE, READ, "routes", "routes/status"),
    _on(kinds.PROJECT, ("get",), "projects"),
    _on(
        kinds.CORE,
        READ,
        *("pods", "pods/log", "pods/status", "configmaps", "persistentvolumeclaims"),
        *("serviceaccounts", "services", "events", "limitranges", "resourcequotas"),
        *("resourcequotas/status", "namespaces", "namespaces/status"),
    ),
    _on(kinds.APPS, READ, "deployments", "deployments/scale", "deployments/status"),
    _on(kinds.BATCH, READ, "jobs", "cronjobs", "jobs/status"),
)

ROLES: Final = (
    ClusterRole(
        name=CLUSTER_ADMIN,
        rules=(
            Rule(verbs=("*",), groups=("*",), resources=("*",)),
            Rule(verbs=("*",), paths=("*",)),
        ),
        description="A super-user that can perform any action in the cluster.",
        groups=(MASTERS, "system:cluster-admins"),
    ),
    ClusterRole(
        name="cluster-reader",
        rules=(
            Rule(
                verbs=READ,
                groups=(kinds.CORE, *(group for group in kinds.groups() if group)),
                resources=tuple(
                    sorted({kind.plural for kind in kinds.KINDS if kind.plural != "secrets"})
                ),
            ),
            _on(kinds.CORE, READ, "pods/log"),
            _on(kinds.BUILD, READ, "builds/log"),
            # Whoever reads all roles and bindings learns nothing new from these.
            _on(
                kinds.AUTHORIZATION,
                CREATE,
                *("localsubjectaccessreviews", "subjectaccessreviews"),
            ),
            _on(
                kinds.AUTHORIZATION_OPENSHIFT,
                CREATE,
                *("localresourceaccessreviews", "localsubjectaccessreviews"),
                *("resourceaccessreviews", "subjectaccessreviews", "subjectrulesreviews"),
            ),
            Rule(verbs=("get",), paths=("*",)),
        ),
        description="Reads everything but secrets.",
        groups=("system:cluster-readers",),
    ),
    ClusterRole(
        name="admin",
        rules=(
            *_BUILDS_WRITTEN,
            *_CORE_WRITTEN,
            *_ROLES_WRITTEN,
            _on(kinds.PROJECT, ("get", "delete", "patch", "update"), "projects"),
            _on(kinds.CORE, ("delete",), "namespaces"),
        ),
        description="Does everything in a project but change its quota.",
    ),
    ClusterRole(
        name="edit",
        rules=(*_BUILDS_WRITTEN, *_CORE_WRITTEN, _on(kinds.PROJECT, ("get",), "projects")),
        description="Changes most objects of a project, but neither roles nor bindings.",
    ),
    ClusterRole(
        name="view",
        rules=_VIEWED,
        description="Sees most objects of a project, but no secrets, roles or bindings.",
    ),
    ClusterRole(
        name="basic-user",
        rules=(
            Rule(verbs=("get",), groups=(kinds.USER, LEGACY), resources=("users",), names=("~",)),
            _on(kinds.OAUTH, ("delete", *READ), "useroauthaccesstokens"),
            _on(kinds.PROJECT, ("list", "watch"), "projects"),
            _on(kinds.PROJECT, ("list",), "projectrequests"),
            _on(kinds.AUTHORIZATION, CREATE, "selfsubjectaccessreviews", "selfsubjectrulesreviews"),
            _on(kinds.AUTHORIZATION_OPENSHIFT, CREATE, "selfsubjectrulesreviews"),
            _on(kinds.AUTHENTICATION, CREATE, "selfsubjectreviews"),
            _on(kinds.RBAC, READ, "clusterroles"),
            _on(kinds.AUTHORIZATION_OPENSHIFT, READ, "clusterroles"),
        ),
        description="Learns about itself and its projects.",
        groups=(AUTHENTICATED,),
    ),
    ClusterRole(
        name="self-provisioner",
        rules=(_on(kinds.PROJECT, CREATE, "projectrequests"),),
        description="Asks for projects.",
        groups=(PEOPLE,),
    ),
    ClusterRole(
        name="system:image-puller",
        rules=(_on(kinds.IMAGE, ("get",), "imagestreams/layers"),),
        description="Pulls images of a project.",
    ),
    ClusterRole(
        name="system:image-pusher",
        rules=(_on(kinds.IMAGE, ("get", "update"), "imagestreams/layers"),),
        description="Pushes and pulls images of a project.",
    ),
    ClusterRole(
        name="system:image-builder",
        rules=(
            _on(kinds.IMAGE, ("get", "update"), "imagestreams/layers"),
            _on(kinds.IMAGE, CREATE, "imagestreams"),
            _on(kinds.BUILD, ("update",), "builds/details"),
            _on(kinds.BUILD, ("get",), "builds"),
        ),
        description="Builds: pushes images and reports on its builds.",
    ),
    ClusterRole(
        name="system:image-signer",
        rules=(
            _on(kinds.IMAGE, ("get",), "images", "imagestreams/layers"),
            _on(kinds.IMAGE, ("create", "delete"), "imagesignatures"),
        ),
        description="Signs images.",
    ),
    ClusterRole(
        name="system:image-auditor",
        rules=(
            _on(kinds.IMAGE, ("get", "list", "patch", "update", "watch"), "images"),
            _on(kinds.IMAGE, ("get",), "imagestreams/layers"),
        ),
        description="Reads all images, and notes in them what it finds.",
    ),
    ClusterRole(
        name="registry-admin",
        rules=(
            *_REGISTRY_WRITTEN,
            *_ROLES_WRITTEN,
            _on(kinds.PROJECT, ("delete",), "projects"),
        ),
        description="Looks after the images of a project, and who may use them.",
    ),
    ClusterRole(
        name="registry-editor",
        rules=_REGISTRY_WRITTEN,
        description="Changes the images of a project.",
    ),
    ClusterRole(
        name="registry-viewer",
        rules=(
            _on(
                kinds.IMAGE,
                READ,
                *("imagestreams", "imagestreamimages", "imagestreammappings"),
                *("imagestreamtags", "imagetags"),
            ),
            _on(kinds.IMAGE, ("get",), "imagestreams/layers"),
            _on(kinds.CORE, ("get",), "namespaces"),
            _on(kinds.PROJECT, ("get",), "projects"),
        ),
        description="Sees and pulls the images of a project.",
    ),
    ClusterRole(
        name="system:image-pruner",
        rules=(
            # Creates those again that somebody tagged in the moment before they were deleted.
            _on(kinds.IMAGE, ("create", "delete", "get", "list", "watch"), "images"),
            _on(kinds.IMAGE, ("get", "list", "patch", "update", "watch"), "imagestreams"),
            _on(kinds.IMAGE, ("update",), "imagestreams/status"),
            _on(kinds.CORE, ("get", "list"), "pods", "replicationcontrollers", "limitranges"),
            _on(kinds.BUILD, ("get", "list"), "buildconfigs", "builds"),
            _on(kinds.APPS_OPENSHIFT, ("get", "list"), "deploymentconfigs"),
            _on(kinds.APPS, ("get", "list"), "deployments"),
            _on(kinds.BATCH, ("get", "list"), "jobs"),
        ),
        description="Removes images that nothing refers to.",
    ),
    ClusterRole(
        name="system:deployer",
        rules=(
            _on(kinds.CORE, WRITE, "pods", "replicationcontrollers"),
            _on(kinds.CORE, ("get",), "pods/log"),
            _on(kinds.CORE, ("create", "list"), "events"),
            _on(kinds.IMAGE, ("update",), "imagestreamtags"),
        ),
        description="Deploys: replaces the pods of a deployment.",
    ),
    ClusterRole(
        name="system:webhook",
        rules=(_on(kinds.BUILD, ("create", "get"), "buildconfigs/webhooks"),),
        description="Delivers webhooks; the secret in the address is what counts.",
        groups=(AUTHENTICATED, UNAUTHENTICATED),
    ),
    ClusterRole(
        name="system:oauth-token-deleter",
        rules=(_on(kinds.OAUTH, ("delete",), "oauthaccesstokens"),),
        description="Logs out: the name of a token follows from the token.",
        groups=(AUTHENTICATED, UNAUTHENTICATED),
    ),
    ClusterRole(
        name="system:discovery",
        rules=(
            _paths(
                *("/api", "/api/*", "/apis", "/apis/*", "/oapi", "/oapi/*", "/version"),
                *("/version/*", "/openapi/*", "/swaggerapi", "/swaggerapi/*", "/healthz"),
            ),
        ),
        description="Learns what is served.",
        groups=(AUTHENTICATED,),
    ),
    ClusterRole(
        name="shared-resource-viewer",
        rules=(
            _on(kinds.TEMPLATE, READ, "templates"),
            _on(kinds.IMAGE, READ, "imagestreamimages", "imagestreams", "imagestreamtags"),
            _on(kinds.IMAGE, READ, "imagetags"),
            _on(kinds.IMAGE, ("get",), "imagestreams/layers"),
        ),
        description="Uses what is shared with everybody: streams, their images, templates.",
    ),
    *(
        ClusterRole(
            name=f"system:build-strategy-{strategy}",
            rules=(_on(kinds.BUILD, CREATE, *resources),),
            description=f"Makes builds of the {strategy} strategy.",
            groups=groups,
        )
        for strategy, resources, groups in (
            ("docker", ("builds/docker", "builds/optimizeddocker"), (AUTHENTICATED,)),
            ("source", ("builds/source",), (AUTHENTICATED,)),
            ("jenkinspipeline", ("builds/jenkinspipeline",), (AUTHENTICATED,)),
            # Whoever brings the builder image decides what runs beside everybody's builds.
            ("custom", ("builds/custom",), ()),
        )
    ),
)
"""THE TABLE of cluster roles."""

NAMESPACE_BINDINGS: Final[Mapping[str, tuple[str, str]]] = {
    "system:image-pullers": ("system:image-puller", "Group:system:serviceaccounts:{namespace}"),
    "system:image-builders": ("system:image-builder", "ServiceAccount:builder"),
    "system:deployers": ("system:deployer", "ServiceAccount:deployer"),
}
"""THE TABLE of bindings of every namespace: the role, and the one it is given to."""

SHARED: Final = "openshift"
"""The namespace whose streams and templates everybody may use."""

SERVICE_ACCOUNTS: Final = ("builder", "default", "deployer")
"""The service accounts of every namespace."""


def namespace_bindings(namespace: str) -> Iterable[dict[str, Any]]:
    """The bindings that every namespace begins with, as objects."""
    for name, (role, subject) in NAMESPACE_BINDINGS.items():
        kind, _, given = subject.format(namespace=namespace).partition(":")
        subjects = [
            group_subject(given)
            if kind == "Group"
            else {"kind": kind, "name": given, "namespace": namespace}
        ]
        yield binding(namespace, name, role, subjects)


def shared_binding() -> dict[str, Any]:
    """The binding that lets everybody who is known use what is shared, as an object."""
    name = "shared-resource-viewers"
    return binding(SHARED, name, "shared-resource-viewer", [group_subject(AUTHENTICATED)])


def binding(namespace: str, name: str, role: str, subjects: list[dict[str, Any]]) -> dict[str, Any]:
    """A binding of a namespace that gives a cluster role, as an object."""
    return {
        "metadata": {"name": name, "namespace": namespace},
        "roleRef": role_ref(role),
        "subjects": subjects,
    }


def role_ref(name: str) -> dict[str, str]:
    """A reference to a cluster role."""
    return {"apiGroup": kinds.RBAC, "kind": "ClusterRole", "name": name}


def group_subject(name: str) -> dict[str, Any]:
    """A group as the subject of a binding."""
    return {"apiGroup": kinds.RBAC, "kind": "Group", "name": name}


def user_subject(name: str) -> dict[str, Any]:
    """A user as the subject of a binding."""
    return {"apiGroup": kinds.RBAC, "kind": "User", "name": name}
