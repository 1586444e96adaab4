"""What GitHub, Gitea and Gogs send: triggers.md section 3."""

from __future__ import annotations

import pytest

from slipcast.api.build import SourceControlUser
from slipcast.builds.delivery import Wanted
from slipcast.builds.webhooks.github import FORGE, read
from unit.builds.webhooks.conftest import (
    COMMIT,
    MAIN,
    a_post,
    accepted,
    posted,
    why_ignored,
    why_rejected,
)

PUSH = {"x_github_event": "push"}
ADA = SourceControlUser(name="Ada Author", email="ada@example.com")


def test_a_push_is_built_at_its_commit_tr_44() -> None:
    found = accepted(read(posted("github-push", **PUSH), MAIN))

    assert found.revision is not None
    git = found.revision.git
    assert git is not None
    assert (git.commit, git.author) == (COMMIT, ADA)
    assert git.committer == SourceControlUser(name="Carl Committer", email="carl@example.com")
    assert git.message == "Say what is in the basket\n\nIt was empty before."
    assert (found.ref, found.commit, found.is_elsewhere) == ("refs/heads/main", COMMIT, False)
    assert not found.warnings


@pytest.mark.parametrize(
    ("payload", "header"),
    [
        ("gitea-push", "x_gogs_event"),
        ("gogs-push", "x_gogs_event"),
        ("github-push", "x_gitlab_event"),
    ],
)
def test_those_who_send_the_like_of_it_are_understood_tr_41(payload: str, header: str) -> None:
    found = accepted(read(posted(payload, **{header: "push"}), MAIN))

    assert found.revision is not None
    assert found.revision.git is not None
    assert (found.commit, found.revision.git.author) == (COMMIT, ADA)


def test_the_event_of_gitlab_is_taken_by_the_older_address_tr_42() -> None:
    assert accepted(read(posted("github-push", x_gitlab_event="Push Hook"), MAIN)).commit


def test_a_ping_says_that_the_webhook_works_tr_42() -> None:
    outcome = read(posted("github-ping", x_github_event="ping"), MAIN)

    assert why_ignored(outcome) == "pong: this webhook works"


def test_the_body_of_a_ping_is_not_read_tr_42() -> None:
    assert why_ignored(read(a_post(b"{oops", x_github_event="ping"), MAIN))


def test_another_branch_is_told_with_the_one_that_is_built_up_15() -> None:
    outcome = read(posted("github-push", **PUSH), Wanted(ref="devel"))

    assert why_ignored(outcome) == 'ignored: branch "main" is not "devel"'


def test_a_branch_is_meant_where_none_is_said_tr_35() -> None:
    outcome = read(posted("github-push", **PUSH), Wanted())

    assert why_ignored(outcome) == 'ignored: branch "main" is not "master"'


def test_a_tag_matches_the_ref_that_is_spelled_so_tr_36() -> None:
    tag = posted("github-push-tag", **PUSH)

    assert (
        why_ignored(read(tag, Wanted(ref="v1.0"))) == 'ignored: ref "refs/tags/v1.0" is not "v1.0"'
    )
    assert accepted(read(tag, Wanted(ref="refs/tags/v1.0"))).commit == COMMIT


def test_a_deleted_branch_is_not_built_tr_45() -> None:
    outcome = read(posted("github-push-deleted", **PUSH), MAIN)

    assert "was deleted" in why_ignored(outcome)


@pytest.mark.parametrize("body", [b"null", b"{}"])
def test_what_says_nothing_is_of_no_branch(body: bytes) -> None:
    assert why_ignored(read(a_post(body, **PUSH), MAIN)) == 'ignored: branch "" is not "main"'


