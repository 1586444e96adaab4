"""Laws of ignore files: asked path by path, they answer as if the whole tree had been seen."""

from __future__ import annotations

from fnmatch import fnmatchcase

from hypothesis import assume, given
from hypothesis import strategies as st

from slipcast.dockerfile.exclude import exclusion
from slipcast.dockerfile.ignore import dockerignore, s2iignore

names = st.from_regex(r"[ab.]{1,3}", fullmatch=True).filter(lambda name: name not in {".", ".."})
paths = st.lists(names, min_size=1, max_size=3).map("/".join)
globs = st.from_regex(r"[ab.*?]{1,3}", fullmatch=True).filter(lambda glob: glob not in {".", ".."})
patterns = st.lists(globs, min_size=1, max_size=3).map("/".join)
lines = st.tuples(st.sampled_from(["", "!"]), patterns).map("".join)
texts = st.lists(lines, max_size=5).map("\n".join)
trees = st.lists(paths, min_size=1, max_size=8)
deep_parts = st.one_of(globs, st.just("**"))
deep_patterns = st.lists(deep_parts, min_size=1, max_size=3).map("/".join)
deep_lines = st.tuples(st.sampled_from(["", "!"]), deep_patterns).map("".join)
deep_texts = st.lists(deep_lines, max_size=5).map("\n".join)


def fits(pattern: str, path: str) -> bool:
    globs, names = pattern.split("/"), path.split("/")
    return len(globs) == len(names) and all(map(fnmatchcase, names, globs))


def parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]


def removed_by_the_tool(text: str, tree: list[str]) -> set[str]:
    """What a walk over the finished tree marks line by line, then removes with all below."""
    entries = {entry for path in tree for entry in parents(path)}
    marked: set[str] = set()
    for line in text.split("\n"):
        hits = {entry for entry in entries if fits(line.removeprefix("!"), entry)}
        marked = marked - hits if line.startswith("!") else marked | hits
    return {path for path in tree if marked & set(parents(path))}


@given(texts, trees)
def test_s2iignore_leaves_out_what_the_tool_would_remove(text: str, tree: list[str]) -> None:
    # S2I-167 to S2I-170
    rules = s2iignore(text)

    left_out = {path for path in tree if rules.ignores(path, is_directory=False)}

    assert left_out == removed_by_the_tool(text, tree)


@given(texts, paths, paths)
def test_s2iignore_leaves_out_all_below_what_it_prunes(text: str, above: str, below: str) -> None:
    rules = s2iignore(text)

    assert rules.may_prune(above) == rules.ignores(above, is_directory=True)
    if rules.may_prune(above):
        assert rules.ignores(f"{above}/{below}", is_directory=False)


@given(deep_texts, paths, paths)
def test_dockerignore_leaves_out_all_below_what_it_prunes(
    text: str, above: str, below: str
) -> None:
    rules = dockerignore(text)

    if rules.may_prune(above):
        assert rules.ignores(above, is_directory=True)
        assert rules.ignores(f"{above}/{below}", is_directory=False)


@given(st.lists(deep_patterns, max_size=4).map("\n".join), paths, paths)
def test_dockerignore_without_exceptions_prunes_all_it_leaves_out(
    text: str, above: str, below: str
) -> None:
    rules = dockerignore(text)

    assert rules.may_prune(above) == rules.ignores(above, is_directory=True)
    if rules.ignores(above, is_directory=True):
        assert rules.ignores(f"{above}/{below}", is_directory=False)


@given(patterns, paths)
def test_both_files_agree_on_a_single_pattern(pattern: str, path: str) -> None:
    assume("**" not in pattern)

    by_the_one = s2iignore(pattern).may_prune(path)
    by_the_other = dockerignore(pattern).may_prune(path)

    assert by_the_one == by_the_other


@given(st.from_regex(r"[\^]?[ab./|]{0,4}[$]?", fullmatch=True), paths, paths)
def test_an_expression_leaves_out_all_below_what_it_prunes(
    expression: str, above: str, below: str
) -> None:
    rules = exclusion(expression)

    if rules.may_prune(above):
        assert rules.ignores(f"{above}/{below}", is_directory=False)


@given(st.text(), st.text())
def test_any_text_is_rules_for_any_path(text: str, path: str) -> None:
    assert s2iignore(text).ignores(path, is_directory=False) in {True, False}
