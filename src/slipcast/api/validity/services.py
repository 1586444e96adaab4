"""What is wrong with services.

Source: Kubernetes' validation of core/v1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Final

from slipcast.api.core import Service, ServicePort, ServiceSpec
from slipcast.api.metadata import labels_of
from slipcast.api.validity.amounts import port
from slipcast.values.causes import (
    Cause,
    duplicate,
    forbidden,
    invalid,
    not_supported,
    required,
)
from slipcast.values.names import dns_label, dns_subdomain

TYPES: Final = ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")
PROTOCOLS: Final = ("SCTP", "TCP", "UDP")
AFFINITIES: Final = ("ClientIP", "None")
_HEADLESS: Final = "None"
_PORT_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_LONGEST_PORT_NAME: Final = 15


def service(new: Service, old: Service | None) -> tuple[Cause, ...]:
    """What is wrong with a service: its address never changes while it has one."""
    spec = new.spec
    return (
        *_kind(spec),
        *_ports(spec),
        *labels_of(spec.selector, "spec.selector"),
        *_affinity(spec),
        *_address(spec),
        *(_changes(spec, old.spec) if old is not None else ()),
    )


def port_name(name: str, path: str) -> Iterator[Cause]:
    """What is wrong with the name of a port, where it stands for its number."""
    if len(name) > _LONGEST_PORT_NAME:
        yield invalid(path, name, f"must be no more than {_LONGEST_PORT_NAME} characters")
    if not _PORT_NAME.fullmatch(name):
        what = "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)"
        yield invalid(path, name, what)
    if not re.search("[a-z]", name):
        yield invalid(path, name, "must contain at least one letter (a-z)")
    if "--" in name:
        yield invalid(path, name, "must not contain consecutive hyphens")


def port_target(target: str | int, path: str) -> Iterator[Cause]:
    """What is wrong with a port that is said by number or name."""
    if isinstance(target, int):
        yield from port(target, path)
    else:
        yield from port_name(target, path)


def _kind(spec: ServiceSpec) -> Iterator[Cause]:
    if spec.type and spec.type not in TYPES:
        yield not_supported("spec.type", spec.type, TYPES)
    if spec.type != "ExternalName":
        return
    if spec.cluster_ip not in {"", _HEADLESS}:
        yield forbidden("spec.clusterIPs", "may not be set when `type` is 'ExternalName'")
    name = spec.external_name.removesuffix(".")
    if not name:
        yield required("spec.externalName")
    else:
        yield from (invalid("spec.externalName", name, what) for what in dns_subdomain(name))


def _ports(spec: ServiceSpec) -> Iterator[Cause]:
    if not spec.ports and spec.type != "ExternalName" and spec.cluster_ip != _HEADLESS:
        yield required("spec.ports")
    names: set[str] = set()
    numbers: set[tuple[str, int]] = set()
    for number, each in enumerate(spec.ports):
        path = f"spec.ports[{number}]"
        yield from _port(each, path, is_only=len(spec.ports) == 1)
        if each.node_port and spec.type in {"", "ClusterIP"}:
            yield forbidden(f"{path}.nodePort", "may not be used when `type` is 'ClusterIP'")
        if each.name in names:
            yield duplicate(f"{path}.name", each.name)
        if each.name:
            names.add(each.name)
        pair = (each.protocol or "TCP", each.port)
        if pair in numbers:
            yield duplicate(path, {"port": pair[1], "protocol": pair[0]})
        numbers.add(pair)


def _port(value: ServicePort, path: str, *, is_only: bool) -> Iterator[Cause]:
    if not value.name and not is_only:
        yield required(f"{path}.name")
    if value.name:
        yield from (invalid(f"{path}.name", value.name, what) for what in dns_label(value.name))
    yield from port(value.port, f"{path}.port")
    if value.protocol and value.protocol not in PROTOCOLS:
        yield not_supported(f"{path}.protocol", value.protocol, PROTOCOLS)
    # A client that leaves the target out may send it as 0 or empty.
    if value.target_port:
        yield from port_target(value.target_port, f"{path}.targetPort")
    if value.node_port:
        yield from port(value.node_port, f"{path}.nodePort")


def _affinity(spec: ServiceSpec) -> Iterator[Cause]:
    if spec.session_affinity and spec.session_affinity not in AFFINITIES:
        yield not_supported("spec.sessionAffinity", spec.session_affinity, AFFINITIES)


def _address(spec: ServiceSpec) -> Iterator[Cause]:
    if spec.cluster_ip in {"", _HEADLESS}:
        return
    try:
        ip_address(spec.cluster_ip)
    except ValueError:
        what = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
        yield invalid("spec.clusterIPs[0]", spec.cluster_ip, what)


def _changes(new: ServiceSpec, old: ServiceSpec) -> Iterator[Cause]:
    is_inside = "ExternalName" not in {new.type, old.type}
    if is_inside and old.cluster_ip and new.cluster_ip != old.cluster_ip:
        yield invalid("spec.clusterIPs[0]", [new.cluster_ip], "may not change once set")
