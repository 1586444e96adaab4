"""Routes as a status tells them: by which addresses services are reached, and what keeps them.

Whether somebody answers there is not known here: routers are elsewhere, and say in the status of a
route whether they took it.

Source: oc status, "exposed" services; the API reference of route.openshift.io/v1.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from slipcast.api.core import Service
from slipcast.api.route import Route, RouteIngress, RouteTargetReference
from slipcast.views.status.graph import Graph
from slipcast.views.status.objects import place_of
from slipcast.views.status.references import Place

_SERVICE = frozenset({"", "Service"})
_ADMITTED = "Admitted"


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with a route, and what to do about it."""

    namespace: str
    message: str
    advice: str = ""


def of(known: Graph, service: Service) -> tuple[str, ...]:
    """How a service is reached by each route that leads to it."""
    place = place_of(service)
    return tuple(
        f"{_reached(route)}{_share(route, target)}"
        for route in known.objects.routes
        for target in targets(route)
        if Place(route.metadata.namespace, target.name) == place
    )


def astray(known: Graph, namespace: str) -> Iterator[str]:
    """The routes of a namespace that lead to no service which is there, a line for each."""
    there = {place_of(each) for each in known.objects.services}
    for route in known.objects.routes:
        names = [each.name for each in targets(route)]
        places = {Place(namespace, name) for name in names}
        if route.metadata.namespace == namespace and not places & there:
            nowhere = ", ".join(f"svc/{name}" for name in names) or "nothing"
            yield f"{_reached(route)} leads to {nowhere}"


def troubles(known: Graph) -> Iterator[Trouble]:
    """What is wrong with routes: services and ports that are not there, routers that refused."""
    services = {place_of(each): each for each in known.objects.services}
    for route in known.objects.routes:
        namespace, shown = route.metadata.namespace, f"route/{route.metadata.name}"
        for target in targets(route) if known.objects.has_services else ():
            service = services.get(Place(namespace, target.name))
            if service is None:
                yield Trouble(
                    namespace=namespace,
                    message=f"{shown} leads to svc/{target.name}, but there is no such service.",
                    advice=f"slipcast delete {shown}",
                )
            elif said := _wrong_port(route, service):
                yield Trouble(
                    namespace=namespace,
                    message=f"{shown} leads to {said}.",
                    advice=f"slipcast edit {shown}",
                )
        for each in route.status.ingress:
            if said := _refused(each):
                yield Trouble(
                    namespace=namespace,
                    message=f"{shown} was not taken by the router{said}",
                    advice=f"slipcast describe {shown}",
                )


def targets(route: Route) -> tuple[RouteTargetReference, ...]:
    """The services that a route leads to."""
    held = (route.spec.to, *route.spec.alternate_backends)
    return tuple(each for each in held if each.kind in _SERVICE and each.name)


def _reached(route: Route) -> str:
    """The address of a route: `http://shop.example.org/tea to pod port web`."""
    spec, tls = route.spec, route.spec.tls
    hosts = (each.host for each in route.status.ingress if each.host)
    host = spec.host or next(hosts, "")
    port = f" to pod port {spec.port.target_port}" if spec.port and spec.port.target_port else ""
    if not host:
        return f"route/{route.metadata.name}, which has no host yet,{port}".rstrip(",")
    if tls is None:
        scheme, how = "http", ""
    else:
        scheme, how = "https", f" ({tls.termination})" if tls.termination != "edge" else ""
        match tls.insecure_edge_termination_policy:
            case "Allow":
                scheme = "http and https"
            case "Redirect":
                how += " (redirects)"
            case _:
                pass
    return f"{scheme}://{host}{spec.path}{how}{port}"


def _share(route: Route, target: RouteTargetReference) -> str:
    """How much of what comes in goes to one of several services."""
    weights = [each.weight if each.weight is not None else 100 for each in targets(route)]
    if len(weights) == 1 or not sum(weights):
        return ""
    own = target.weight if target.weight is not None else 100
    return f", {round(100 * own / sum(weights))}% of it"


def _wrong_port(route: Route, service: Service) -> str:
    """Which port is not the service's, or not said; empty where it is one."""
    shown, ports = f"svc/{service.metadata.name}", service.spec.ports
    wanted = str(route.spec.port.target_port) if route.spec.port is not None else ""
    if service.spec.type == "ExternalName" or not ports:
        return ""
    if not wanted or wanted == "0":
        return f"{shown}, which has several ports, and does not say which" * (len(ports) > 1)
    has = {str(each) for port in ports for each in (port.name, port.port, port.target_port)}
    return "" if wanted in has else f"port {wanted}, which {shown} has not"


def _refused(ingress: RouteIngress) -> str:
    """What a router says that did not take a route; empty for one that did, or has not said."""
    for each in ingress.conditions:
        if each.type == _ADMITTED and each.status == "False":
            name = f" {ingress.router_name}" if ingress.router_name else ""
            why = ": ".join(one.rstrip(".") for one in (each.reason, each.message) if one)
            return f"{name}: {why}." if why else f"{name}."
    return ""
