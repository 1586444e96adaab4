"""Injections, as they are written on a command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipcast.builds.s2i import injections
from slipcast.builds.s2i.request import Injection
from slipcast.values.faults import UsageFault


def test_a_pair_is_split_at_its_last_colon_s2i_191():
    assert injections.split("/a:b:/c") == (("/a:b", "/c"),)


def test_several_pairs_are_joined_by_semicolons_s2i_191():
    assert injections.split("/a:/b;/c:") == (("/a", "/b"), ("/c", ""))


def test_quotes_around_a_part_are_stripped_s2i_191():
    assert injections.split("'/a':\"/b\"") == (("/a", "/b"),)


@pytest.mark.parametrize("character", list("*?\"<>|%#$!+{}&[],'`"))
def test_characters_that_a_shell_or_glob_would_see_are_refused_s2i_191(character: str):
    with pytest.raises(UsageFault):
        injections.split(f"/a{character}b:/c")


def test_a_pair_without_source_is_refused_s2i_191():
    with pytest.raises(UsageFault, match="no source"):
        injections.split(":/b")


def test_relative_sources_count_from_the_directory_of_the_request():
    assert injections.parse("a:/b", Path("/d")) == (Injection(source=Path("/d/a"), target="/b"),)


@pytest.mark.parametrize(
    ("target", "workdir", "path"),
    [("", "/opt", "/opt"), (".", "/opt", "/opt"), ("a", "", "/a"), ("/b", "/opt", "/b")],
)
def test_relative_targets_lie_below_the_working_directory_s2i_191(
    target: str, workdir: str, path: str
):
    assert injections.target(Injection(source=Path("/s"), target=target), workdir) == path
