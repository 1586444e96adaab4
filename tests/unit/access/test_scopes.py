"""What tokens may be used for."""

from __future__ import annotations

import pytest

from slipcast.access.rules import Attempt, Rule
from slipcast.access.scopes import held_back, within

DELETE = Attempt(verb="delete", group="build.openshift.io", plural="builds", namespace="shop")
SELF = Attempt(verb="get", group="user.openshift.io", plural="users", name="~")
OTHER = Attempt(verb="get", group="user.openshift.io", plural="users", name="anna")
PATH = Attempt(verb="get", path="/metrics")


@pytest.mark.parametrize("attempt", [DELETE, SELF, OTHER, PATH])
def test_all_of_a_user_is_all(attempt: Attempt) -> None:
    assert within(["user:full"], attempt)


def test_who_one_is_is_not_who_others_are() -> None:
    assert [within(["user:info"], each) for each in (SELF, OTHER, DELETE, PATH)] == [
        True,
        False,
        False,
        False,
    ]


def test_several_scopes_add_up() -> None:
    projects = Attempt(verb="list", group="project.openshift.io", plural="projects")

    assert within(["user:info", "user:list-projects"], projects)


@pytest.mark.parametrize("scopes", [(), ("none",), ("user:everything",)])
def test_a_scope_that_nobody_knows_is_for_nothing(scopes: tuple[str, ...]) -> None:
    assert not within(scopes, SELF)


def test_rules_are_held_back_to_what_scopes_and_they_have_in_common() -> None:
    everything = Rule(verbs=("*",), groups=("*",), resources=("*",))
    myself = Rule(verbs=("get",), groups=("user.openshift.io", ""), resources=("users",))
    pods = Rule(verbs=("get",), groups=("",), resources=("pods",))

    (rule,) = held_back(["user:info"], [everything])

    assert (rule.resources, rule.names) == (("users",), ("~",))
    assert held_back(["user:info"], [pods]) == ()
    assert held_back(["user:info"], [pods, myself]) == (rule,)
    assert held_back(["user:full"], [pods]) == (pods,)
