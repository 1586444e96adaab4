"""Which paths a .s2iignore file leaves out."""

from __future__ import annotations

import pytest

from slipcast.dockerfile.ignore import s2iignore


def left_out(text: str, *paths: str) -> list[str]:
    rules = s2iignore(text)
    return [path for path in paths if rules.ignores(path, is_directory=False)]


def test_no_line_leaves_nothing_out() -> None:
    assert left_out("", "a", "a/b") == []


def test_spaces_comments_and_empty_lines_are_skipped() -> None:
    # S2I-167
    text = "  # no\n\n   a.txt  \r\n#b.txt\n\tc.txt\n"

    assert left_out(text, "a.txt", "b.txt", "c.txt", "\tc.txt") == ["a.txt", "\tc.txt"]


@pytest.mark.parametrize(
    ("pattern", "hit", "missed"),
    [
        ("*.log", ["a.log", ".log"], ["d/a.log", "a.logs"]),
        ("*/*.log", ["d/a.log"], ["a.log", "d/e/a.log"]),
        ("a?c", ["abc"], ["ac", "a/c"]),
        ("[a-c]x", ["bx"], ["dx", "/x"]),
        ("[^a-c]x", ["dx"], ["bx"]),
        ("[c-a]x", [], ["bx"]),
        ("[^c-a]x", ["bx"], []),
        (r"\*", ["*"], ["a"]),
        (r"[\]]", ["]"], ["\\"]),
        ("**", ["a", "d/a"], []),
        ("./d//e/", ["d/e", "d/e/f"], ["d"]),
        ("d/../e", ["e"], ["d"]),
        ("/top", ["top"], ["d/top"]),
        ("*a*b", ["xaxb", "ab"], ["ba", "a/b"]),
    ],
)
def test_a_pattern_is_a_glob_from_the_root(pattern: str, hit: list[str], missed: list[str]) -> None:
    # S2I-168
    assert left_out(pattern, *hit, *missed) == hit


@pytest.mark.parametrize("pattern", ["[", "[]", "[a", "[a-", "[-a]", "a\\", "[a-]", "[\\"])
def test_what_is_no_legal_glob_is_skipped(pattern: str) -> None:
    # S2I-168
    assert left_out(f"{pattern}\nb", pattern, "a", "b") == ["b"]


@pytest.mark.parametrize("pattern", ["..", "../x", "d/../../x", ".", "/", "!"])
def test_a_pattern_that_leaves_the_root_or_names_it_matches_nothing(pattern: str) -> None:
    assert left_out(pattern, "x", "d/x", "d") == []


def test_with_a_directory_goes_its_content() -> None:
    # S2I-169
    rules = s2iignore("d\n")

    assert rules.ignores("d/e/f", is_directory=False)
    assert rules.may_prune("d")
    assert not rules.may_prune("e")


def test_a_later_line_takes_back_and_a_still_later_one_excludes_again() -> None:
    # S2I-170
    text = "*.log\n!keep*.log\nkeep2.log\n"

    assert left_out(text, "a.log", "keep1.log", "keep2.log") == ["a.log", "keep2.log"]


def test_nothing_below_an_ignored_directory_is_taken_back() -> None:
    # S2I-170
    rules = s2iignore("d\n!d/keep\n")

    assert rules.ignores("d/keep", is_directory=False)
    assert rules.may_prune("d")


def test_an_entry_is_taken_back_where_an_earlier_glob_named_it() -> None:
    # S2I-170
    assert left_out("d/*\n!d/keep\n", "d/keep", "d/keep/x", "d/drop") == ["d/drop"]


def test_taking_back_before_anything_was_matched_does_nothing() -> None:
    assert left_out("!a\na\n", "a") == ["a"]


def test_names_with_newlines_and_foreign_bytes_are_names_like_others() -> None:
    assert left_out("*.log", "a\nb.log", "\udcff.log") == ["a\nb.log", "\udcff.log"]


def test_many_stars_do_not_take_many_years() -> None:
    assert left_out("*a" * 40 + "*b", "a" * 250) == []
