"""Quotas with kubectl: what they refuse, and what they tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from conformance.conftest import Ran, Server

SPACE = "limited"
Kubectl = Callable[..., Ran]


@pytest.fixture(scope="module")
def kubectl(server: Server) -> Iterator[Kubectl]:
    """kubectl in a namespace whose quota is used up: it has its two services."""
    server.kubectl("create", "namespace", SPACE)
    run = within(server, SPACE)
    hard = "services=2,services.nodeports=0,pods=3,count/builds.build.openshift.io=5"
    run("create", "quota", "team", f"--hard={hard}")
    run("create", "service", "clusterip", "a", "--tcp=80")
    run("create", "service", "clusterip", "b", "--tcp=80")
    told = "--for=jsonpath={.status.used.services}=2"
    assert run("wait", "quota/team", told, "--timeout=100s").code == 0
    yield run
    server.kubectl("delete", "namespace", SPACE)


def within(server: Server, space: str) -> Kubectl:
    """kubectl in a namespace."""

    def run(*words: str) -> Ran:
        return server.kubectl("-n", space, *words)

    return run


def test_one_more_than_a_quota_allows_is_refused_in_the_words_of_kubernetes(
    kubectl: Kubectl,
) -> None:
    ended = kubectl("create", "service", "clusterip", "c", "--tcp=80")

    assert ended.code == 1
    assert (
        'services "c" is forbidden: exceeded quota: team, requested: services=1,'
        " used: services=2, limited: services=2"
    ) in ended.stderr


def test_a_service_that_comes_to_want_ports_of_nodes_is_refused(kubectl: Kubectl) -> None:
    ended = kubectl("patch", "service", "a", "-p", '{"spec":{"type":"NodePort"}}')

    assert ended.code == 1
    assert "exceeded quota: team, requested: services.nodeports=1" in ended.stderr


def test_a_quota_describes_what_is_used(kubectl: Kubectl) -> None:
    lines = [line.split() for line in kubectl("describe", "quota", "team").stdout.splitlines()]

    assert ["services", "2", "2"] in lines
    assert ["pods", "0", "3"] in lines
    assert ["count/builds.build.openshift.io", "0", "5"] in lines


def test_a_quota_with_a_scope_counts_its_pods_only(server: Server) -> None:
    kubectl, scoped = (
        within(server, f"{SPACE}-lazily"),
        ("--hard=count/pods=1", "--scopes=BestEffort"),
    )
    server.kubectl("create", "namespace", f"{SPACE}-lazily")
    kubectl("create", "quota", "lazy", *scoped)
    kubectl("run", "one", "--image=registry.example.com/x")

    ended = kubectl("run", "two", "--image=registry.example.com/x")
    other = kubectl("create", "configmap", "c")

    told = "requested: count/pods=1, used: count/pods=1, limited: count/pods=1"
    assert f"exceeded quota: lazy, {told}" in ended.stderr
    assert other.code == 0
