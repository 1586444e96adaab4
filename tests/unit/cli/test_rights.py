"""`slipcast auth`, `policy`, `adm policy`, `serviceaccounts` and `secrets`."""

from __future__ import annotations

import base64

import pytest

from slipcast.cli import linking, rights
from slipcast.cli.granting import Grant, given, taken
from slipcast.testing.toolbox import FakeToolbox
from slipcast.values.faults import UsageFault
from unit.cli.conftest import Call

ANNA = {"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "anna"}


def test_what_may_be_done_is_told_and_is_the_exit_code(call: Call) -> None:
    mine = call("auth", "can-i", "create", "builds")
    theirs = call("auth", "can-i", "create", "builds", "--as=anna")

    assert (mine.code, mine.stdout) == (0, "yes\n")
    assert (theirs.code, theirs.stdout) == (1, "no\n")
    assert call("auth", "can-i", "create", "builds", "--as=anna", "-q").stdout == ""


def test_all_that_may_be_done_is_listed(call: Call) -> None:
    ended = call("auth", "can-i", "--list", "--as=anna")

    assert ended.stdout.startswith("Resources ")
    assert "selfsubjectaccessreviews.authorization.k8s.io " in ended.stdout


def test_who_asks_is_told(call: Call) -> None:
    ended = call("auth", "whoami", "--as=anna", "--as-group=people")

    assert ended.stdout.splitlines()[1] == "Username    anna"
    assert "Groups      [people system:authenticated]" in ended.stdout


@pytest.mark.parametrize(
    ("words", "attributes"),
    [
        (["get", "bc/app"], {"resource": "buildconfigs", "name": "app"}),
        (["get", "pods", "web"], {"resource": "pods", "name": "web"}),
        (["*", "*"], {"resource": "*", "group": "*"}),
    ],
)
def test_a_question_names_a_resource(words: list[str], attributes: dict[str, str]) -> None:
    asked = rights.question(words, "ns", "").spec["resourceAttributes"]

    assert attributes.items() <= asked.items()


def test_a_question_may_be_about_a_path() -> None:
    asked = rights.question(["get", "/healthz"], "ns", "")

    assert asked.spec == {"nonResourceAttributes": {"verb": "get", "path": "/healthz"}}


def test_what_nobody_serves_is_asked_for_with_a_warning() -> None:
    asked = rights.question(["frob", "foos.example.com"], "", "")

    assert asked.spec["resourceAttributes"]["group"] == "example.com"
    assert len(asked.warnings) == 2


def test_a_role_is_given_and_taken(call: Call) -> None:
    given_ = call("policy", "add-role-to-user", "view", "anna", "-z", "robot")
    allowed = call("auth", "can-i", "list", "builds", "--as=anna")
    taken_ = call("policy", "remove-role-from-user", "view", "anna")

    assert given_.stdout == 'clusterrole.rbac.authorization.k8s.io/view added: ["anna" "robot"]\n'
    assert allowed.stdout == "yes\n"
    assert taken_.stdout == 'clusterrole.rbac.authorization.k8s.io/view removed: "anna"\n'
    assert call("auth", "can-i", "list", "builds", "--as=anna").stdout == "no\n"


def test_a_role_is_given_everywhere(call: Call) -> None:
    call("adm", "policy", "add-cluster-role-to-group", "view", "people")

    words = ("auth", "can-i", "list", "builds", "-A", "--as=x", "--as-group=people")
    assert call(*words).stdout == "yes\n"


def test_a_role_that_is_not_there_is_warned_about(call: Call) -> None:
    ended = call("policy", "add-role-to-group", "nothing", "people")

    assert (ended.code, ended.stderr) == (0, "Warning: role 'nothing' not found\n")


def test_what_nobody_has_is_not_taken(call: Call) -> None:
    ended = call("policy", "remove-role-from-user", "view", "anna")

    assert ended.stderr == "error: unable to find target [anna]\n"


def binding(name: str, role: str, *subjects: dict[str, str]) -> dict[str, object]:
    """A binding."""
    ref = {"kind": "ClusterRole", "name": role}
    return {"metadata": {"name": name}, "roleRef": ref, "subjects": list(subjects)}


def test_a_name_that_is_taken_gets_a_number() -> None:
    steps = given(Grant(role="view"), [binding("view", "edit")], [ANNA])

    assert [(step.verb, step.content["metadata"]["name"]) for step in steps] == [
        ("create", "view-0")
    ]


def test_who_has_a_role_is_not_given_it_again() -> None:
    assert given(Grant(role="view"), [binding("other", "view", ANNA)], [ANNA]) == ()


def test_a_binding_of_nobody_goes() -> None:
    bindings = [binding("a", "view", ANNA), binding("b", "edit", ANNA)]

    steps = taken(Grant(role="view"), bindings, [ANNA])

    assert [(step.verb, step.content["metadata"]["name"]) for step in steps] == [("delete", "a")]


def test_a_token_is_asked_for(call: Call) -> None:
    ended = call("serviceaccounts", "create-token", "nobody")

    assert ended.code == 1
    assert "failed to create token" in ended.stderr


def test_a_token_that_is_kept_is_printed(call: Call, toolbox: FakeToolbox) -> None:
    annotations = {"kubernetes.io/service-account.name": "robot"}
    toolbox.server.put(
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "robot"}},
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "t", "annotations": annotations},
            "type": "kubernetes.io/service-account-token",
            "data": {"token": base64.b64encode(b"abc").decode()},
        },
    )

    assert call("serviceaccounts", "get-token", "robot").stdout == "abc"
    assert "could not find" in call("serviceaccounts", "get-token", "other").stderr


def test_a_secret_is_linked_for_mounting_and_pulling_ex_7(call: Call, toolbox: FakeToolbox) -> None:
    toolbox.server.put(
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "robot"}},
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}},
    )

    linked = call("secrets", "link", "sa/robot", "secret/s", "--for=pull,mount")

    account = call("get", "sa", "robot", "-o", "json").document
    assert linked.code == 0
    assert {"name": "s"} in account["secrets"]
    assert {"name": "s"} in account["imagePullSecrets"]
    assert call("secrets", "unlink", "robot", "s").code == 0


def test_a_secret_is_linked_once() -> None:
    account = {"secrets": [{"name": "s"}]}

    assert linking.linked(account, ["s", "t"], ["mount"])["secrets"] == [
        {"name": "s"},
        {"name": "t"},
    ]


def test_a_secret_that_is_not_linked_is_not_unlinked() -> None:
    with pytest.raises(UsageFault, match="is not linked"):
        linking.unlinked({"secrets": [{"name": "s"}]}, ["t"])


def test_a_secret_is_for_something_known() -> None:
    with pytest.raises(UsageFault, match="unknown for value: push"):
        linking.uses("mount,push")
