"""Directories given to new-app: sent as they lie here, or as they were committed."""

from __future__ import annotations

from typing import Any

from slipcast.ports.git import WorkingState
from slipcast.source.tree import MemoryTree
from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call
from unit.cli.newapp.conftest import URL

REPOSITORY = WorkingState(is_repository=True, has_commits=True, commit="a" * 40)
WRITTEN = ["imagestreams", "buildconfigs", "deploymentconfigs", "services"]


def test_what_was_sent_and_comes_from_a_repository_now_is_not_both(
    call: Call, toolbox: FakeToolbox
) -> None:
    (toolbox.directory / "shop").mkdir()
    call("new-build", "python~./shop")

    ended = call("new-build", f"python~{URL}")

    assert ended.code == 0, ended.stderr
    source = call("get", "bc", "shop", "-o", "json").document["spec"]["source"]
    assert source == {"type": "Git", "git": {"uri": URL}}


def test_a_directory_that_is_printed_is_not_sent_and_that_is_said(
    call: Call, toolbox: FakeToolbox
) -> None:
    (toolbox.directory / "shop").mkdir()

    ended = call("new-app", "python~./shop", "-o", "json")

    assert ended.document["items"][1]["spec"]["source"]["type"] == "Binary"
    assert f"start-build shop --from-dir={toolbox.directory}/shop" in ended.stderr


def test_a_commit_of_a_directory_is_looked_at_and_sent_again_as_one(
    call: Call, toolbox: FakeToolbox
) -> None:
    (toolbox.directory / "shop").mkdir()
    toolbox.git.told = REPOSITORY
    toolbox.work.s2i.tree = MemoryTree({"requirements.txt": b""})

    ended = call("new-app", "shop#HEAD~1", "--dry-run")

    assert (toolbox.work.s2i.request.ref, toolbox.work.s2i.request.copy) == ("HEAD~1", False)
    assert f"the directory {toolbox.directory}/shop at HEAD~1 will be created" in ended.stdout
    again = f"'slipcast start-build shop --from-repo={toolbox.directory}/shop --commit=HEAD~1'"
    assert f"It is sent now; {again} sends it again" in ended.stdout


def test_the_part_of_a_directory_that_is_built_is_told(call: Call, toolbox: FakeToolbox) -> None:
    (toolbox.directory / "shop" / "api").mkdir(parents=True)

    ended = call("new-app", "python~./shop", "--context-dir=api", "--dry-run")

    assert f"using the directory {toolbox.directory}/shop, directory api will be" in ended.stdout


def test_a_commit_of_what_is_no_repository_is_refused_before_anything_is_made(
    call: Call, toolbox: FakeToolbox
) -> None:
    (toolbox.directory / "shop").mkdir()

    ended = call("new-app", "python~./shop#main")

    assert ended.code == 1
    assert f"{toolbox.directory}/shop is no Git repository, and has no main" in ended.stderr


def test_a_directory_that_could_not_be_sent_says_how_it_is(
    call: Call, toolbox: FakeToolbox
) -> None:
    (toolbox.directory / "shop").mkdir()
    rules = [
        {"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list"]},
        {"apiGroups": ["*"], "resources": WRITTEN, "verbs": ["create"]},
    ]
    toolbox.server.put(*a_role_of("joe", rules))

    ended = call("new-app", "python~./shop", "--as=joe")

    assert ended.code == 1
    assert '    service "shop" created\n--> Success\n' in ended.stdout
    assert f"'slipcast start-build shop --from-dir={toolbox.directory}/shop'" in ended.stderr
    assert 'cannot create resource "buildconfigs/instantiatebinary"' in ended.stderr


def a_role_of(user: str, rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What lets somebody do something everywhere."""
    group = "rbac.authorization.k8s.io"
    head = {"apiVersion": f"{group}/v1", "metadata": {"name": user}}
    return [
        {**head, "kind": "ClusterRole", "rules": rules},
        {
            **head,
            "kind": "ClusterRoleBinding",
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": user},
            "subjects": [{"apiGroup": group, "kind": "User", "name": user}],
        },
    ]
