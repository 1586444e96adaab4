"""`slipcast expose`: routes and services made of what is there."""

from __future__ import annotations

import pytest

from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call


@pytest.fixture(autouse=True)
def _service(toolbox: FakeToolbox) -> None:
    toolbox.server.put(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "web"},
            "spec": {"ports": [{"name": "8080-tcp", "port": 8080}], "selector": {"a": "b"}},
        }
    )


@pytest.mark.parametrize("words", [("svc/web",), ("service", "web")])
def test_a_service_is_exposed_by_a_route(call: Call, words: tuple[str, ...]) -> None:
    ended = call("expose", *words, "--hostname=shop.example")

    assert ended.stdout == "route.route.openshift.io/web exposed\n"
    spec = call("get", "route", "web", "-o", "json").document["spec"]
    assert (spec["host"], spec["to"]["name"]) == ("shop.example", "web")


def test_a_dry_run_shows_the_route_and_makes_none(call: Call) -> None:
    ended = call("expose", "svc/web", "--dry-run=client", "-o", "json", "-l", "tier=front")

    assert ended.document["metadata"]["labels"] == {"tier": "front"}
    assert call("get", "route", "web").code == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "name one object to expose"),
        (("svc", "a", "b"), "name one object to expose"),
        (("svc",), "name one object to expose"),
        (("svc/none",), '"none" not found'),
    ],
)
def test_what_cannot_be_exposed_is_said(call: Call, words: tuple[str, ...], said: str) -> None:
    ended = call("expose", *words)

    assert (ended.code, said in ended.stderr) == (1, True)
