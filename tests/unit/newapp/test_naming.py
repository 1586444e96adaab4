"""Names of what new-app makes: generated-objects.md section 2."""

import pytest

from slipcast.newapp.naming import (
    base_name,
    sanitised,
    service_name,
    unique,
    volume_name,
    wrong_name,
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("my.App_1", "myapp1"),
        ("Django.Shop", "djangoshop"),
        ("-x-y-", "x-y"),
        ("_a_", ""),
        ("${NAME}", "${NAME}"),
        ("a" * 70, "a" * 58),
    ],
)
def test_a_text_becomes_a_name_go_24(text: str, name: str) -> None:
    assert sanitised(text) == name


def test_the_first_that_leaves_a_name_counts_go_20_go_23() -> None:
    assert base_name(["", "_", "Shop", "other"]) == "shop"
    assert base_name(["", "!"]) == ""


def test_names_are_made_unique_go_25() -> None:
    taken: set[str] = set()

    names = [unique(name, taken) for name in ("ruby", "ruby", "ruby", "b" * 58, "b" * 58)]

    assert names[:3] == ["ruby", "ruby-1", "ruby-2"]
    assert names[3] == "b" * 58
    assert len(names[4]) == 58
    assert names[4].endswith("-1")


@pytest.mark.parametrize("name", ["shop", "a-1", "${NAME}-x", "a" * 58])
def test_good_names_are_taken_go_26(name: str) -> None:
    assert wrong_name(name) == ""


@pytest.mark.parametrize("name", ["1shop", "Shop", "a_b", "a-", "a" * 59])
def test_wrong_names_are_refused_go_26(name: str) -> None:
    assert wrong_name(name)


@pytest.mark.parametrize(
    ("name", "service"),
    [("shop", "shop"), ("1shop", "shop"), ("a.b", "ab"), ("123", "service-123")],
)
def test_a_service_has_a_name_that_services_may_have_go_29(name: str, service: str) -> None:
    assert service_name(name) == service


def test_volumes_are_counted_and_their_names_fit_go_104() -> None:
    assert volume_name("mysql", 1) == "mysql-volume-1"
    assert len(volume_name("m" * 63, 12)) <= 63
