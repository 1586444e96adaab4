"""Which paths the --exclude expression leaves out."""

from __future__ import annotations

import pytest

from slipcast.dockerfile.exclude import DEFAULT_EXPRESSION, exclusion
from slipcast.values.faults import InvalidFault


@pytest.mark.parametrize(
    ("path", "out"),
    [
        (".git", True),
        (".git/config", True),
        ("vendor/x/.git", True),
        ("vendor/x/.git/config", True),
        (".gitignore", False),
        ("a.git", False),
        (".github/x", False),
    ],
)
def test_by_default_gits_own_files_stay_out(path: str, *, out: bool) -> None:
    # S2I-33, S2I-122: the path is relative to the source
    assert exclusion(DEFAULT_EXPRESSION).ignores(path, is_directory=False) is out


def test_gits_own_directory_is_not_entered() -> None:
    rules = exclusion(DEFAULT_EXPRESSION)

    assert rules.may_prune(".git")
    assert rules.ignores(".git", is_directory=True)
    assert not rules.may_prune(".github")


def test_an_empty_expression_leaves_nothing_out() -> None:
    # S2I-33
    assert not exclusion("").ignores(".git", is_directory=True)


@pytest.mark.parametrize("expression", ["(", "a{2,1}", "*", "(?P<", "a{99999999999}", "[[:none:]]"])
def test_a_bad_expression_is_refused(expression: str) -> None:
    # S2I-33
    with pytest.raises(InvalidFault, match="exclude: is no regular expression"):
        exclusion(expression)


@pytest.mark.parametrize(
    ("expression", "prunable"),
    [
        ("d", True),
        ("^d/", True),
        ("^d/.*", True),
        (r"\bd\b", True),
        ("d$", False),
        (r"^d/.*\.o$", False),
        (r"d\b/\b", False),
        ("d(?!/keep)", False),
        (r"d\.*", True),
        ("^x", False),
    ],
)
def test_a_directory_is_pruned_only_when_every_path_below_matches(
    expression: str, *, prunable: bool
) -> None:
    assert exclusion(expression).may_prune("d") is prunable


def test_a_directory_stays_when_only_some_of_its_files_go() -> None:
    rules = exclusion(r"\.o$")

    assert not rules.ignores("x.o", is_directory=True)
    assert rules.ignores("x.o/y.o", is_directory=False)
    assert not rules.ignores("x.o/y.c", is_directory=False)


@pytest.mark.parametrize(
    ("expression", "hit", "missed"),
    [
        (r"a\z", "a", "a\n"),
        ("a$", "a", "a\n"),
        ("(?m)a$", "a\nb", "ab"),
        ("[[:digit:]]x", "1x", "ax"),
        ("[^[:alpha:]_]x", "1x", "_x"),
        ("[[]x", "[x", "x"),
        ("[a&&b|~]x", "&x", "cx"),
        ("[$]x", "$x", "x"),
        (r"\$x", "$x", "x"),
    ],
)
def test_expressions_are_read_as_go_reads_them(expression: str, hit: str, missed: str) -> None:
    rules = exclusion(expression)

    assert rules.ignores(hit, is_directory=False)
    assert not rules.ignores(missed, is_directory=False)
