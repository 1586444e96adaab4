"""The environment's sources: what a line means in each, and which value wins."""

from __future__ import annotations

import pytest

from slipcast.builds.s2i import environment
from slipcast.values.faults import InvalidFault


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("A=1\nB=2\n", (("A", "1"), ("B", "2"))),
        ("  A \t=  1 \n", (("A", "1"),)),
        ("A=1=2", (("A", "1=2"),)),
        ("A=", (("A", ""),)),
        ('A="1 2"', (("A", '"1 2"'),)),
        ("export A=1", (("export A", "1"),)),
        ("A=$HOME\\\nB=2", (("A", "$HOME\\"), ("B", "2"))),
        ("A=1\r\nB=2\r\n", (("A", "1"), ("B", "2"))),
        ("\ufeffA=1", (("A", "1"),)),
        ("A=x\u2028y", (("A", "x\u2028y"),)),
        ("", ()),
    ],
)
def test_the_file_of_the_source_holds_one_variable_per_line(
    text: str, variables: environment.Variables
):
    # S2I-173
    assert environment.parse_environment(text) == variables


@pytest.mark.parametrize("line", ["#A=1", "no equals", "=1", "  =1", ""])
def test_the_file_of_the_source_drops_comments_and_what_is_no_variable(line: str):
    # S2I-174
    assert environment.parse_environment(f"{line}\nB=2") == (("B", "2"),)


def test_only_a_hash_at_the_very_start_makes_a_comment():
    # S2I-173
    assert environment.parse_environment(" #A=1\n//B=2") == (("#A", "1"), ("//B", "2"))


def test_a_name_may_come_twice_until_merged():
    assert environment.parse_environment("A=1\nA=2") == (("A", "1"), ("A", "2"))


def test_a_nul_is_refused_with_its_line():
    with pytest.raises(InvalidFault, match="line 2 holds a NUL"):
        environment.parse_environment("A=1\nB=\0")


@pytest.mark.parametrize("line", ["  # A=1", "#A=1", "// A=1", "\t//A=1", "A", "=1"])
def test_the_given_file_trims_lines_before_it_looks_for_comments(line: str):
    # S2I-176
    assert environment.parse_environment_file(f"{line}\nB=2\n") == (("B", "2"),)


def test_the_last_line_of_a_name_wins_in_the_given_file():
    # S2I-176
    assert environment.parse_environment_file("A=1\nB=2\n A = 3 \n") == (("A", "3"), ("B", "2"))


@pytest.mark.parametrize(
    ("text", "variable"),
    [
        ("A=1", ("A", "1")),
        (" A = 1 ", ("A", "1")),
        ("A=", ("A", "")),
        ("A=1,B=2", ("A", "1,B=2")),
    ],
)
def test_an_assignment_is_split_at_its_first_equals(text: str, variable: tuple[str, str]):
    # S2I-175
    assert environment.parse_assignment(text) == variable


@pytest.mark.parametrize("text", ["A", "=1", "  =1", "", "A\0=1"])
def test_an_assignment_without_name_or_equals_is_refused(text: str):
    # S2I-175
    with pytest.raises(InvalidFault, match="--env"):
        environment.parse_assignment(text)


def test_a_refused_assignment_never_shows_a_value():
    with pytest.raises(InvalidFault) as caught:
        environment.parse_assignment("=hunter2")

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(("value", "several"), [("1,B=2", True), ("1,2", False), ("b=c", False)])
def test_a_value_that_used_to_be_split_is_noticed(value: str, several: bool):  # noqa: FBT001
    # S2I-175
    assert environment.looks_like_several(value) is several


def test_the_last_list_wins_and_the_first_one_orders():
    # S2I-177
    merged = environment.merged(
        (("A", "file"), ("B", "file")), (("C", "flag"), ("A", "flag")), (("B", "given"),)
    )

    assert merged == (("A", "flag"), ("B", "given"), ("C", "flag"))


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("HTTP_PROXY", "http://ada:secret@proxy:3128", "http://***@proxy:3128"),
        ("https_proxy", "ada:secret@proxy:3128", "***@proxy:3128"),
        ("NO_PROXY", ".example.com,10.0.0.0/8", ".example.com,10.0.0.0/8"),
        ("INDEX", "https://ada:secret@index/simple", "https://***@index/simple"),
        ("DB_PASSWORD", "hunter2", "***"),
        ("GITHUB_TOKEN", "hunter2", "***"),
        ("DB_PASSWORD", "", ""),
        ("GREETING", "hello", "hello"),
    ],
)
def test_no_secret_is_shown(name: str, value: str, shown: str):
    # S2I-180
    assert environment.shown([(name, value)]) == ((name, shown),)
