"""kubectl scales what keeps pods running; ours says the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from conformance.conftest import Ran, Server

SPACE = "scaling"
KINDS = ("deployment", "dc")


def workload(kind: str, version: str, selector: Any) -> dict[str, Any]:
    """What keeps pods running, one of them."""
    labels = {"app": "web"}
    containers = [{"name": "c", "image": "x"}]
    template = {"metadata": {"labels": labels}, "spec": {"containers": containers}}
    return {
        "apiVersion": version,
        "kind": kind,
        "metadata": {"name": "web", "labels": labels},
        "spec": {"replicas": 1, "selector": selector, "template": template},
    }


OBJECTS = {
    "apiVersion": "v1",
    "kind": "List",
    "items": [
        workload("Deployment", "apps/v1", {"matchLabels": {"app": "web"}}),
        workload("DeploymentConfig", "apps.openshift.io/v1", {"app": "web"}),
    ],
}


class Clients:
    """Both clients in one namespace, with the same words."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def kubectl(self, *words: str, stdin: str = "") -> Ran:
        """What kubectl does."""
        return self._server.kubectl("-n", SPACE, *words, stdin=stdin)

    def slipcast(self, *words: str) -> Ran:
        """What we do."""
        return self._server.slipcast(*words, "-n", SPACE)

    def begin(self) -> None:
        """One pod is wanted of each."""
        made = self.kubectl("replace", "--force", "-f", "-", stdin=json.dumps(OBJECTS))
        assert made.code == 0, made.stderr

    def wanted(self, kind: str) -> str:
        """How many pods are wanted."""
        return self.kubectl("get", f"{kind}/web", "-o", "jsonpath={.spec.replicas}").stdout


@pytest.fixture(scope="module")
def space(server: Server) -> Iterator[Clients]:
    """The clients, in a namespace of this module's own."""
    assert server.kubectl("create", "namespace", SPACE).code == 0
    yield Clients(server)
    server.kubectl("delete", "namespace", SPACE)


@pytest.fixture
def clients(space: Clients) -> Clients:
    """The clients, with one pod wanted of each kind."""
    space.begin()
    return space


@pytest.mark.parametrize("kind", KINDS)
def test_kubectl_scales(clients: Clients, kind: str) -> None:
    ended = clients.kubectl("scale", f"{kind}/web", "--replicas=3")

    assert ended.code == 0, ended.stderr
    assert clients.wanted(kind) == "3"


@pytest.mark.parametrize("kind", KINDS)
def test_kubectl_scales_what_is_as_it_thinks(clients: Clients, kind: str) -> None:
    first = clients.kubectl("scale", f"{kind}/web", "--replicas=2", "--current-replicas=1")
    second = clients.kubectl("scale", f"{kind}/web", "--replicas=3", "--current-replicas=1")

    assert (first.code, second.code) == (0, 1)
    assert clients.wanted(kind) == "2"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", ["merge", "strategic"])
def test_kubectl_patches_the_scale(clients: Clients, kind: str, form: str) -> None:
    change = ("--subresource=scale", f"--type={form}", "-p", '{"spec":{"replicas":4}}')
    ended = clients.kubectl("patch", f"{kind}/web", *change)

    assert ended.code == 0, ended.stderr
    assert clients.wanted(kind) == "4"


def test_kubectl_shows_the_scale(clients: Clients) -> None:
    shown = clients.kubectl("get", "deployment/web", "--subresource=scale")

    head, row = shown.stdout.splitlines()
    assert head.split() == ["NAME", "DESIRED", "AVAILABLE", "AGE"]
    assert row.split()[:3] == ["web", "1", "0"]


@pytest.mark.parametrize(
    "words",
    [
        ("deployment/web", "--replicas=3"),
        ("dc/web", "--replicas=3", "-o", "name"),
        ("deployment,dc", "--all", "--replicas=2"),
        ("deployment", "-l", "app=web", "--replicas=2", "--dry-run=server"),
        ("dc", "web", "--replicas=2", "--dry-run=client"),
        ("dc/web", "--replicas=3", "--current-replicas=1"),
        ("dc/web", "--replicas=3", "--current-replicas=2"),
        ("dc/web", "--replicas=-3"),
        ("dc/web", "deployment/web", "--replicas=3", "--resource-version=1"),
    ],
    ids=" ".join,
)
def test_both_clients_say_and_do_the_same(clients: Clients, words: tuple[str, ...]) -> None:
    theirs = clients.kubectl("scale", *words)
    wanted = [clients.wanted(kind) for kind in KINDS]
    clients.begin()

    ours = clients.slipcast("scale", *words)

    assert ours == theirs
    assert [clients.wanted(kind) for kind in KINDS] == wanted
