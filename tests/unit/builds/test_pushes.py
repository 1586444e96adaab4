"""Which pushes are built: refs, patterns of branches, paths."""

from __future__ import annotations

import pytest

from slipcast.api.build import (
    BuildConfig,
    BuildConfigSpec,
    BuildSource,
    GitBuildSource,
    GitSourceRevision,
)
from slipcast.api.meta import ObjectMeta
from slipcast.builds import naming
from slipcast.builds.delivery import Ignored, Wanted
from slipcast.builds.pushes import (
    MOST_CHANGED,
    Commits,
    Push,
    is_elsewhere,
    is_wanted,
    judged,
    matches,
    matches_path,
)


@pytest.mark.parametrize(
    ("wanted", "ref", "is_so"),
    [
        ("", "refs/heads/master", True),
        ("", "master", True),
        ("main", "refs/heads/main", True),
        ("refs/heads/main", "main", True),
        ("main", "Main", False),
        ("main", "refs/tags/main", False),
        ("refs/tags/v1", "refs/tags/v1", True),
        ("main", "", False),
        ("a" * 40, "refs/heads/main", False),
    ],
)
def test_refs_are_compared_as_they_are_written_tr_35(wanted: str, ref: str, *, is_so: bool) -> None:
    assert is_wanted(Wanted(ref=wanted), ref) is is_so


def test_without_a_repository_the_branch_is_master_tr_35() -> None:
    assert is_wanted(Wanted(ref="main", has_git=False), "refs/heads/master")
    assert not is_elsewhere(Wanted(ref="main", has_git=False), "refs/heads/x")


@pytest.mark.parametrize(
    ("patterns", "name", "is_so"),
    [
        ("main", "main", True),
        ("main", "mains", False),
        ("release/*", "release/2", True),
        ("release/*", "release/2/x", False),
        ("release/**", "release/2/x", True),
        ("**", "a/b/c", True),
        ("**/x", "x", True),
        ("a/**/z", "a/b/c/z", True),
        ("a/**/z", "a/b/c/y", False),
        ("v?.*", "v1.20", True),
        ("v?.*", "v.20", False),
        ("*a*b*c", "xxaxxbxxc", True),
        ("*a*b*c", "xxaxxbxxcx", False),
        ("!wip/**", "main", True),
        ("!wip/**", "wip/x", False),
        ("**, !wip/**", "wip/x", False),
        ("refs/tags/v*", "refs/tags/v1", True),
        ("main release/*", "release/1", True),
        ("**/b/**/c", "a/b/b/c", True),
        ("**/b/*/c", "b/b/x/c", True),
        ("**/a/b", "a/a/b", True),
        ("a/**", "a", True),
        ("**/**", "a", True),
        ("a.c", "abc", False),
        ("[ab]", "a", False),
        ("a**c", "abbc", True),
        ("a**c", "ab/bc", False),
    ],
)
def test_patterns_mean_what_they_say(patterns: str, name: str, *, is_so: bool) -> None:
    assert matches(naming.patterns(patterns), name) is is_so


@pytest.mark.parametrize(
    ("patterns", "path", "is_so"),
    [
        ("frontend", "frontend/a/b.js", True),
        ("frontend/", "frontend/a.js", True),
        ("/frontend", "frontend/a.js", True),
        ("frontend", "frontends/a.js", False),
        ("*.md", "README.md", True),
        ("*.md", "docs/README.md", False),
        ("**/*.md", "docs/a/README.md", True),
        ("a, !a/docs", "a/docs/x", False),
        ("a, !a/docs", "a/x", True),
    ],
)
def test_a_directory_means_what_is_below_it(patterns: str, path: str, *, is_so: bool) -> None:
    assert matches_path(naming.patterns(patterns), path) is is_so


def test_a_pattern_that_nearly_fits_costs_little() -> None:
    assert not matches(("*a" * 40 + "*b",), "a" * 4000)


def test_patterns_that_name_nothing_are_none() -> None:
    assert naming.patterns(f"! / !/ {'x' * 301} a") == ("a",)


def test_only_so_many_patterns_count() -> None:
    assert len(naming.patterns("x," * 1000)) == naming.MOST_PATTERNS


def test_one_file_elsewhere_is_told_as_one() -> None:
    push = Push(ref="main", git=GitSourceRevision(commit="c"), changed=("README.md",))

    outcome = judged(Wanted(ref="main", paths=("src",)), push)

    why = 'ignored: the changed file is not in "src"'
    assert outcome == Ignored(why=why, ref="main", commit="c")


def test_who_changes_very_much_is_built() -> None:
    files = tuple(f"f{number}" for number in range(MOST_CHANGED + 1))

    assert Commits(files=(files,)).paths() is None
    assert Commits(files=(files[:3], None, files[:2])).paths() == ("f0", "f1", "f2")


def test_annotations_say_which_pushes_are_wanted() -> None:
    annotations = {naming.WEBHOOK_BRANCHES: "main, rel/*", naming.WEBHOOK_PATHS: "a\nb"}
    source = BuildSource(git=GitBuildSource(uri="https://example.com/x.git", ref="main"))
    config = BuildConfig(
        metadata=ObjectMeta(name="app", annotations=annotations),
        spec=BuildConfigSpec(source=source),
    )

    assert Wanted.of(config, allows_env=True) == Wanted(
        ref="main", allows_env=True, branches=("main", "rel/*"), paths=("a", "b")
    )
    assert Wanted.of(BuildConfig()) == Wanted(has_git=False)
