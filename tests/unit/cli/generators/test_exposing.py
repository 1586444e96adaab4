"""What leads to something that is there: routes, services."""

from __future__ import annotations

from typing import Any

import pytest

from slipcast.api.document import JSON
from slipcast.cli.generators.exposing import Wish, exposed
from slipcast.values.faults import UsageFault

PORTS: list[dict[str, Any]] = [{"containerPort": 8443}, {"containerPort": 53, "protocol": "UDP"}]

PICKY = {"matchLabels": {"a": "b"}, "matchExpressions": [{"key": "c", "operator": "Exists"}]}
"""A selector that says more than a service can."""


def a_service(*ports: dict[str, Any]) -> JSON:
    """A service with such ports."""
    return {"metadata": {"name": "web", "labels": {"app": "shop"}}, "spec": {"ports": list(ports)}}


def a_config(ports: list[dict[str, Any]], **spec: Any) -> JSON:
    """What deploys a container with such ports."""
    template = {"spec": {"containers": [{"name": "c", "ports": ports}]}}
    whole = {"selector": {"deploymentconfig": "web"}, "template": template, **spec}
    return {"metadata": {"name": "web"}, "spec": whole}


def test_a_route_leads_to_the_first_port_of_a_service() -> None:
    route = exposed("Service", a_service({"name": "8080-tcp", "port": 8080}, {"port": 9}), Wish())

    assert route["metadata"] == {"name": "web", "labels": {"app": "shop"}}
    assert route["spec"] == {
        "to": {"kind": "Service", "name": "web"},
        "port": {"targetPort": "8080-tcp"},
    }


def test_a_route_has_what_was_asked_for() -> None:
    wish = Wish(name="www", port="80", host="shop.example", path="/x", labels={"a": "b"})

    route = exposed("Service", a_service({"port": 9}), wish)

    assert route["metadata"] == {"name": "www", "labels": {"a": "b"}}
    assert route["spec"]["port"] == {"targetPort": 80}
    assert (route["spec"]["host"], route["spec"]["path"]) == ("shop.example", "/x")


def test_a_service_has_the_ports_and_the_selector_of_what_runs() -> None:
    service = exposed("DeploymentConfig", a_config(PORTS), Wish())

    assert service["spec"] == {
        "selector": {"deploymentconfig": "web"},
        "ports": [
            {"name": "53-udp", "protocol": "UDP", "port": 53, "targetPort": 53},
            {"name": "8443-tcp", "protocol": "TCP", "port": 8443, "targetPort": 8443},
        ],
    }


def test_a_port_that_is_asked_for_stands_for_those_there_are() -> None:
    selector = {"matchLabels": {"deployment": "web"}}
    wish = Wish(port="80", target="http", protocol="UDP")

    spec = exposed("Deployment", a_config(PORTS, selector=selector), wish)["spec"]

    assert spec["selector"] == {"deployment": "web"}
    assert spec["ports"] == [{"protocol": "UDP", "port": 80, "targetPort": "http"}]


def test_the_pods_labels_select_it() -> None:
    pod = {"metadata": {"name": "p", "labels": {"a": "b"}}, "spec": {"containers": []}}

    assert exposed("Pod", pod, Wish(port="1"))["spec"]["selector"] == {"a": "b"}


@pytest.mark.parametrize(
    ("kind", "content", "wish", "said"),
    [
        ("Service", a_service(), Wish(), "no port that a route could lead to"),
        ("DeploymentConfig", a_config([]), Wish(), "couldn't find port"),
        ("DeploymentConfig", a_config([], selector={}), Wish(port="1"), "could be selected"),
        ("Deployment", a_config(PORTS, selector=PICKY), Wish(port="1"), "could be selected"),
        ("Deployment", a_config(PORTS), Wish(host="x"), "are of routes"),
        ("Deployment", a_config(PORTS), Wish(port="http"), "is a number"),
        ("ConfigMap", a_config(PORTS), Wish(), "cannot expose a ConfigMap"),
    ],
)
def test_what_nothing_can_lead_to_is_refused(
    kind: str, content: JSON, wish: Wish, said: str
) -> None:
    with pytest.raises(UsageFault, match=said):
        exposed(kind, content, wish)
