"""Fetching a source: the same entries however it comes, and nothing that was not meant."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

import gitserver
from slipcast.builder.inputs.source import Fetched
from slipcast.builder.workspace import Workspace
from slipcast.builds.s2i.request import Platform, PreparedSource
from slipcast.testing.progress import RecordingProgress
from slipcast.values.entries import Entry, Kind
from slipcast.values.faults import BuildFault, InvalidFault
from slipcast.values.revision import SourceRevision
from slipcast.values.sensitive import Sensitive

Fetch = Callable[..., Fetched]


def _sent(fetched: Fetched) -> dict[str, Entry]:
    return {entry.path: entry for entry in fetched.entries()}


def _told(entry: Entry) -> tuple[object, ...]:
    content = entry.source.read_bytes() if entry.source else b""
    return (entry.path, entry.kind, entry.mode, entry.mtime, entry.size, entry.target, content)


def _commits_everything(application: Path) -> None:
    (application / "link").symlink_to("sub/one")
    (application / "out").symlink_to("/etc/passwd")
    (application / "a.b").write_text("sorts beside a")
    gitserver.commit(
        application,
        {"a/file": "x", "a b": "x", ".s2iignore": "*.log\nbuild\n", "x.log": "", "build/o": ""},
    )
    (application / "app.py").chmod(0o600)


def test_a_clean_work_tree_is_read_where_it_lies(application: Path, fetched: Fetch):
    source = fetched(application)

    assert source.root == application
    assert _sent(source)["app.py"].source == application / "app.py"


def test_reading_in_place_cloning_and_fetching_give_the_same_entries(
    application: Path, fetched: Fetch, tmp_path: Path
):
    _commits_everything(application)
    gitserver.bare(application, tmp_path / "served/app.git")

    in_place = fetched(application)
    here = [_told(entry) for entry in in_place.entries()]
    with gitserver.http(tmp_path / "served") as server:
        there = [_told(entry) for entry in fetched(f"{server.url}/app.git").entries()]

    assert in_place.in_place is not None
    assert here == there
    assert "out" in {path for path, *_ in here}
    assert not {"x.log", "build", "build/o", ".git"} & {path for path, *_ in here}


def test_every_entry_of_a_commit_has_its_time_and_plain_modes(application: Path, fetched: Fetch):
    sent = _sent(fetched(application))

    assert {entry.mtime for entry in sent.values()} == {gitserver.COMMITTED}
    assert [sent[name].mode for name in ("bin/start", "app.py", "sub")] == [0o755, 0o644, 0o755]


def test_files_that_git_ignores_are_not_built(application: Path, fetched: Fetch):
    gitserver.commit(application, {".gitignore": ".env\n"})
    (application / ".env").write_text("SECRET=1")

    source = fetched(application)

    assert source.in_place is not None
    assert ".env" not in _sent(source)
    assert ".env" not in source.tree.names()
    assert source.tree.read(".env") is None


def test_an_ignored_environment_file_is_not_read(application: Path, fetched: Fetch):
    gitserver.commit(application, {".gitignore": ".s2i\n"})
    (application / ".s2i").mkdir()
    (application / ".s2i/environment").write_text("A=1")

    assert fetched(application).environment_text == ""


def test_only_what_is_committed_is_built_and_the_rest_is_told(
    application: Path, fetched: Fetch, progress: RecordingProgress
):
    # S2I-105, UP-5
    (application / "app.py").write_text("changed")
    (application / "new.py").write_text("new")

    source = fetched(application)

    assert "new.py" not in _sent(source)
    assert _told(_sent(source)["app.py"])[-1] == b"print()\n"
    assert source.revision.dirty
    assert "2 uncommitted changes" in progress.warnings[0]
    assert "--copy" in progress.warnings[0]


def test_uncommitted_work_is_built_by_copy(application: Path, fetched: Fetch):
    # S2I-106
    (application / "new.py").write_text("new")

    assert "new.py" in _sent(fetched(application, copy=True))


def test_a_work_tree_that_changes_while_it_is_read_is_an_error(application: Path, fetched: Fetch):
    source = fetched(application)
    entries = source.entries()
    next(entries)
    (application / "app.py").write_text("changed")

    with pytest.raises(BuildFault, match="changed while it was read"):
        list(entries)


def test_a_commit_while_it_is_read_is_an_error_too(application: Path, fetched: Fetch):
    source = fetched(application)
    gitserver.commit(application, {"app.py": "next"})

    with pytest.raises(BuildFault, match="changed while it was read"):
        list(source.entries())


def test_a_ref_is_cloned_beside_the_work_tree(application: Path, fetched: Fetch):
    gitserver.git(application, "tag", "v1")
    gitserver.commit(application, {"later": "x"})

    source = fetched(f"{application}#v1")

    assert "later" not in _sent(source)
    assert source.revision.ref == "HEAD"


def test_the_revision_names_the_commit_and_the_path(application: Path, fetched: Fetch):
    # S2I-117
    gitserver.git(application, "remote", "add", "origin", "https://example.com/app.git")

    revision = fetched(application).revision

    assert revision.location == str(application)
    assert revision.commit == gitserver.git(application, "rev-parse", "HEAD")
    assert revision.ref == "main"


def test_the_location_of_a_remote_repository_shows_no_password(
    application: Path, fetched: Fetch, tmp_path: Path, progress: RecordingProgress
):
    # S2I-118
    gitserver.bare(application, tmp_path / "served/app.git")
    with gitserver.http(tmp_path / "served", user="ada", password="hunter2") as server:
        source = fetched(f"{server.with_user('ada', 'hunter2')}/app.git")

    assert source.revision.location == f"{server.url}/app.git"
    assert "hunter2" not in str(progress.notes)


def test_a_copy_has_a_location_and_nothing_else(application: Path, fetched: Fetch):
    # S2I-123
    source = fetched(application, copy=True, context_dir="sub")

    assert source.revision == SourceRevision(location=str(application), context_dir="sub")
    assert source.timestamp is None


@pytest.mark.parametrize("context", ["sub", "./sub/", "/sub", "bin/../sub"])
@pytest.mark.parametrize("copy", [True, False])
def test_a_context_directory_becomes_the_source(
    application: Path,
    fetched: Fetch,
    context: str,
    copy: bool,  # noqa: FBT001
):
    # S2I-116, S2I-119
    source = fetched(application, context_dir=context, copy=copy)

    assert list(_sent(source)) == ["one"]
    assert source.revision.context_dir == "sub"


def test_the_context_directory_of_a_clone_becomes_the_source(application: Path, fetched: Fetch):
    # S2I-116
    source = fetched(f"{application}#main", context_dir="sub")

    assert list(_sent(source)) == ["one"]


@pytest.mark.parametrize("context", ["missing", "../app", "sub/../..", "app.py", ".git", "out"])
@pytest.mark.parametrize("copy", [True, False])
def test_a_context_directory_that_is_missing_or_elsewhere_is_refused(
    application: Path,
    fetched: Fetch,
    context: str,
    copy: bool,  # noqa: FBT001
):
    # S2I-116
    (application / "out").symlink_to("/etc")
    gitserver.commit(application, {})

    with pytest.raises(BuildFault) as caught:
        fetched(application, context_dir=context, copy=copy)

    assert (caught.value.reason, caught.value.exit_code) == ("FetchSourceFailed", 1)


def test_scripts_are_handed_out_and_leave_the_source(application: Path, fetched: Fetch):
    # S2I-150
    gitserver.commit(application, {".s2i/bin/assemble*": "a", ".s2i/bin/other": "o"})
    source = fetched(application)

    assert source.script("assemble") == b"a"
    assert source.script("run") is None
    assert [path for path in _sent(source) if "s2i" in path] == [
        ".s2i",
        ".s2i/bin",
        ".s2i/bin/other",
    ]


def test_a_script_that_nobody_took_stays_in_the_source(application: Path, fetched: Fetch):
    gitserver.commit(application, {".s2i/bin/assemble*": "a"})

    assert ".s2i/bin/assemble" in _sent(fetched(application))


def test_scripts_in_the_old_place_are_found_with_a_warning(
    application: Path, fetched: Fetch, progress: RecordingProgress
):
    # S2I-151
    gitserver.commit(application, {".sti/bin/run*": "old"})

    assert fetched(application).script("run") == b"old"
    assert ".sti/bin/run is deprecated" in progress.warnings[0]


@pytest.mark.parametrize("copy", [True, False])
def test_ignoring_the_directory_of_scripts_does_not_disable_them(
    application: Path,
    fetched: Fetch,
    copy: bool,  # noqa: FBT001
):
    # S2I-171
    gitserver.commit(
        application, {".s2iignore": ".s2i\n", ".s2i/bin/run*": "r", ".s2i/environment": "A=1\n"}
    )
    source = fetched(application, copy=copy)

    assert source.script("run") == b"r"
    assert source.environment_text == "A=1\n"
    assert ".s2i" not in _sent(source)


@pytest.mark.parametrize("name", [".s2i/bin/run", ".s2i/environment"])
def test_a_clone_cannot_have_files_of_this_machine_read(
    application: Path, fetched: Fetch, tmp_path: Path, name: str
):
    secret = tmp_path / "secret"
    secret.write_text("SECRET=1")
    (application / ".s2i/bin").mkdir(parents=True)
    (application / name).symlink_to(secret)
    gitserver.commit(application, {})
    source = fetched(f"{application}#main")

    with pytest.raises(BuildFault, match="leads out of the source"):
        assert (source.script("run"), source.environment_text) is None


def test_a_script_may_be_a_link_inside_the_source(application: Path, fetched: Fetch):
    (application / ".s2i/bin").mkdir(parents=True)
    (application / ".s2i/bin/run").symlink_to("../../bin/start")
    gitserver.commit(application, {})

    assert fetched(application).script("run") == b"#!/bin/sh\n"


def test_the_ignore_file_itself_is_sent_unless_it_names_itself(application: Path, fetched: Fetch):
    # S2I-172
    gitserver.commit(application, {".s2iignore": "sub\n"})
    first = _sent(fetched(application))
    gitserver.commit(application, {".s2iignore": "sub\n.s2iignore\n"})

    assert ".s2iignore" in first
    assert ".s2iignore" not in _sent(fetched(application))


def test_an_empty_exclude_sends_git_with_its_whole_history(application: Path, fetched: Fetch):
    # S2I-33
    gitserver.commit(application, {"more": "x"})

    source = fetched(application, exclude="")

    assert ".git/HEAD" in _sent(source)
    assert gitserver.git(source.root, "rev-list", "--count", "HEAD") == "2"
    assert not (source.root / ".git/objects/info/alternates").exists()


def test_an_exclude_expression_is_applied(application: Path, fetched: Fetch):
    # S2I-33
    assert "app.py" not in _sent(fetched(application, exclude=r"\.py$"))


def test_a_bad_exclude_expression_is_refused_before_anything_is_sent(
    application: Path, fetched: Fetch
):
    # S2I-33
    with pytest.raises(InvalidFault, match="exclude"):
        fetched(application, exclude="(")


def test_a_working_directory_inside_a_copied_source_is_refused(tmp_path: Path, fetched: Fetch):
    # S2I-121
    with pytest.raises(BuildFault, match="lies inside the source"):
        fetched(tmp_path, copy=True)


def test_a_working_directory_whose_name_only_begins_like_the_source_is_fine(
    tmp_path: Path, fetched: Fetch
):
    # S2I-121
    (tmp_path / "stat").mkdir()

    assert _sent(fetched("stat", copy=True)) == {}


def test_a_link_out_of_a_copied_directory_is_refused_unless_links_are_kept(
    tmp_path: Path, fetched: Fetch
):
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain/link").symlink_to("/etc/passwd")

    with pytest.raises(BuildFault, match="leads out of the source"):
        _sent(fetched("plain"))
    assert _sent(fetched("plain", keep_symlinks=True))["link"].kind is Kind.LINK


def test_a_ref_for_a_plain_directory_is_told_to_mean_nothing(
    tmp_path: Path, fetched: Fetch, progress: RecordingProgress
):
    (tmp_path / "plain").mkdir()

    fetched("plain", ref="v1")

    assert "the ref v1 is ignored" in progress.warnings[0]


def test_submodules_come_along_and_a_tree_with_them_is_never_read_in_place(
    application: Path, fetched: Fetch, tmp_path: Path
):
    # S2I-114
    library = gitserver.repository(tmp_path / "library", {"lib.py": "x"})
    gitserver.git(application, "submodule", "--quiet", "add", str(library), "lib")
    gitserver.commit(application, {})

    source = fetched(application)

    assert source.in_place is None
    assert "lib/lib.py" in _sent(source)
    assert "lib/.git" not in _sent(source)


def test_submodules_are_left_out_when_asked(application: Path, fetched: Fetch, tmp_path: Path):
    library = gitserver.repository(tmp_path / "library", {"lib.py": "x"})
    gitserver.git(application, "submodule", "--quiet", "add", str(library), "lib")
    gitserver.commit(application, {})

    assert "lib/lib.py" not in _sent(fetched(application, ignore_submodules=True))


def test_a_failing_git_becomes_a_failed_fetch_with_gits_words(fetched: Fetch):
    with pytest.raises(BuildFault, match=r"127\.0\.0\.1 cannot be reached") as caught:
        fetched("http://127.0.0.1:1/app.git")

    assert (caught.value.reason, caught.value.exit_code) == ("FetchSourceFailed", 1)
    assert caught.value.tail


def test_a_private_repository_is_cloned_with_a_secret_and_nothing_of_it_stays_up_4(
    application: Path, fetched: Fetch, tmp_path: Path, space: Workspace
):
    gitserver.bare(application, tmp_path / "served/app.git")
    secret = (("username", Sensitive("me")), ("password", Sensitive("s3cret")))
    with gitserver.http(tmp_path / "served", user="me", password="s3cret") as server:
        source = fetched(f"{server.url}/app.git", source_secret=secret)

    assert "app.py" in _sent(source)
    assert [*space.root.glob(".scm-*")] == []
    assert "s3cret" not in (source.root / ".git/config").read_text()


def test_a_secret_that_a_repository_refuses_is_not_helped_out_by_others_up_4(
    application: Path, fetched: Fetch, tmp_path: Path
):
    gitserver.bare(application, tmp_path / "served/app.git")
    secret = (("password", Sensitive("wrong")),)
    with (
        gitserver.http(tmp_path / "served", user="me", password="s3cret") as server,
        pytest.raises(BuildFault, match="asks who we are and refuses"),
    ):
        fetched(f"{server.url}/app.git", source_secret=secret)


@pytest.mark.skipif(bool(gitserver.why_no_ssh()), reason="sshd cannot be run here")
def test_a_private_repository_is_cloned_over_ssh_with_a_secret_up_4(
    application: Path, fetched: Fetch, tmp_path: Path
):
    gitserver.bare(application, tmp_path / "served/app.git")
    with gitserver.ssh(tmp_path / "ssh") as server:
        key = Sensitive((tmp_path / "ssh/user").read_text())
        source = fetched(
            f"{server.url}{tmp_path}/served/app.git", source_secret=(("ssh-privatekey", key),)
        )

    assert "app.py" in _sent(source)


def test_a_surveyed_clone_is_not_cloned_again(
    application: Path, fetched: Fetch, tmp_path: Path, space: Workspace
):
    gitserver.bare(application, tmp_path / "served/app.git")
    with gitserver.http(tmp_path / "served") as server:
        first = fetched(f"{server.url}/app.git", context_dir="sub")
    prepared = PreparedSource(root=first.root, revision=first.revision)

    again = fetched(f"{server.url}/app.git", context_dir="sub", prepared=prepared)

    assert [_told(entry) for entry in again.entries()] == [_told(e) for e in first.entries()]
    assert again.root.is_relative_to(space.root)


def test_a_surveyed_work_tree_is_looked_at_again(application: Path, fetched: Fetch):
    first = fetched(application)
    (application / "untracked").touch()
    prepared = PreparedSource(root=first.root, revision=first.revision)

    assert "untracked" not in _sent(fetched(application, prepared=prepared))


def test_no_source_sends_nothing(fetched: Fetch):
    # S2I-110
    assert _sent(fetched("")) == {}


def test_what_was_sent_is_counted(application: Path, fetched: Fetch, progress: RecordingProgress):
    # UP-6
    list(fetched(application).entries())

    assert "Source: 3 files, 19 bytes" in progress.remarks()[-1]


def test_what_was_looked_at_for_the_newest_time_is_what_is_sent_once(
    application: Path, fetched: Fetch
):
    copied = fetched(application, copy=True)
    copied.newest()
    (application / "later").write_text("")

    first = {entry.path for entry in copied.entries()}
    second = {entry.path for entry in copied.entries()}

    assert second - first == {"later"}


def test_the_newest_time_is_that_of_any_entry(application: Path, fetched: Fetch):
    os.utime(application / "sub/one", (4_000_000_000, 4_000_000_000))

    assert fetched(application, copy=True).newest() == 4_000_000_000


def test_a_script_taken_after_the_look_leaves_the_source_all_the_same(
    application: Path, fetched: Fetch
):
    (application / ".s2i/bin").mkdir(parents=True)
    (application / ".s2i/bin/assemble").write_text("#!/bin/sh\n")
    copied = fetched(application, copy=True)
    copied.newest()

    copied.script("assemble")

    assert ".s2i/bin/assemble" not in {entry.path for entry in copied.entries()}


def test_the_platforms_proxy_is_used(application: Path, fetched: Fetch, tmp_path: Path):
    gitserver.bare(application, tmp_path / "served/app.git")
    with gitserver.http(tmp_path / "served") as server:
        platform = Platform(env=(("HTTP_PROXY", server.url),))
        with pytest.raises(BuildFault):
            fetched("http://name.invalid/app.git", platform=platform)

    assert any("name.invalid" in request for request in server.requests)
