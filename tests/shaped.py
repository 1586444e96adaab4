"""A Deployment and its shape, made by hand for tests of whatever works by shapes."""

from __future__ import annotations

from typing import Any

from slipcast.values.shape import Shape

JSON = dict[str, Any]

MAP = Shape(items=Shape())
BY_NAME = Shape(is_list=True, keys=("name",), patch_key="name")
PORTS = Shape(
    is_list=True,
    keys=("containerPort", "protocol"),
    patch_key="containerPort",
    defaults={"protocol": "TCP"},
    items=Shape(fields={"containerPort": Shape(), "protocol": Shape(), "name": Shape()}),
)
ENV = Shape(
    is_list=True,
    keys=("name",),
    patch_key="name",
    items=Shape(
        fields={
            "name": Shape(),
            "value": Shape(),
            "valueFrom": Shape(fields={"secretKeyRef": Shape(is_atomic=True)}),
        }
    ),
)
CONTAINERS = Shape(
    is_list=True,
    keys=("name",),
    patch_key="name",
    items=Shape(
        fields={
            "name": Shape(),
            "image": Shape(),
            "imagePullPolicy": Shape(),
            "command": Shape(is_list=True),
            "env": ENV,
            "ports": PORTS,
            "resources": Shape(fields={"limits": MAP, "requests": MAP}),
        }
    ),
)
METADATA = Shape(
    fields={
        "name": Shape(),
        "namespace": Shape(),
        "labels": MAP,
        "annotations": MAP,
        "finalizers": Shape(is_list=True, is_set=True),
        "ownerReferences": Shape(
            is_list=True, keys=("uid",), patch_key="uid", items=Shape(is_atomic=True)
        ),
    }
)
POD_SPEC = Shape(
    fields={
        "containers": CONTAINERS,
        "restartPolicy": Shape(),
        "nodeSelector": Shape(is_atomic=True, items=Shape()),
        "volumes": Shape(is_list=True, keys=("name",), patch_key="name", retains_keys=True),
    }
)
DEPLOYMENT = Shape(
    fields={
        "metadata": METADATA,
        "spec": Shape(
            fields={
                "replicas": Shape(),
                "paused": Shape(),
                "selector": Shape(is_atomic=True),
                "strategy": Shape(fields={"type": Shape()}, retains_keys=True),
                "template": Shape(fields={"metadata": METADATA, "spec": POD_SPEC}),
            }
        ),
        "status": Shape(fields={"replicas": Shape(), "conditions": BY_NAME}),
    }
)


def container(name: str = "web", **fields: object) -> JSON:
    return {"name": name, **fields}


def deployment(*containers: JSON, **spec: object) -> JSON:
    """A Deployment as a client writes it."""
    inner: JSON = {**spec}
    if containers:
        inner["template"] = {"spec": {"containers": list(containers)}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": inner,
    }


def labelled(content: JSON, **labels: str) -> JSON:
    return {**content, "metadata": {**content["metadata"], "labels": labels}}
