"""What is filled in of services and routes.

Source: Kubernetes' defaulting of core/v1; the API reference of route.openshift.io/v1.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from slipcast.api.core import Service, ServicePort
from slipcast.api.route import Route, RouteTargetReference, TLSConfig

WEIGHT = 100
"""The share of a route's target unless said otherwise."""
CAPITALIZED: Final = {"Edge": "edge", "Passthrough": "passthrough", "Reencrypt": "reencrypt"}
"""How the first routes were written, and some clients write theirs still."""


def filled_service(service: Service) -> Service:
    """The service with everything filled in but its address."""
    spec = service.spec
    type_ = spec.type or "ClusterIP"
    traffic = spec.internal_traffic_policy
    if traffic is None and type_ != "ExternalName":
        traffic = "Cluster"
    ports = tuple(_port(each) for each in spec.ports)
    outside = spec.external_traffic_policy
    if not outside and type_ in {"NodePort", "LoadBalancer"}:
        outside = "Cluster"
    filled = replace(
        spec,
        ports=ports,
        type=type_,
        session_affinity=spec.session_affinity or "None",
        internal_traffic_policy=traffic,
        external_traffic_policy=outside,
    )
    return replace(service, spec=filled)


def filled_route(route: Route) -> Route:
    """The route with everything filled in but its host."""
    spec = route.spec
    filled = replace(
        spec,
        to=_target(spec.to),
        alternate_backends=tuple(_target(each) for each in spec.alternate_backends),
        tls=_tls(spec.tls) if spec.tls is not None else None,
        wildcard_policy=spec.wildcard_policy or "None",
    )
    return replace(route, spec=filled)


def _port(port: ServicePort) -> ServicePort:
    target = port.target_port or port.port
    return replace(port, protocol=port.protocol or "TCP", target_port=target)


def _target(target: RouteTargetReference) -> RouteTargetReference:
    weight = WEIGHT if target.weight is None else target.weight
    return replace(target, kind=target.kind or "Service", weight=weight)


def _tls(tls: TLSConfig) -> TLSConfig:
    if tls.termination or tls.destination_ca_certificate:
        known = CAPITALIZED.get(tls.termination, tls.termination)
        return replace(tls, termination=known)
    return replace(tls, termination="edge")