@pytest.mark.parametrize(
    "body",
    [
        b'{"ref":"refs/heads/main"}',
        b'{"ref":"refs/heads/main","after":"0000"}',
        b'{"ref":"refs/heads/main","head_commit":{}}',
    ],
)
def test_without_a_commit_nothing_is_built(body: bytes) -> None:
    assert "no commit" in why_ignored(read(a_post(body, **PUSH), MAIN))


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ("", "non-parseable Content-Type  (mime: no media type)"),
        ("a/b/c", "non-parseable Content-Type a/b/c (mime: unexpected content after media"),
        ("a b", "non-parseable Content-Type a b (mime: invalid media type)"),
        ("application/json; x", "non-parseable Content-Type application/json; x (mime: invalid"),
        ("application/json; x=y z", "invalid media parameter"),
        ("text/plain", "unsupported Content-Type text/plain"),
        ("application/x-www-form-urlencoded", "unsupported Content-Type application/x-www-form"),
        (f"application/json; x={'y' * 2000}", "non-parseable Content-Type application/json; x=y"),
    ],
)
def test_only_json_is_taken_tr_40(header: str, why: str) -> None:
    assert why in why_rejected(read(a_post(b"{}", content_type=header, **PUSH), MAIN))


@pytest.mark.parametrize(
    "header",
    ["application/json; charset=utf-8", "Application/JSON;", 'application/json; a="b\\"c;"; d=e'],
)
def test_parameters_of_the_type_do_not_matter_tr_40(header: str) -> None:
    assert accepted(read(posted("github-push", content_type=header, **PUSH), MAIN)).commit


def test_an_event_must_be_named_tr_41() -> None:
    outcome = read(posted("github-push"), MAIN)

    assert why_rejected(outcome) == "missing X-GitHub-Event, X-Gogs-Event or X-Gitlab-Event"


def test_other_events_are_refused_tr_42() -> None:
    outcome = read(posted("github-push", x_github_event="issues"), MAIN)

    wanted = "Unknown X-GitHub-Event, X-Gogs-Event or X-Gitlab-Event issues"
    assert why_rejected(outcome) == wanted


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b" ", b"{oops", b"[]", b'{"ref":1}', b'{"commits":{}}', b"\xff", b'{"ref":"\xff"}'),
        *(b'{"ref":"a\\u0000"}', b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    ],
    ids=range(10),
)
def test_what_cannot_be_read_is_refused_tr_43(body: bytes) -> None:
    assert why_rejected(read(a_post(body, **PUSH), MAIN))


def test_a_pattern_takes_other_branches_and_says_so() -> None:
    wanted = Wanted(ref="main", branches=("main", "release/*"))

    found = accepted(read(posted("github-push-new-branch", **PUSH), wanted))

    assert (found.ref, found.is_elsewhere) == ("refs/heads/release/2", True)


def test_a_push_elsewhere_in_the_repository_is_told_up_15() -> None:
    wanted = Wanted(ref="main", paths=("worker", "shared"))

    outcome = read(posted("github-push", **PUSH), wanted)

    assert why_ignored(outcome) == 'ignored: none of 3 changed files is in "worker", "shared"'


def test_a_push_that_touches_a_path_is_built() -> None:
    wanted = Wanted(ref="main", paths=("frontend",))

    assert accepted(read(posted("github-push", **PUSH), wanted)).commit == COMMIT


def test_where_not_all_changes_are_told_all_paths_count() -> None:
    wanted = Wanted(ref="release/2", paths=("worker",))

    found = accepted(read(posted("github-push-new-branch", **PUSH), wanted))

    assert found.warnings == (
        "the payload does not tell which files changed: all paths count as changed",
    )


def test_commits_that_name_no_files_tell_no_changes() -> None:
    body = b'{"ref":"main","head_commit":{"id":"a"},"commits":[{"id":"a"}]}'

    assert accepted(read(a_post(body, **PUSH), Wanted(ref="main", paths=("x",)))).warnings


def test_a_delivery_is_named_by_its_header() -> None:
    post = a_post(b"", x_github_delivery="72d3162e")

    assert post.first(FORGE.ids) == "72d3162e"
