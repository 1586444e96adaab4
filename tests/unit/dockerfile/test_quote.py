"""Values written into a Dockerfile stay values."""

from __future__ import annotations

import pytest

from slipcast.dockerfile.quote import (
    env_assignment,
    env_value_quoted,
    json_form,
    label_assignment,
    label_quoted,
    source_pattern,
    word,
)
from slipcast.values.faults import InvalidFault


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        ("", '""'),
        ("plain text\t.", '"plain text\t."'),
        ('a"b', r'"a\"b"'),
        ("$HOME", r'"\$HOME"'),
        ("a\\b", r'"a\\b"'),
        ("a\nRUN x", r'"a\\nRUN x"'),
        ("a\r\x00", r'"a\\r\\u0000"'),
    ],
)
def test_a_value_is_quoted_and_cannot_end_its_line(value: str, quoted: str) -> None:
    # S2I-259, S2I-272
    assert env_value_quoted(value) == quoted
    assert label_quoted(value) == quoted


def test_assignments_join_a_name_and_a_quoted_value() -> None:
    assert env_assignment("A", "b c") == 'A="b c"'
    assert label_assignment("io.x/y", "b c") == '"io.x/y"="b c"'


@pytest.mark.parametrize("name", ["", "a b", "a=b", "a\nb", "$a", 'a"', "a\\"])
def test_a_name_that_no_quoting_can_hold_is_refused(name: str) -> None:
    # S2I-272
    with pytest.raises(InvalidFault, match="environment"):
        env_assignment(name, "x")
    with pytest.raises(InvalidFault, match="label"):
        label_assignment(name, "x")


def test_one_word_is_checked_and_left_alone() -> None:
    assert word("quay.io/org/app:1", "image") == "quay.io/org/app:1"


def test_the_json_form_holds_any_path_of_utf_8() -> None:
    # S2I-272
    assert json_form(["a b", 'c"\nRUN x', "ü"]) == '["a b", "c\\"\\nRUN x", "ü"]'


def test_where_variables_are_replaced_even_in_json_they_are_escaped() -> None:
    assert json_form(["$a\\b'"], expands=True) == r"""["\\$a\\\\b\\'"]"""


def test_a_path_that_is_not_utf_8_is_refused_and_shown_readably() -> None:
    with pytest.raises(InvalidFault, match=r"udcff"):
        json_form(["a\udcff"])


def test_a_path_becomes_a_pattern_that_matches_itself_only() -> None:
    assert source_pattern(r"a*b?c[d]\e") == r"a[*]b[?]c[[]d]\\e"
