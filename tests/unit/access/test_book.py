"""Who was given which role."""

from typing import Any

import pytest

from slipcast.access import rules
from slipcast.access.book import Book
from slipcast.access.bootstrap import ROLES, binding, group_subject, user_subject
from slipcast.access.rules import Attempt
from slipcast.values import usernames
from slipcast.values.actor import AUTHENTICATED, MASTERS, Actor, service_account

ANNA = Actor(name="anna", groups=("crew", AUTHENTICATED))
LOOK = Attempt(verb="get", group="build.openshift.io", plural="builds", namespace="shop")
DELETE = Attempt(verb="delete", group="build.openshift.io", plural="builds", namespace="shop")


@pytest.fixture
def book() -> Book:
    """A book with the roles that every installation has."""
    found = Book()
    for role in ROLES:
        found.write("ClusterRole", ("", role.name), role.document)
    return found


def give(book: Book, namespace: str, role: str, subject: dict[str, Any]) -> None:
    """Give a cluster role in a namespace, or everywhere when it is empty."""
    kind = "RoleBinding" if namespace else "ClusterRoleBinding"
    place = (namespace, f"{role}-{subject['name']}")
    book.write(kind, place, binding(namespace, place[1], role, [subject]))


def may(book: Book, actor: Actor, attempt: Attempt) -> bool:
    """Whether the book allows it."""
    return rules.allowed(book.rules(actor, attempt.namespace), attempt)


def test_a_role_given_in_a_namespace_holds_there_only(book: Book) -> None:
    give(book, "shop", "view", user_subject("anna"))

    assert may(book, ANNA, LOOK)
    assert not may(book, ANNA, DELETE)
    assert not rules.allowed(book.rules(ANNA, "bank"), LOOK)
    assert book.namespaces(ANNA) == {"shop"}


def test_a_role_given_everywhere_holds_in_every_namespace(book: Book) -> None:
    give(book, "", "edit", group_subject("crew"))

    assert may(book, ANNA, DELETE)


def test_a_service_account_is_known_by_its_namespace_and_name(book: Book) -> None:
    give(book, "shop", "edit", {"kind": "ServiceAccount", "name": "builder"})

    assert may(book, service_account("shop", "builder"), DELETE)
    assert not may(book, service_account("bank", "builder"), DELETE)


def test_what_was_taken_back_is_gone(book: Book) -> None:
    give(book, "shop", "view", user_subject("anna"))

    book.write("RoleBinding", ("shop", "view-anna"), None)

    assert not may(book, ANNA, LOOK)
    assert book.namespaces(ANNA) == frozenset()


def test_a_changed_role_counts_for_whom_it_was_given_to(book: Book) -> None:
    give(book, "shop", "view", user_subject("anna"))

    book.write("ClusterRole", ("", "view"), {"rules": []})

    assert not may(book, ANNA, LOOK)


def test_a_role_of_the_namespace_is_not_the_cluster_role_of_the_same_name(book: Book) -> None:
    reference = {"kind": "Role", "name": "edit"}
    content = {"roleRef": reference, "subjects": [user_subject("anna")]}
    book.write("RoleBinding", ("shop", "b"), content)

    assert not may(book, ANNA, LOOK)


def test_a_role_gathers_the_rules_of_others(book: Book) -> None:
    selectors = [{"matchLabels": {"to": "view"}}]
    book.write("ClusterRole", ("", "sum"), {"aggregationRule": {"clusterRoleSelectors": selectors}})
    part = {"metadata": {"labels": {"to": "view"}}, "rules": [{**ROLES[0].rules[0].document}]}
    book.write("ClusterRole", ("", "part"), part)
    give(book, "shop", "sum", user_subject("anna"))

    assert may(book, ANNA, DELETE)


def test_the_masters_may_do_everything_whatever_the_roles_say() -> None:
    root = Actor(name="root", groups=(MASTERS,))

    assert may(Book(), root, DELETE)


@pytest.mark.parametrize("verb", ["create", "update", "patch", "delete", "deletecollection"])
@pytest.mark.parametrize("role", [role.name for role in ROLES if role.name == "view"])
def test_who_views_changes_nothing(role: str, verb: str) -> None:
    viewed = next(each for each in ROLES if each.name == role)

    assert not any(verb in rule.verbs for rule in viewed.rules)


def test_who_views_sees_no_secrets() -> None:
    viewed = next(role for role in ROLES if role.name == "view")
    attempt = Attempt(verb="get", plural="secrets", namespace="shop")

    assert not rules.allowed(viewed.rules, attempt)


def test_the_custom_strategy_is_given_to_nobody() -> None:
    custom = next(role for role in ROLES if role.name == "system:build-strategy-custom")

    assert custom.binding is None


def test_people_of_a_group_have_its_roles(book: Book) -> None:
    give(book, "shop", "edit", group_subject("team"))
    book.write("Group", ("", "team"), {"users": ["anna", "ben"]})
    before = may(book, ANNA, DELETE)

    book.write("Group", ("", "team"), {"users": ["ben"]})

    assert before
    assert not may(book, ANNA, DELETE)
    assert book.groups("ben") == {"team"}


def test_a_group_names_people_as_they_are_kept_as_well(book: Book) -> None:
    name = "https://login.example.com#7"

    book.write("Group", ("", "team"), {"users": [usernames.kept_as(name), "carl"]})

    assert book.groups(name) == {"team"}


def test_no_object_says_who_is_in_a_group_of_the_servers_own(book: Book) -> None:
    book.write("Group", ("", MASTERS), {"users": ["anna"]})
    book.write("Group", ("", "team"), {"users": ["system:anonymous", 7]})

    assert not book.groups("anna")
    assert not book.groups("system:anonymous")


def test_a_group_that_is_gone_has_nobody_in_it(book: Book) -> None:
    book.write("Group", ("", "team"), {"users": ["anna"]})

    book.write("Group", ("", "team"), None)

    assert not book.groups("anna")


def test_who_may_is_known_by_bindings(book: Book) -> None:
    give(book, "shop", "edit", user_subject("anna"))
    give(book, "bank", "edit", user_subject("ben"))

    found = book.who(DELETE)

    assert found == {("User", "anna"), ("Group", MASTERS)}
