"""What runs and what is in front of it: deployments, jobs, services; and quotas.

Source: kubectl create deployment, job, service and quota, tried out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from slipcast.api.document import JSON
from slipcast.values.faults import UsageFault

_LAST_PORT: Final = 65535
_NOT_A_NAME: Final = re.compile(r"[^a-z0-9-]")
_LONGEST: Final = 63


def deployment(
    name: str, images: Sequence[str], command: Sequence[str], *, replicas: int, port: int
) -> JSON:
    """A deployment with a container for each image.

    Errors: UsageFault.
    """
    if len(images) > 1 and command:
        raise UsageFault("cannot specify multiple --image options and command")
    labels = {"app": name}
    containers = [{"name": container_name(image), "image": image} for image in images]
    told = [
        each
        | ({"command": list(command)} if command else {})
        | ({"ports": [{"containerPort": port}]} if port and not at else {})
        for at, each in enumerate(containers)
    ]
    spec: JSON = {
        "replicas": replicas,
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": told}},
    }
    metadata = {"name": name, "labels": labels}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}


def job(name: str, image: str, command: Sequence[str]) -> JSON:
    """A job with one container."""
    container: JSON = {"name": name, "image": image}
    if command:
        container["command"] = list(command)
    pod = {"containers": [container], "restartPolicy": "Never"}
    spec = {"template": {"spec": pod}}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": spec}


def service(name: str, sort: str, ports: Iterable[JSON], **fields: str) -> JSON:
    """A service in front of what has the label `app` of its name."""
    told = list(ports)
    spec: JSON = {"selector": {"app": name}, "type": sort, **fields}
    if told:
        spec["ports"] = told
    metadata = {"name": name, "labels": {"app": name}}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}


def service_port(text: str, node_port: int = 0) -> JSON:
    """`PORT[:TARGET]`; the target is a number or a name.

    Errors: UsageFault.
    """
    port, colon, target = text.partition(":")
    told: JSON = {
        "name": text.replace(":", "-"),
        "protocol": "TCP",
        "port": _number(port),
        "targetPort": (_number(target) if target.isdecimal() else target)
        if colon
        else _number(port),
    }
    if colon and not target:
        raise UsageFault(f"invalid port {text!r}: the target is missing")
    return told | ({"nodePort": node_port} if node_port else {})


def quota(name: str, hard: str, scopes: str) -> JSON:
    """A quota from `RESOURCE=AMOUNT,…` and scopes joined by commas.

    Errors: UsageFault.
    """
    amounts: dict[str, str] = {}
    for word in filter(None, hard.split(",")):
        resource, equals, amount = word.partition("=")
        if not equals or "=" in amount:
            raise UsageFault(f"Invalid argument syntax {word}, expected <resource>=<value>")
        amounts[resource] = amount
    spec: JSON = {"hard": amounts} if amounts else {}
    wanted = [each for each in scopes.split(",") if each]
    if wanted:
        spec["scopes"] = wanted
    return {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": name}, "spec": spec}


def container_name(image: str) -> str:
    """The name of a container that an image gives: its last part, without tag and digest."""
    last = image.rpartition("/")[2].partition("@")[0].partition(":")[0].lower()
    return _NOT_A_NAME.sub("-", last)[:_LONGEST].strip("-")


def _number(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= _LAST_PORT:
        raise UsageFault(f"invalid port {text!r}", hint="Ports are numbers from 1 to 65535.")
    return int(text)
