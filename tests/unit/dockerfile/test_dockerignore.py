"""Which paths a .dockerignore file leaves out."""

from __future__ import annotations

import pytest

from slipcast.dockerfile.exclude import exclusion
from slipcast.dockerfile.ignore import dockerignore, either, s2iignore
from slipcast.values.faults import InvalidFault


def left_out(text: str, *paths: str) -> list[str]:
    rules = dockerignore(text)
    return [path for path in paths if rules.ignores(path, is_directory=False)]


@pytest.mark.parametrize(
    ("pattern", "hit", "missed"),
    [
        ("*.md", ["a.md"], ["d/a.md"]),
        ("**/*.md", ["a.md", "d/a.md", "d/e/a.md"], ["a.mdx"]),
        ("d", ["d", "d/a", "d/e/a"], ["ed", "e/d"]),
        ("d/", ["d", "d/a"], []),
        ("/d", ["d"], ["e/d"]),
        ("d/**", ["d/a", "d/e/a"], ["d"]),
        ("d/**/x", ["d/x", "d/e/x", "d/e/f/x/y"], ["d/xx"]),
        ("**", ["a", "d/a"], []),
        ("**.md", ["a.md", "d/a.md"], ["a.mdx"]),
        ("**md*", ["md1", "d/md2"], ["amd"]),
        ("a**b", ["ab", "ad/b"], ["axb"]),
        ("**/d/**", ["d/a", "e/d/a"], ["d"]),
        ("**/[ab]", ["a", "d/b"], ["c"]),
        ("a+(b)", ["a+(b)"], ["aab"]),
        ("./e/../d", ["d"], ["e"]),
    ],
)
def test_a_pattern_matches_a_path_and_all_below_it(
    pattern: str, hit: list[str], missed: list[str]
) -> None:
    assert left_out(pattern, *hit, *missed) == hit


def test_a_byte_order_mark_blanks_and_comments_are_skipped() -> None:
    text = "\ufeff# no\n\n \t a \t\r\n #b\n"

    assert left_out(text, "a", "b", "#b") == ["a", "#b"]


@pytest.mark.parametrize("pattern", [".", "/", "..", "../x"])
def test_a_pattern_for_the_root_or_beyond_matches_nothing(pattern: str) -> None:
    assert left_out(pattern, "x", "d/x") == []


def test_the_last_match_decides() -> None:
    text = "*.md\n!README*.md\nREADME-secret.md\n"

    assert left_out(text, "a.md", "README.md", "README-secret.md") == ["a.md", "README-secret.md"]


def test_what_lies_below_an_ignored_directory_can_be_taken_back() -> None:
    assert left_out("d\n! d/keep\n", "d/keep", "d/keep/x", "d/drop") == ["d/drop"]


@pytest.mark.parametrize(
    ("text", "prunable"),
    [
        ("d", True),
        ("e", False),
        ("d\n!d/keep", False),
        ("d\n!d/*/x", False),
        ("d\n!?/x", False),
        ("d\n!**/x", False),
        ("d\n!e/x", True),
        ("!d/keep\nd", True),
        ("d\n!d\nd", True),
        ("d\n!d", False),
        ("d\n!d\\/x", False),
    ],
)
def test_a_directory_is_pruned_only_when_nothing_below_can_come_back(
    text: str, *, prunable: bool
) -> None:
    assert dockerignore(text).may_prune("d") is prunable


def test_every_line_that_is_no_pattern_is_named() -> None:
    with pytest.raises(InvalidFault) as caught:
        dockerignore("a\n!\n[b\n")

    assert [str(error) for error in caught.value.errors] == [
        ".dockerignore line 2: is no legal pattern (given: '!')",
        ".dockerignore line 3: is no legal pattern (given: '[b')",
    ]


def test_rules_are_combined() -> None:
    rules = either(s2iignore("a"), dockerignore("b"), exclusion(""))

    assert rules.ignores("a", is_directory=False)
    assert rules.may_prune("b")
    assert not rules.ignores("c", is_directory=True)
    assert not rules.may_prune("c")
