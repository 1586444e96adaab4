"""What is wrong with routes.

Source: the API reference of route.openshift.io/v1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from slipcast.api.route import Route, RouteTargetReference, TLSConfig
from slipcast.api.validity.services import port_target
from slipcast.values.causes import Cause, forbidden, invalid, not_supported, required
from slipcast.values.names import dns_subdomain

TERMINATIONS: Final = ("edge", "passthrough", "reencrypt")
INSECURE: Final = ("", "None", "Allow", "Redirect")
MOST_WEIGHT: Final = 256


def route(new: Route, old: Route | None) -> tuple[Cause, ...]:
    """What is wrong with a route."""
    del old
    return tuple(_route(new))


def _route(value: Route) -> Iterator[Cause]:
    spec = value.spec
    if spec.host and dns_subdomain(spec.host):
        what = "host must conform to DNS 952 subdomain conventions"
        yield invalid("spec.host", spec.host, what)
    if spec.path and not spec.path.startswith("/"):
        yield invalid("spec.path", spec.path, "path must begin with /")
    if spec.path and spec.tls is not None and spec.tls.termination == "passthrough":
        what = "passthrough termination does not support paths"
        yield invalid("spec.path", spec.path, what)
    yield from _target(spec.to, "spec.to")
    for number, target in enumerate(spec.alternate_backends):
        yield from _target(target, f"spec.alternateBackends[{number}]")
    if spec.port is not None:
        if spec.port.target_port in {0, ""}:
            yield required("spec.port.targetPort")
        else:
            yield from port_target(spec.port.target_port, "spec.port.targetPort")
    if spec.tls is not None:
        yield from _tls(spec.tls, "spec.tls")


def _target(target: RouteTargetReference, path: str) -> Iterator[Cause]:
    if target.kind not in {"", "Service"}:
        yield invalid(f"{path}.kind", target.kind, "must reference a Service")
    if not target.name:
        yield required(f"{path}.name")
    weight = target.weight
    if weight is not None and not 0 <= weight <= MOST_WEIGHT:
        yield invalid(f"{path}.weight", weight, f"weight must be between 0 and {MOST_WEIGHT}")


def _tls(tls: TLSConfig, path: str) -> Iterator[Cause]:
    if tls.termination not in TERMINATIONS:
        yield not_supported(f"{path}.termination", tls.termination, TERMINATIONS)
    if tls.insecure_edge_termination_policy not in INSECURE:
        given = tls.insecure_edge_termination_policy
        yield not_supported(f"{path}.insecureEdgeTerminationPolicy", given, INSECURE[1:])
    if tls.termination == "passthrough":
        for field, text in (
            ("certificate", tls.certificate),
            ("key", tls.key),
            ("caCertificate", tls.ca_certificate),
            ("destinationCACertificate", tls.destination_ca_certificate),
        ):
            if text:
                what = "passthrough termination does not support certificates"
                yield forbidden(f"{path}.{field}", what)
    if tls.termination == "edge" and tls.destination_ca_certificate:
        what = "edge termination does not support destination certificates"
        yield forbidden(f"{path}.destinationCACertificate", what)
