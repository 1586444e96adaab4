"""`slipcast status`: what is read, from where, and by whom."""

from __future__ import annotations

import pytest

from projects import build_config, deployment_config, service, stream
from slipcast.api.document import JSON, Document
from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call


@pytest.fixture
def toolbox(toolbox: FakeToolbox) -> FakeToolbox:
    """A server with the project `shop`, an application in it."""
    toolbox.server.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
    put(
        toolbox,
        service("shop"),
        deployment_config("shop", "shop:latest"),
        build_config("shop", to="shop:latest", on="default/base:1"),
        stream("shop"),
    )
    return toolbox


def put(toolbox: FakeToolbox, *documents: Document) -> None:
    """Create objects."""
    toolbox.server.put(*(each.content for each in documents))


def role(user: str, *resources: str) -> tuple[JSON, JSON]:
    """A user may list some kinds of `shop`."""
    head = {"apiVersion": "rbac.authorization.k8s.io/v1", "metadata": {"name": user}}
    rule = {"apiGroups": ["*"], "resources": [*resources], "verbs": ["list"]}
    subject = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": user}
    return (
        {**head, "kind": "Role", "rules": [rule]},
        {**head, "kind": "RoleBinding", "subjects": [subject], "roleRef": reference},
    )


def test_a_project_is_told_and_its_problems_are_no_failure_st_6(call: Call) -> None:
    ended = call("status", "-n", "shop")

    assert (ended.code, ended.stderr) == (0, "")
    assert ended.stdout.startswith("In project shop on server https://memory\n\nsvc/shop - ")
    assert "2 warnings: 'slipcast status -v' tells what to do." in ended.stdout


def test_what_to_do_is_told_when_asked_for_st_5(call: Call) -> None:
    told = call("status", "-n", "shop", "--suggest").stdout

    assert 'builds from default/base:1, but there is no image stream "default/base".' in told


def test_streams_of_other_projects_are_looked_for_there(call: Call, toolbox: FakeToolbox) -> None:
    put(toolbox, stream("base", "1", namespace="default"))

    told = call("status", "-n", "shop", "-v").stdout

    assert "builds from default/base:1, but that tag has no image." in told


def test_an_empty_project_says_so_st_6(call: Call) -> None:
    ended = call("status")

    assert ended.code == 0
    assert "'slipcast new-app SOURCE' makes an application" in ended.stdout


def test_a_project_that_is_not_there_is_a_failure(call: Call) -> None:
    ended = call("status", "-n", "nowhere")

    assert ended.code == 1
    assert '"nowhere" not found' in ended.stderr


def test_all_projects_are_told_st_5(call: Call) -> None:
    told = call("status", "--all-namespaces").stdout

    assert told.startswith("All projects on server https://memory\n\nIn project shop\n\n  svc/shop")


def test_the_graph_is_drawn_st_5(call: Call) -> None:
    told = call("status", "-n", "shop", "-o", "dot").stdout

    assert told.startswith("digraph slipcast {\n")
    assert '"bc/shop\\nshop" -> "istag/shop:latest\\nshop" [label="pushes"];' in told


def test_another_output_is_refused(call: Call) -> None:
    ended = call("status", "-o", "json")

    assert ended.code == 1
    assert "unknown output 'json': only dot is there" in ended.stderr


def test_who_may_not_read_all_kinds_is_told_of_the_rest(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.server.put(*role("ada", "services", "buildconfigs"), namespace="shop")

    ended = call("status", "-n", "shop", "--as", "ada")

    assert ended.code == 0
    assert "svc/shop - " in ended.stdout
    assert "bc/shop source builds" in ended.stdout
    assert (
        "Not looked at: builds, deploymentconfigs, deployments, imagestreams, pods, routes.\n"
        in ended.stdout
    )
    assert "no image stream" not in ended.stdout


def test_who_may_read_nothing_is_refused(call: Call) -> None:
    ended = call("status", "-n", "shop", "--as", "stranger")

    assert ended.code == 1
    assert "forbidden" in ended.stderr


def test_who_may_not_read_all_projects_at_once_is_told_of_their_own_st_5(
    call: Call, toolbox: FakeToolbox
) -> None:
    _, binding = role("ada")
    view = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}
    toolbox.server.put({**binding, "roleRef": view}, namespace="shop")

    ended = call("status", "-A", "--as", "ada")

    assert ended.code == 0
    assert "In project shop\n\n  svc/shop" in ended.stdout
    assert "In project default" not in ended.stdout


def test_nothing_is_said_of_streams_that_may_not_be_read(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.server.put(*role("ada", "imagestreams", "buildconfigs"), namespace="shop")

    told = call("status", "-n", "shop", "-v", "--as", "ada").stdout

    assert "bc/shop source builds https://git.example.org/shop.git#main on default/base:1" in told
    assert "default/base" not in told.partition("Warnings:")[2]
