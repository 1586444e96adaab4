"""What leads to something that is there: a route to a service, a service to what runs.

Source: oc expose and kubectl expose, tried out; generated-objects.md GO-102, HO-13, HO-22.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from slipcast.api.document import JSON
from slipcast.values.faults import UsageFault

_RUNNING: Final = frozenset(
    {
        "DeploymentConfig",
        "Deployment",
        "ReplicaSet",
        "ReplicationController",
        "StatefulSet",
    }
)
"""Kinds of which pods are made by a template."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for besides.

    Shape:  port and target are numbers or names, empty for what is there; labels None for those of
            what is exposed.
    """

    name: str = ""
    port: str = ""
    target: str = ""
    protocol: str = ""
    host: str = ""
    path: str = ""
    labels: Mapping[str, str] | None = None


def exposed(kind: str, content: JSON, wish: Wish) -> JSON:
    """The object that leads to another.

    Errors: UsageFault for what nothing can lead to, and where no port is known.
    """
    if kind == "Service":
        return _route(content, wish)
    if wish.host or wish.path:
        raise UsageFault("--hostname and --path are of routes, which lead to services")
    if kind in _RUNNING or kind == "Pod":
        return _service(kind, content, wish)
    raise UsageFault(
        f"cannot expose a {kind}",
        hint="Services, deployments, deployment configs, replica sets and pods can be.",
    )


def _route(service: JSON, wish: Wish) -> JSON:
    ports: list[Any] = service["spec"].get("ports") or []
    named = wish.port or (ports[0].get("name") or ports[0].get("port") if ports else "")
    if not named:
        raise UsageFault("the service has no port that a route could lead to")
    spec: JSON = {
        "to": {"kind": "Service", "name": service["metadata"]["name"]},
        "port": {"targetPort": _number_or_name(str(named))},
    }
    spec |= {name: value for name, value in (("host", wish.host), ("path", wish.path)) if value}
    metadata = _metadata(service, wish)
    return {
        "apiVersion": "route.openshift.io/v1",
        "kind": "Route",
        "metadata": metadata,
        "spec": spec,
    }


def _service(kind: str, content: JSON, wish: Wish) -> JSON:
    selector = _selector(kind, content)
    if not selector:
        raise UsageFault(f"nothing is known of the {kind} by which its pods could be selected")
    ports = [_of_wish(wish)] if wish.port else _of_containers(kind, content, wish)
    if not ports:
        raise UsageFault("couldn't find port via --port flag or introspection")
    spec = {"selector": selector, "ports": ports}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(content, wish),
        "spec": spec,
    }


def _selector(kind: str, content: JSON) -> JSON:
    if kind == "Pod":
        return dict(content["metadata"].get("labels") or {})
    selector: Any = content["spec"].get("selector") or {}
    if not {"matchLabels", "matchExpressions"} & selector.keys():
        return dict(selector)
    # Services have no expressions: without them it would lead to pods of others, too.
    return {} if selector.get("matchExpressions") else dict(selector.get("matchLabels") or {})


def _of_wish(wish: Wish) -> JSON:
    if not wish.port.isdecimal():
        raise UsageFault(f"--port of a service is a number, not {wish.port!r}")
    return {
        "protocol": wish.protocol or "TCP",
        "port": int(wish.port),
        "targetPort": _number_or_name(wish.target or wish.port),
    }


def _of_containers(kind: str, content: JSON, wish: Wish) -> list[JSON]:
    """A port for each that a container says, the lowest first (GO-102)."""
    spec: Any = content["spec"] if kind == "Pod" else content["spec"]["template"]["spec"]
    found = {
        (port["containerPort"], wish.protocol or port.get("protocol") or "TCP")
        for container in spec.get("containers") or ()
        for port in container.get("ports") or ()
    }
    names = {"name"} if len(found) > 1 else set[str]()
    return [
        {
            **{name: f"{number}-{protocol.lower()}" for name in names},
            "protocol": protocol,
            "port": number,
            "targetPort": _number_or_name(wish.target) if wish.target else number,
        }
        for number, protocol in sorted(found)
    ]


def _metadata(content: JSON, wish: Wish) -> JSON:
    labels = content["metadata"].get("labels") or {} if wish.labels is None else wish.labels
    name = wish.name or content["metadata"]["name"]
    return {"name": name, **({"labels": dict(labels)} if labels else {})}


def _number_or_name(text: str) -> int | str:
    return int(text) if text.isdecimal() else text
