"""One small valid object of every kind that is kept, as a person would write it."""

from __future__ import annotations

from typing import Any, Final

from slipcast.api.kinds import KINDS, Kind

POD: Final = {"containers": [{"name": "main", "image": "busybox"}]}
LABELS: Final = {"matchLabels": {"app": "a"}}
TEMPLATE: Final = {"metadata": {"labels": {"app": "a"}}, "spec": POD}
STRATEGY: Final[dict[str, Any]] = {"dockerStrategy": {}}
ROLE: Final = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}
RULE: Final = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}

BODIES: Final[dict[str, dict[str, Any]]] = {
    "buildconfigs": {"spec": {"source": {"dockerfile": "FROM scratch"}, "strategy": STRATEGY}},
    "builds": {"spec": {"source": {"dockerfile": "FROM scratch"}, "strategy": STRATEGY}},
    "images": {"dockerImageReference": "example.com/app@sha256:" + "0" * 64},
    "imagestreams": {"spec": {"dockerImageRepository": "example.com/app"}},
    "templates": {
        "objects": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}],
        "parameters": [{"name": "A", "value": "1"}],
    },
    "deploymentconfigs": {"spec": {"selector": {"app": "a"}, "template": TEMPLATE}},
    "routes": {"spec": {"host": "www.example.com", "to": {"kind": "Service", "name": "web"}}},
    "users": {"fullName": "Anna"},
    "groups": {"users": ["anna"]},
    "identities": {"providerName": "htpasswd", "providerUserName": "anna"},
    "oauthaccesstokens": {
        "clientName": "c",
        "userName": "anna",
        "userUID": "1",
        "scopes": ["user:full"],
        "redirectURI": "https://example.com",
    },
    "deployments": {"spec": {"selector": LABELS, "template": TEMPLATE}},
    "jobs": {"spec": {"template": {"spec": {**POD, "restartPolicy": "Never"}}}},
    "namespaces": {},
    "pods": {"spec": POD},
    "secrets": {"data": {"a": "eA=="}},
    "configmaps": {"data": {"a": "x"}},
    "serviceaccounts": {},
    "services": {"spec": {"ports": [{"port": 80}]}},
    "events": {
        "involvedObject": {"kind": "Pod", "name": "web"},
        "reason": "Tested",
        "message": "It was tested.",
        "type": "Normal",
    },
    "limitranges": {
        "spec": {"limits": [{"type": "PersistentVolumeClaim", "max": {"storage": "1Ti"}}]}
    },
    "resourcequotas": {"spec": {"hard": {"pods": "300"}}},
    "persistentvolumeclaims": {
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
        }
    },
    "roles": {"rules": [RULE]},
    "clusterroles": {"rules": [RULE]},
    "rolebindings": {"roleRef": ROLE, "subjects": []},
    "clusterrolebindings": {"roleRef": ROLE, "subjects": []},
    "leases": {"spec": {"holderIdentity": "me"}},
}
"""THE TABLE, by resource."""

KEPT: Final = tuple(kind for kind in KINDS if kind.stored and "create" in kind.verbs)


def manifest(kind: Kind, name: str, namespace: str) -> dict[str, Any]:
    """An object of a kind."""
    metadata = {"name": name, "labels": {"made": "here"}}
    if kind.namespaced:
        metadata = {**metadata, "namespace": namespace}
    head = {"apiVersion": kind.api_version, "kind": kind.name, "metadata": metadata}
    body = BODIES[kind.plural]
    if kind.name == "Event":
        body = {**body, "involvedObject": {**body["involvedObject"], "namespace": namespace}}
    return {**head, **body}


def named(kind: Kind) -> str:
    """A kind as kubectl is asked for it."""
    return f"{kind.plural}.{kind.group}" if kind.group else kind.plural
