"""What git tells a post-receive hook: cli.md SB-73."""

from __future__ import annotations

import shlex

import pytest

from slipcast.builds.postreceive import MARK, Moved, hook, is_ours, parse, payload, program
from slipcast.values.faults import InvalidFault
from slipcast.values.revision import SourceRevision

OLD, NEW, NONE = "a" * 40, "b" * 40, "0" * 40


def test_each_line_is_a_ref_that_moved_sb_73() -> None:
    text = f"{OLD} {NEW} refs/heads/main\n{NONE} {OLD} refs/tags/v 1\n"

    assert parse(text) == (
        Moved(ref="refs/heads/main", commit=NEW),
        Moved(ref="refs/tags/v 1", commit=OLD),
    )


@pytest.mark.parametrize(
    "line",
    ["", "  ", f"{OLD} {OLD} refs/heads/x", f"{OLD} {NONE} refs/heads/x", f"{OLD}  refs/heads/x"],
    ids=["empty", "blank", "unchanged", "deleted", "nothing new"],
)
def test_what_did_not_move_is_left_out_sb_73(line: str) -> None:
    assert parse(f"{line}\n") == ()


@pytest.mark.parametrize(
    "line", ["x", f"{OLD} {NEW}", f"{OLD} {NEW} ", f"{OLD} -p refs/heads/x", f"{OLD} B{NEW[1:]} x"]
)
def test_what_git_never_says_is_refused(line: str) -> None:
    with pytest.raises(InvalidFault, match="line 2: is not of the form"):
        parse(f"{OLD} {NEW} refs/heads/main\n{line}")


def test_what_is_known_of_a_commit_goes_with_it_sb_73() -> None:
    known = SourceRevision(
        location="https://example.com/app.git",
        author_name="Ada",
        author_email="ada@example.com",
        committer_name="Carl",
        message="Why",
    )

    told = payload((Moved(ref="refs/heads/main", commit=NEW),), lambda _: known)

    ref = {
        "uri": "https://example.com/app.git",
        "ref": "refs/heads/main",
        "commit": NEW,
        "author": {"name": "Ada", "email": "ada@example.com"},
        "committer": {"name": "Carl"},
        "message": "Why",
    }
    assert told == {"git": {"refs": [ref]}}


def test_of_a_commit_that_is_not_known_only_its_id_is_told() -> None:
    told = payload((Moved(ref="r", commit=NEW),), lambda _: SourceRevision())

    assert told == {"git": {"refs": [{"ref": "r", "commit": NEW}]}}


def test_nothing_is_told_when_nothing_moved_sb_73() -> None:
    assert payload((), lambda _: SourceRevision()) is None


def test_a_hook_of_ours_is_known_by_its_second_line() -> None:
    assert is_ours(hook("/srv/app.git"))
    assert not is_ours(f"#!/bin/sh\necho\n{MARK}\n")
    assert not is_ours("")


def test_names_of_directories_are_no_words_of_the_shell() -> None:
    said = program(("python", "-m", "x"), "/srv/a $(b).git", "/srv/a $(b).git/u", ("--flag=c d",))

    words = shlex.split(said.splitlines()[1])
    assert words[:4] == ["exec", "python", "-m", "x"]
    assert words[-2:] == ["--git-repository=/srv/a $(b).git", "--flag=c d"]
    assert "'/srv/a $(b).git/slipcast'/*.sh" in hook("/srv/a $(b).git")
