"""`slipcast adm groups`, and groups as they are listed."""

from __future__ import annotations

import pytest

from unit.cli.conftest import Call


@pytest.fixture
def crew(call: Call) -> str:
    """A group with two people in it."""
    call("adm", "groups", "new", "crew", "anna", "ben", "anna")
    return "crew"


def test_a_group_is_made(call: Call) -> None:
    ended = call("adm", "groups", "new", "crew", "anna", "anna")

    assert (ended.code, ended.stdout) == (0, "group.user.openshift.io/crew created\n")
    assert call("get", "groups").stdout.splitlines()[1].split() == ["crew", "anna"]


def test_people_are_put_into_a_group(call: Call, crew: str) -> None:
    ended = call("adm", "groups", "add-users", crew, "carl", "dora")

    assert ended.stdout == 'group.user.openshift.io/crew added: ["carl" "dora"]\n'
    assert "anna, ben, carl, dora" in call("get", "groups").stdout


def test_people_are_taken_out_of_a_group(call: Call, crew: str) -> None:
    ended = call("adm", "groups", "remove-users", crew, "anna")

    assert ended.stdout == 'group.user.openshift.io/crew removed: "anna"\n'
    assert call("get", "group", crew, "-o", "jsonpath={.users}").stdout == '["ben"]'


def test_what_is_only_tried_changes_nothing(call: Call, crew: str) -> None:
    ended = call("adm", "groups", "add-users", crew, "carl", "--dry-run=client")

    assert ended.stdout == 'group.user.openshift.io/crew added: "carl" (dry run)\n'
    assert "carl" not in call("get", "groups").stdout


def test_a_role_of_a_group_is_its_members(call: Call, crew: str) -> None:
    call("policy", "add-role-to-group", "edit", crew)

    assert call("policy", "can-i", "create", "builds", "--as=ben").stdout == "yes\n"


def test_a_group_that_is_not_there_is_not_found(call: Call) -> None:
    ended = call("adm", "groups", "add-users", "crew", "anna")

    assert ended.code == 1
    assert 'groups.user.openshift.io "crew" not found' in ended.stderr


def test_a_group_without_people_is_not_changed(call: Call, crew: str) -> None:
    assert call("adm", "groups", "remove-users", crew).code != 0
