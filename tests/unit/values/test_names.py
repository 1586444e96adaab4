"""Which texts may name things, and names made of other names."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from slipcast.values.names import (
    SUFFIX_ALPHABET,
    composed,
    data_key,
    dns_label,
    dns_label_1035,
    dns_subdomain,
    generated,
    label_value,
    path_segment,
    qualified_name,
    shortened,
    variable_name,
)

Check = Callable[[str], tuple[str, ...]]

FINE: list[tuple[Check, str]] = [
    (dns_label, "a"),
    (dns_label, "1-a"),
    (dns_label, "a" * 63),
    (dns_label_1035, "a-1"),
    (dns_subdomain, "a.b-c.1"),
    (dns_subdomain, "a" * 253),
    (label_value, ""),
    (label_value, "A.b_c-1"),
    (qualified_name, "name"),
    (qualified_name, "example.com/My.Name_1"),
    (variable_name, "my.env-NAME_1"),
    (data_key, ".dockercfg"),
    (path_segment, "a:b"),
]

WRONG: list[tuple[Check, str]] = [
    (dns_label, ""),
    (dns_label, "A"),
    (dns_label, "a."),
    (dns_label, "-a"),
    (dns_label, "a" * 64),
    (dns_label, "a\n"),
    (dns_label_1035, "1a"),
    (dns_subdomain, "a..b"),
    (dns_subdomain, "a_b"),
    (dns_subdomain, "ü"),
    (dns_subdomain, "a" * 254),
    (label_value, "-a"),
    (label_value, "a" * 64),
    (qualified_name, ""),
    (qualified_name, "/a"),
    (qualified_name, "a/"),
    (qualified_name, "a/b/c"),
    (qualified_name, "A/b"),
    (qualified_name, "a" * 64),
    (variable_name, "1a"),
    (variable_name, ".."),
    (data_key, "a/b"),
    (data_key, "..a"),
    (data_key, "a" * 254),
    (path_segment, "."),
    (path_segment, "a/b"),
    (path_segment, "a%b"),
]


@pytest.mark.parametrize(("check", "text"), FINE)
def test_a_good_name_has_nothing_wrong(check: Check, text: str) -> None:
    assert check(text) == ()


@pytest.mark.parametrize(("check", "text"), WRONG)
def test_a_bad_name_is_told_what_is_wrong(check: Check, text: str) -> None:
    assert check(text) != ()


def test_a_bad_subdomain_is_told_in_the_words_clients_know_ba_20() -> None:
    (message,) = dns_subdomain("A")

    assert message == (
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or"
        " '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex"
        " used for validation is"
        r" '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
    )


def test_a_bad_label_is_told_in_the_words_clients_know() -> None:
    (message,) = label_value("a b")

    assert message == (
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or"
        " '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or"
        " 'my_value',  or '12345', regex used for validation is"
        " '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
    )


def test_a_bad_key_is_told_about_its_prefix_and_its_name() -> None:
    prefix, name = qualified_name("/a b")

    assert prefix == "prefix part must be non-empty"
    assert name.startswith("name part must consist of alphanumeric characters, '-', '_' or '.'")


def test_a_long_name_is_told_how_long_it_may_be() -> None:
    assert dns_label("a" * 64) == ("must be no more than 63 characters",)


def test_lengths_are_of_bytes() -> None:
    assert label_value("ü" * 32)[0] == "must be no more than 63 characters"


def test_a_generated_name_ends_in_what_was_drawn_ba_10() -> None:
    assert generated("build-", "x7k2q") == "build-x7k2q"


def test_a_generated_name_is_cut_so_that_it_fits_a_label() -> None:
    assert generated("a" * 80, "x7k2q") == "a" * 58 + "x7k2q"


def test_generated_names_spell_no_words() -> None:
    assert set(SUFFIX_ALPHABET) & set("aeiou013") == set()


def test_a_composed_name_that_fits_is_left_as_it_is_ba_22() -> None:
    assert composed("frontend", "7") == "frontend-7"


def test_a_composed_name_that_does_not_fit_has_a_hash_of_the_base_ba_21() -> None:
    # FNV-1a of 32 bits, as everybody computes it, gives d58b3fa7 for these words.
    name = composed("hello world", "b", 12)

    assert name == "h-d58b3fa7-b"


def test_a_suffix_that_leaves_no_room_is_in_the_hash_ba_21() -> None:
    name = composed("base", "a-suffix-far-too-long", 20)

    assert name.startswith("base-")
    assert len(name) == len("base-") + 8


@pytest.mark.parametrize("suffix", ["build", "s" * 243, "s" * 300])
def test_a_composed_name_never_has_more_than_it_may_ba_21(suffix: str) -> None:
    assert len(composed("a" * 300, suffix)) <= 253


def test_different_bases_give_different_names_ba_21() -> None:
    names = {composed("a" * 300 + end, "build") for end in "xyz"}

    assert len(names) == 3


def test_a_name_as_a_label_is_cut_until_it_is_one_ba_25() -> None:
    assert shortened("a" * 61 + ".-bc") == "a" * 61
