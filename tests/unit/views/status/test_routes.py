"""Routes in a status: by which addresses services are reached, and what keeps them."""

from __future__ import annotations

from typing import Any

import pytest

from projects import SHOP, deployment_config, known, route, service, told
from slipcast.views.status.graph import graph
from slipcast.views.status.objects import objects
from slipcast.views.status.problems import Problem, problems

PORTS = [{"name": "web", "port": 80, "targetPort": 8080}, {"name": "admin", "port": 81}]
REFUSED = {
    "routerName": "public",
    "conditions": [
        {
            "type": "Admitted",
            "status": "False",
            "reason": "HostAlreadyClaimed",
            "message": "route old has it.",
        }
    ],
}


def only(*documents: Any) -> Problem:
    """The one problem there is."""
    (found,) = problems(known(*documents))
    return found


@pytest.mark.parametrize(
    ("spec", "address"),
    [
        ({}, "http://tea.example.org"),
        ({"path": "/green"}, "http://tea.example.org/green"),
        ({"port": {"targetPort": "web"}}, "http://tea.example.org to pod port web"),
        ({"port": {"targetPort": 8080}}, "http://tea.example.org to pod port 8080"),
        ({"tls": {"termination": "edge"}}, "https://tea.example.org"),
        ({"tls": {"termination": "passthrough"}}, "https://tea.example.org (passthrough)"),
        (
            {"tls": {"termination": "edge", "insecureEdgeTerminationPolicy": "Redirect"}},
            "https://tea.example.org (redirects)",
        ),
        (
            {"tls": {"termination": "edge", "insecureEdgeTerminationPolicy": "Allow"}},
            "http and https://tea.example.org",
        ),
        ({"host": ""}, "route/tea, which has no host yet"),
        (
            {"host": "", "port": {"targetPort": "web"}},
            "route/tea, which has no host yet, to pod port web",
        ),
    ],
)
def test_a_service_is_told_by_the_address_of_its_route(spec: dict[str, Any], address: str) -> None:
    page = told(
        service("shop", ports=PORTS[:1]), deployment_config("shop"), route("tea", "shop", **spec)
    )

    assert f"\n{address} (svc/shop)\n  dc/shop deploys " in page


def test_a_host_that_a_router_made_up_is_told() -> None:
    page = told(service("shop"), route("tea", "shop", host="", ingress=[{"host": "t.example.com"}]))

    assert "\nhttp://t.example.com (svc/shop)\n" in page


def test_each_route_of_a_service_is_told() -> None:
    page = told(service("shop"), route("a", "shop"), route("b", "shop"))

    assert "\nhttp://a.example.org (svc/shop)\nhttp://b.example.org\n" in page


def test_services_that_share_a_route_say_how() -> None:
    to = {"kind": "Service", "name": "blue", "weight": 30}
    others = [{"kind": "Service", "name": "green", "weight": 10}]
    shared = route("tea", "blue", to=to, alternateBackends=others)

    page = told(service("blue"), service("green"), shared)

    assert "\nhttp://tea.example.org, 75% of it (svc/blue)\n" in page
    assert "\nhttp://tea.example.org, 25% of it (svc/green)\n" in page


def test_a_route_to_no_service_is_told_and_warned_of() -> None:
    page = told(route("tea", "gone"), suggests=True)

    assert "\nhttp://tea.example.org leads to svc/gone\n" in page
    assert "Warnings:\n  * route/tea leads to svc/gone, but there is no such service.\n" in page
    assert "    try: slipcast delete route/tea\n" in page
    assert "There are no services" not in page


def test_a_warning_is_counted_where_nobody_asked() -> None:
    assert "1 warning: 'slipcast status -v' tells what to do.\n" in told(route("tea", "gone"))


def test_nothing_is_said_of_services_that_may_not_be_read() -> None:
    unread = graph(objects([route("tea", "gone")], [SHOP], has_services=False))

    assert problems(unread) == ()


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({}, "svc/shop, which has several ports, and does not say which."),
        ({"port": {"targetPort": "tea"}}, "port tea, which svc/shop has not."),
    ],
)
def test_a_route_to_no_port_of_its_service_is_warned_of(spec: dict[str, Any], said: str) -> None:
    found = only(service("shop", ports=PORTS), route("tea", "shop", **spec))

    assert (found.severity, found.message) == ("warning", f"route/tea leads to {said}")


@pytest.mark.parametrize("port", ["web", 80, 8080, "admin"])
def test_a_port_is_known_by_its_name_and_its_numbers(port: Any) -> None:
    led = route("tea", "shop", port={"targetPort": port})

    assert problems(known(service("shop", ports=PORTS), led)) == ()


def test_a_router_that_refused_a_route_is_warned_of() -> None:
    found = only(service("shop"), route("tea", "shop", ingress=[REFUSED]))

    assert found.message == (
        "route/tea was not taken by the router public: HostAlreadyClaimed: route old has it."
    )
