"""Describing a checkout, and telling how a work tree differs from what is committed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import gitserver
from slipcast.ports.git import Committed, Git, WorkingState
from slipcast.values.faults import GitFault
from slipcast.values.revision import SourceRevision


def test_every_field_of_a_commit_is_told(git: Git, tmp_path: Path):
    # S2I-117
    tree = gitserver.repository(tmp_path / "app", {"a": "1"})
    gitserver.git(tree, "remote", "add", "origin", "https://ada:secret@example.com/app.git")

    revision = git.describe(tree)

    assert revision == SourceRevision(
        location="https://example.com/app.git",
        ref="main",
        commit=gitserver.git(tree, "rev-parse", "HEAD"),
        author_name="Ada Author",
        author_email="ada@example.com",
        committer_name="Carl Committer",
        committer_email="carl@example.com",
        date="Thu Jan 2 03:04:05 2020 +0000",
        message="First",
        timestamp=gitserver.COMMITTED,
    )


def test_another_commit_is_told_when_it_is_asked_for(git: Git, application: Path):
    first = gitserver.git(application, "rev-parse", "HEAD~1")

    assert (git.describe(application).message, git.describe(application, first).message) == (
        "Second",
        "First",
    )


def test_a_commit_of_a_bare_repository_is_told(git: Git, root: Path):
    bare = root / "app.git"
    commit = gitserver.git(bare, "rev-parse", "v1")

    assert git.describe(bare, commit).author_email == "ada@example.com"


@pytest.mark.parametrize("commit", ["0" * 40, "--output=x", "no such"])
def test_of_a_commit_that_is_not_there_nothing_is_told(git: Git, application: Path, commit: str):
    assert git.describe(application, commit).commit == ""
    assert not (application / "x").exists()


def test_a_detached_head_is_called_head(git: Git, application: Path):
    gitserver.git(application, "checkout", "--quiet", "v1")

    assert git.describe(application).ref == "HEAD"


def test_a_long_subject_is_cut_to_80_columns(git: Git, tmp_path: Path):
    tree = gitserver.repository(tmp_path / "app")
    gitserver.commit(tree, {"a": "1"}, "x" * 100 + "\n\nThe body.")

    assert git.describe(tree).message == "x" * 78 + ".."


def test_a_subject_with_quotes_and_other_alphabets_is_kept(git: Git, tmp_path: Path):
    tree = gitserver.repository(tmp_path / "app")
    gitserver.commit(tree, {"a": "1"}, 'Say "größer" - $(x) 漢')

    assert git.describe(tree).message == 'Say "größer" - $(x) 漢'


def test_what_is_no_repository_is_described_by_nothing(git: Git, tmp_path: Path):
    assert git.describe(tmp_path) == SourceRevision()
    assert git.describe(tmp_path / "missing") == SourceRevision()


def test_a_clean_repository_has_nothing_to_miss(git: Git, application: Path):
    commit = gitserver.git(application, "rev-parse", "HEAD")

    assert git.state(application) == WorkingState(
        is_repository=True, has_commits=True, commit=commit
    )


def test_changed_added_removed_and_untracked_files_are_counted(git: Git, application: Path):
    (application / "app.py").write_text("changed")
    (application / "second.txt").unlink()
    (application / "new.txt").write_text("staged")
    gitserver.git(application, "add", "new.txt")
    (application / "untracked.txt").write_text("x")

    assert git.state(application).changed_files == 4


def test_ignored_files_are_not_counted(git: Git, application: Path):
    gitserver.commit(application, {".gitignore": "*.log\n"})
    (application / "debug.log").write_text("x")

    assert git.state(application).changed_files == 0


def test_commits_that_the_remote_lacks_are_counted(
    git: Git, application: Path, clone: Callable[..., Path]
):
    tree = clone(application, history=True)
    gitserver.commit(tree, {"more.txt": "1"})
    gitserver.commit(tree, {"more.txt": "2"})

    assert git.state(tree).unpushed_commits == 2


def test_commits_that_the_remote_lacks_are_counted_when_its_branches_are_packed(
    git: Git, application: Path, clone: Callable[..., Path]
):
    tree = clone(application, history=True)
    gitserver.git(tree, "branch", "--unset-upstream")
    gitserver.git(tree, "symbolic-ref", "--delete", "refs/remotes/origin/HEAD")
    gitserver.git(tree, "pack-refs", "--all")
    shutil.rmtree(tree / ".git/refs/remotes", ignore_errors=True)

    gitserver.commit(tree, {"more.txt": "1"})

    assert git.state(tree).unpushed_commits == 1


def test_a_work_tree_beside_its_repository_counts_them_likewise(
    git: Git, application: Path, clone: Callable[..., Path], tmp_path: Path
):
    tree = clone(application, history=True)
    gitserver.git(tree, "worktree", "add", "-q", "-b", "other", str(tmp_path / "beside"))

    gitserver.commit(tmp_path / "beside", {"more.txt": "1"})

    assert git.state(tmp_path / "beside").unpushed_commits == 1


def test_a_repository_without_commits_is_told(git: Git, tmp_path: Path):
    # S2I-107
    tree = gitserver.repository(tmp_path / "app")

    assert git.state(tree) == WorkingState(is_repository=True)


def test_a_directory_inside_a_repository_is_no_repository(git: Git, application: Path):
    assert git.state(application / "sub") == WorkingState()


def test_a_broken_git_directory_is_no_repository(git: Git, tmp_path: Path):
    (tmp_path / ".git").mkdir()

    assert git.state(tmp_path) == WorkingState()


def test_a_bare_repository_is_a_repository_with_nothing_changed(git: Git, root: Path):
    state = git.state(root / "app.git")

    assert state.is_repository
    assert state.has_commits
    assert state.changed_files == 0


def test_asking_leaves_the_repository_as_it_was(git: Git, application: Path):
    index = application / ".git/index"
    os.utime(application / "app.py")
    before = index.read_bytes()

    git.state(application)

    assert index.read_bytes() == before


def test_a_monitor_configured_in_the_repository_does_not_run(
    git: Git, application: Path, tmp_path: Path
):
    monitor = tmp_path / "monitor"
    monitor.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    monitor.chmod(0o755)
    gitserver.git(application, "config", "core.fsmonitor", str(monitor))

    git.state(application)

    assert not (tmp_path / "ran").exists()


def test_committed_paths_come_with_their_modes(git: Git, tmp_path: Path):
    tree = gitserver.repository(tmp_path / "app", {"b/run*": "x", "a\nb": "1", "é": "2"})
    (tree / "link").symlink_to("é")
    gitserver.commit(tree, {})

    assert git.committed(tree) == (
        Committed("a\nb", 0o100644),
        Committed("b/run", 0o100755),
        Committed("link", 0o120000),
        Committed("é", 0o100644),
    )


def test_a_name_that_is_not_utf8_survives(git: Git, tmp_path: Path):
    tree = gitserver.repository(tmp_path / "app", {os.fsdecode(b"caf\xe9"): "1"})

    assert git.committed(tree) == (Committed("caf\udce9", 0o100644),)


@pytest.mark.parametrize(
    "attributes",
    ["* text=auto\n", "*.py eol=crlf\n", "app.py ident\n", "*.bin filter=lfs\napp.py filter=x\n"],
)
def test_attributes_that_convert_files_rule_out_reading_in_place(
    git: Git, application: Path, attributes: str
):
    gitserver.commit(application, {".gitattributes": attributes})

    assert git.committed(application) is None


def test_attributes_that_convert_nothing_do_not(git: Git, application: Path):
    gitserver.commit(application, {".gitattributes": "*.py linguist-generated diff=python\n"})

    assert git.committed(application) is not None


@pytest.mark.parametrize(
    "setting",
    [
        "core.autocrlf=true",
        "core.fileMode=false",
        "core.checkStat=minimal",
        "core.trustctime=false",
        "core.symlinks=false",
    ],
)
def test_settings_that_make_git_look_away_rule_it_out(git: Git, application: Path, setting: str):
    gitserver.git(application, "config", *setting.split("="))

    assert git.committed(application) is None


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_files_hidden_from_status_rule_it_out(git: Git, application: Path, flag: str):
    gitserver.git(application, "update-index", flag, "app.py")

    assert git.committed(application) is None


def test_submodules_rule_it_out(git: Git, application: Path, tmp_path: Path):
    library = gitserver.repository(tmp_path / "library", {"lib.py": "x"})
    gitserver.git(application, "submodule", "--quiet", "add", str(library), "lib")
    gitserver.commit(application, {})

    assert git.committed(application) is None


@pytest.fixture
def strangers(application: Path) -> Path:
    """The application, owned by somebody else."""
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    for path in (application, *application.rglob("*")):
        os.lchown(path, 4711, 4711)
    return application


def test_a_repository_of_another_user_is_read_and_cloned(
    git: Git, strangers: Path, clone: Callable[..., Path]
):
    (strangers / "app.py").write_text("changed")

    assert git.state(strangers).changed_files == 1
    assert (clone(strangers) / "second.txt").exists()


def test_a_repository_of_another_user_must_not_make_us_run_programs(git: Git, strangers: Path):
    with (strangers / ".git/config").open("a") as config:
        config.write('[filter "x"]\n\tclean = touch /tmp/never\n')

    with pytest.raises(GitFault, match=r"filter\.x\.clean") as caught:
        git.state(strangers)

    assert "safe.directory" in caught.value.hint
