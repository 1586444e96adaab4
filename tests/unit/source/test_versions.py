"""Which language versions a wish allows."""

from __future__ import annotations

import pytest

from slipcast.source.versions import Dialect, at_least, newest_first, numbers, parse_wish

OFFERED = ("3.8", "3.9", "3.10", "3.11", "3.12", "4.0")
NODES = ("16", "18", "20", "22", "24")


def allowed(text: str, offered: tuple[str, ...], dialect: Dialect = Dialect.OTHERS) -> list[str]:
    wish = parse_wish(text, dialect)
    assert wish is not None
    return [version for version in offered if wish.allows(version)]


@pytest.mark.parametrize(
    ("text", "versions"),
    [
        ("3.11", ["3.11"]),
        ("3.11.4", ["3.11"]),
        ("3", ["3.8", "3.9", "3.10", "3.11", "3.12"]),
        ("==3.11.*", ["3.11"]),
        ("===3.11", ["3.11"]),
        (">=3.11", ["3.11", "3.12", "4.0"]),
        (">=3.11.5", ["3.11", "3.12", "4.0"]),
        (">= 3.9, < 3.11", ["3.9", "3.10"]),
        (">3.11", ["3.11", "3.12", "4.0"]),
        ("<=3.9", ["3.8", "3.9"]),
        ("<3.9", ["3.8"]),
        ("~=3.10", ["3.10", "3.11", "3.12"]),
        ("~=3.10.1", ["3.10"]),
        ("~> 3.9", ["3.9", "3.10", "3.11", "3.12"]),
        ("~3.10.2", ["3.10"]),
        ("^3.10", ["3.10", "3.11", "3.12"]),
        (">=3.8,!=3.9.*,!=3.10.1", ["3.8", "3.10", "3.11", "3.12", "4.0"]),
        ("3.8|3.12", ["3.8", "3.12"]),
        ("*, !=4.*", ["3.8", "3.9", "3.10", "3.11", "3.12"]),
        ("v3.9", ["3.9"]),
        ("python-3.9.7", ["3.9"]),
        ("3.12-rc.1", ["3.12"]),
    ],
)
def test_signs_mean_what_pip_bundler_and_composer_mean(text: str, versions: list[str]) -> None:
    assert allowed(text, OFFERED) == versions


@pytest.mark.parametrize(
    ("text", "versions"),
    [
        ("18", ["18"]),
        ("18.x", ["18"]),
        ("v18.17.0", ["18"]),
        ("^18 || ^20", ["18", "20"]),
        (">=18 <21", ["18", "20"]),
        (">18", ["20", "22", "24"]),
        ("<=18", ["16", "18"]),
        ("~18.2", ["18"]),
        ("~18", ["18"]),
        ("16 - 20", ["16", "18", "20"]),
        (">=20.0.0-0", ["20", "22", "24"]),
    ],
)
def test_signs_mean_what_npm_means(text: str, versions: list[str]) -> None:
    assert allowed(text, NODES, Dialect.NPM) == versions


@pytest.mark.parametrize(
    ("text", "versions"), [("^0.3", ["0.3"]), ("^0.0", ["0.0"]), ("^0", ["0.0", "0.3", "0.4"])]
)
def test_a_caret_keeps_the_first_number_that_is_not_zero(text: str, versions: list[str]) -> None:
    assert allowed(text, ("0.0", "0.3", "0.4", "1.0")) == versions


@pytest.mark.parametrize(
    "text", ["", "*", "x", "lts/*", "latest", "lts/iron", ">*", "* || 18", "<1 >2"]
)
def test_what_rules_nothing_out_or_everything_is_no_wish(text: str) -> None:
    assert parse_wish(text, Dialect.NPM) is None


def test_a_go_mod_names_the_lowest() -> None:
    wish = at_least("1.21")

    assert wish is not None
    assert wish.allows("1.23")
    assert not wish.allows("1.20")
    assert at_least("none") is None


def test_a_wish_knows_its_lowest_version() -> None:
    wish = parse_wish("^20 || ^18.2")

    assert wish is not None
    assert wish.lowest == (18, 2)


def test_versions_are_sorted_by_number_newest_first() -> None:
    assert sorted(["3.9", "3.11", "4", "3.10.1", "x"], key=newest_first) == [
        *("4", "3.11", "3.10.1", "3.9", "x"),
    ]


def test_numbers_are_read_from_the_front() -> None:
    assert numbers("v1.22.3-rc1") == (1, 22, 3)
    assert numbers("none") == ()
