"""What services and routes may say."""

from typing import Any

import pytest

from slipcast.api.core import Service
from slipcast.api.route import Route
from slipcast.api.validity.routes import route
from slipcast.api.validity.services import service
from verdicts import of, of_change, seen

PORT = {"port": 80}


def of_service(**spec: Any) -> list[str]:
    """What is wrong with a service."""
    return of(service, Service, spec={"ports": [PORT], **spec})


def of_route(**spec: Any) -> list[str]:
    """What is wrong with a route."""
    return of(route, Route, spec={"to": {"name": "web"}, **spec})


def test_a_service_has_ports_unless_it_needs_none() -> None:
    assert of_service(ports=[]) == ["spec.ports Required"]
    assert of_service(ports=[], clusterIP="None") == []


def test_ports_are_numbers_with_names_when_there_are_several() -> None:
    ports = [
        {"port": 0},
        {"name": "A", "port": 80, "protocol": "ICMP", "targetPort": 70000},
        {"name": "b", "port": 80, "protocol": "TCP", "targetPort": "No_Name-Of-A-Port-"},
        {"name": "b", "port": 80, "targetPort": "1--2"},
    ]

    assert of_service(ports=ports) == [
        "spec.ports[0].name Required",
        "spec.ports[0].port Invalid",
        "spec.ports[1].name Invalid",
        "spec.ports[1].protocol NotSupported",
        "spec.ports[1].targetPort Invalid",
        "spec.ports[2].targetPort Invalid",
        "spec.ports[2].targetPort Invalid",
        "spec.ports[3].targetPort Invalid",
        "spec.ports[3].targetPort Invalid",
        "spec.ports[3].name Duplicate",
        "spec.ports[3] Duplicate",
    ]


def test_ports_of_nodes_need_a_service_that_has_them() -> None:
    assert of_service(ports=[{"port": 80, "nodePort": 3}]) == ["spec.ports[0].nodePort Forbidden"]
    assert of_service(ports=[{"port": 80, "nodePort": 3}], type="NodePort") == []


def test_types_and_affinities_are_known() -> None:
    wrong = of_service(type="Magic", sessionAffinity="Cookie", selector={"a b": ""})

    assert wrong == [
        "spec.type NotSupported",
        "spec.selector Invalid",
        "spec.sessionAffinity NotSupported",
    ]


@pytest.mark.parametrize(
    ("spec", "wrong"),
    [
        ({}, ["spec.externalName Required"]),
        ({"externalName": "A B"}, ["spec.externalName Invalid"]),
        ({"externalName": "a.b."}, []),
        ({"externalName": "a", "clusterIP": "10.0.0.1"}, ["spec.clusterIPs Forbidden"]),
    ],
)
def test_a_name_outside_is_a_name_and_no_address(spec: dict[str, Any], wrong: list[str]) -> None:
    assert of_service(type="ExternalName", ports=[], **spec) == wrong


def test_an_address_is_one_and_stays() -> None:
    old = seen(Service, spec={"ports": [PORT], "clusterIP": "10.0.0.1"})

    assert of_service(clusterIP="10.0.0") == ["spec.clusterIPs[0] Invalid"]
    assert of_change(service, old, spec={"ports": [PORT], "clusterIP": "10.0.0.2"}) == [
        "spec.clusterIPs[0] Invalid"
    ]
    assert of_change(service, old, spec={"ports": [PORT], "clusterIP": "10.0.0.1"}) == []


def test_a_route_leads_to_a_service() -> None:
    target = {"kind": "Pod", "name": "", "weight": 300}

    assert of_route(to=target, alternateBackends=[{"name": "b", "weight": 256}]) == [
        "spec.to.kind Invalid",
        "spec.to.name Required",
        "spec.to.weight Invalid",
    ]


def test_a_route_has_a_host_a_path_and_a_port() -> None:
    assert of_route(host="A_b", path="x") == ["spec.host Invalid", "spec.path Invalid"]
    assert of_route(port={"targetPort": ""}) == ["spec.port.targetPort Required"]
    assert of_route(port={"targetPort": 70000}) == ["spec.port.targetPort Invalid"]
    assert of_route(host="a.b", path="/x", port={"targetPort": "http"}) == []


def test_encryption_ends_in_known_ways() -> None:
    unknown = {"termination": "early", "insecureEdgeTerminationPolicy": "Maybe"}

    assert of_route(tls=unknown) == [
        "spec.tls.termination NotSupported",
        "spec.tls.insecureEdgeTerminationPolicy NotSupported",
    ]


def test_what_passes_through_has_no_path_and_no_certificate() -> None:
    tls = {"termination": "passthrough", "key": "k"}

    assert of_route(path="/x", tls=tls) == ["spec.path Invalid", "spec.tls.key Forbidden"]
    assert of_route(tls={"termination": "edge", "destinationCACertificate": "c"}) == [
        "spec.tls.destinationCACertificate Forbidden"
    ]
