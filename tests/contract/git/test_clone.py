"""Cloning: every form of address, every kind of ref, and what a failure is called."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

import gitserver
from slipcast.ports.git import CloneSpec, Git
from slipcast.values.faults import GitFault, InvalidFault
from slipcast.values.giturl import local_repository, parse_git_url

Clone = Callable[..., Path]

REFS = [
    ("", "Second"),
    ("main", "Second"),
    ("feature/x", "Feature"),
    ("v1", "First"),
    ("refs/pull/7/head", "Pull request"),
]


def _subject(tree: Path) -> str:
    return gitserver.git(tree, "log", "-1", "--format=%s")


@pytest.mark.parametrize(("ref", "subject"), REFS)
def test_a_ref_is_checked_out_over_smart_http(
    smart: gitserver.Served, clone: Clone, ref: str, subject: str
):
    tree = clone(f"{smart.url}/app.git", ref)

    assert _subject(tree) == subject


@pytest.mark.parametrize(("ref", "subject"), REFS[:4])
def test_a_server_that_refuses_shallow_clones_is_cloned_whole(
    dumb: gitserver.Served, clone: Clone, ref: str, subject: str
):
    tree = clone(f"{dumb.url}/app.git", ref)

    assert _subject(tree) == subject


@pytest.mark.parametrize(("ref", "subject"), REFS)
def test_a_ref_is_checked_out_from_a_local_repository(
    application: Path, clone: Clone, ref: str, subject: str
):
    tree = clone(application, ref)

    assert _subject(tree) == subject


@pytest.mark.parametrize("length", [7, 40])
def test_a_commit_id_is_checked_out_whole_or_short(
    smart: gitserver.Served, application: Path, clone: Clone, length: int
):
    commit = gitserver.git(application, "rev-parse", "v1")

    tree = clone(f"{smart.url}/app.git", commit[:length])

    assert gitserver.git(tree, "rev-parse", "HEAD") == commit


def test_a_local_ref_that_only_the_original_can_read_is_resolved_there(
    application: Path, clone: Clone
):
    tree = clone(application, "HEAD~1")

    assert _subject(tree) == "First"


@pytest.mark.parametrize("revision", ["v1^{}", "HEAD^", "main~1", "feature/x~1"])
def test_what_starts_from_a_name_is_followed_in_a_local_repository(
    application: Path, clone: Clone, revision: str
):
    tree = clone(application, revision)

    wanted = gitserver.git(application, "rev-parse", f"{revision}^{{commit}}")
    assert gitserver.git(tree, "rev-parse", "HEAD") == wanted


@pytest.mark.parametrize("history", [False, True])
def test_what_no_branch_leads_to_any_more_is_cloned_from_a_local_repository(
    root: Path, clone: Clone, *, history: bool
):
    there = root / "amended"
    gitserver.git(root, "clone", "--quiet", "app.git", str(there))
    before = gitserver.git(there, "rev-parse", "HEAD")
    gitserver.git(there, "commit", "--quiet", "--amend", "--allow-empty", "-m", "Again")
    gitserver.git(there, "commit", "--quiet", "--amend", "--allow-empty", "-m", "Once more")

    lost, first = clone(there, "HEAD@{1}", history=history), clone(there, before, history=history)

    assert _subject(lost) == "Again"
    assert gitserver.git(first, "rev-parse", "HEAD") == before


def test_a_remote_branch_is_cloned_shallow_and_stays_that_branch(
    smart: gitserver.Served, clone: Clone
):
    tree = clone(f"{smart.url}/app.git", "feature/x")

    assert gitserver.git(tree, "rev-list", "--count", "HEAD") == "1"
    assert gitserver.git(tree, "rev-parse", "--abbrev-ref", "HEAD") == "feature/x"


def test_history_is_there_when_asked_for(smart: gitserver.Served, clone: Clone):
    tree = clone(f"{smart.url}/app.git", history=True)

    assert gitserver.git(tree, "rev-list", "--count", "HEAD") == "2"


def test_a_local_clone_with_history_does_not_need_the_original(
    application: Path, clone: Clone, tmp_path: Path
):
    tree = clone(application, history=True)
    application.rename(tmp_path / "gone")

    assert gitserver.git(tree, "fsck", "--full", "--no-dangling") == ""


def test_a_file_url_is_a_local_repository(root: Path, clone: Clone):
    tree = clone(f"file://{root}/app.git")

    assert _subject(tree) == "Second"


def test_a_linked_work_tree_is_cloned_at_its_own_head(
    application: Path, clone: Clone, tmp_path: Path
):
    # S2I-108: `.git` is a file.
    gitserver.git(application, "worktree", "add", "--quiet", str(tmp_path / "linked"), "feature/x")

    tree = clone(tmp_path / "linked")

    assert _subject(tree) == "Feature"


def test_ssh_and_its_short_form_are_cloned(
    shell: gitserver.Shell, application: Path, clone: Clone, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("GIT_SSH_COMMAND", shell.command)

    tree = clone(f"{shell.url}{application}", "v1")

    assert _subject(tree) == "First"


def test_an_ssh_key_that_is_not_known_is_an_authentication_fault(
    shell: gitserver.Shell, application: Path, clone: Clone, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("GIT_SSH_COMMAND", shell.stranger)

    with pytest.raises(GitFault, match=r"127\.0\.0\.1") as caught:
        clone(f"{shell.url}{application}")

    assert caught.value.reason == "Authentication"


def test_an_ssh_repository_that_is_not_there_is_unknown(
    shell: gitserver.Shell, clone: Clone, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("GIT_SSH_COMMAND", shell.command)

    with pytest.raises(GitFault) as caught:
        clone(f"{shell.url}/nowhere/app.git")

    assert caught.value.reason == "RepositoryUnknown"


def test_a_password_in_the_url_opens_a_private_repository(private: gitserver.Served, clone: Clone):
    url = private.with_user("ada", "s3cr%2Fet%40%3A")

    tree = clone(f"{url}/app.git")

    assert _subject(tree) == "Second"
    assert "s3cr" not in (tree / ".git/config").read_text()


def test_no_password_file_is_left_behind(private: gitserver.Served, clone: Clone):
    url = private.with_user("ada", "s3cr%2Fet%40%3A")

    tree = clone(f"{url}/app.git")

    assert [path.name for path in tree.parent.iterdir()] == [tree.name]


@pytest.mark.parametrize("user", ["", "ada", "ada:wrong"])
def test_a_private_repository_is_refused_without_asking_anyone(
    private: gitserver.Served, clone: Clone, user: str
):
    url = private.url.replace("://", f"://{user}@") if user else private.url

    with pytest.raises(GitFault, match=r"127\.0\.0\.1 asks who we are") as caught:
        clone(f"{url}/app.git")

    assert caught.value.reason == "Authentication"
    assert "wrong" not in str(vars(caught.value))


def test_a_repository_that_is_not_there_is_unknown(smart: gitserver.Served, clone: Clone):
    with pytest.raises(GitFault, match=r"there is no repository http://127\.0\.0\.1") as caught:
        clone(f"{smart.url}/other.git")

    assert caught.value.reason == "RepositoryUnknown"
    assert caught.value.tail


@pytest.mark.parametrize("ref", ["nowhere", "deadbeef", "0" * 40, "refs/heads/nowhere"])
def test_a_remote_ref_that_is_not_there_is_named(smart: gitserver.Served, clone: Clone, ref: str):
    # S2I-115
    with pytest.raises(GitFault, match=f"no branch, tag or commit {ref}") as caught:
        clone(f"{smart.url}/app.git", ref)

    assert caught.value.reason == "RefUnknown"


def test_a_local_ref_that_is_not_there_is_named(application: Path, clone: Clone):
    with pytest.raises(GitFault, match="no branch, tag or commit nowhere") as caught:
        clone(application, "nowhere")

    assert caught.value.reason == "RefUnknown"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/app.git", "http://name.invalid/app.git"])
def test_a_host_that_does_not_answer_is_named(clone: Clone, url: str):
    with pytest.raises(GitFault, match=r"127\.0\.0\.1|name\.invalid") as caught:
        clone(url)

    assert caught.value.reason == "Unreachable"
    assert caught.value.retryable


def test_a_remote_repository_without_commits_is_told(smart: gitserver.Served, root: Path,
                                                     clone: Clone):  # fmt: skip
    gitserver.git(root, "init", "--quiet", "--bare", "empty.git")

    with pytest.raises(GitFault, match="has no commits") as caught:
        clone(f"{smart.url}/empty.git")

    assert caught.value.reason == "RepositoryEmpty"


@pytest.mark.parametrize("ref", ["--upload-pack=touch /tmp/x", "-x"])
def test_a_ref_that_looks_like_an_option_is_refused(git: Git, application: Path, ref: str,
                                                    tmp_path: Path):  # fmt: skip
    with pytest.raises(InvalidFault):
        git.clone(
            CloneSpec(url=local_repository(PurePosixPath(application)), ref=ref), tmp_path / "into"
        )


def test_no_hook_of_a_template_runs(
    application: Path, clone: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    hook = tmp_path / "template/hooks/post-checkout"
    hook.parent.mkdir(parents=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    monkeypatch.setenv("GIT_TEMPLATE_DIR", str(tmp_path / "template"))

    clone(application)

    assert not (tmp_path / "ran").exists()


def test_variables_of_a_git_hook_do_not_lead_git_astray(
    application: Path, clone: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    other = gitserver.repository(tmp_path / "other", {"other": "x"})
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git/index"))

    tree = clone(application)

    assert (tree / "app.py").exists()


def test_the_proxy_that_was_given_is_used(git: Git, smart: gitserver.Served, tmp_path: Path):
    url = parse_git_url("http://name.invalid/app.git")
    assert url is not None

    with pytest.raises(GitFault):
        git.clone(CloneSpec(url=url, http_proxy=smart.url), tmp_path / "into")

    assert any("name.invalid" in request for request in smart.requests)


def test_a_host_whose_certificate_is_unknown_is_not_trusted(
    root: Path, clone: Clone, tmp_path: Path
):
    certificate = gitserver.certificate(tmp_path / "server.pem")

    with (
        gitserver.http(root, certificate=certificate) as server,
        pytest.raises(GitFault, match="is not trusted") as caught,
    ):
        clone(f"{server.url}/app.git")

    assert caught.value.reason == "Unreachable"
    assert "CA bundle" in caught.value.hint


def test_a_ca_bundle_makes_the_host_trusted(git: Git, root: Path, tmp_path: Path):
    certificate = gitserver.certificate(tmp_path / "server.pem")

    with gitserver.http(root, certificate=certificate) as server:
        url = parse_git_url(f"{server.url}/app.git")
        assert url is not None
        git.clone(CloneSpec(url=url, ca_file=certificate.with_suffix(".crt")), tmp_path / "into")

    assert _subject(tmp_path / "into") == "Second"


def test_a_repository_in_a_directory_of_any_name_is_cloned(clone: Clone, tmp_path: Path):
    odd = gitserver.repository(tmp_path / 'it\'s "odd"\n$(x) ü:y', {"a": "1"})

    tree = clone(odd, "main")

    assert (tree / "a").read_text() == "1"
