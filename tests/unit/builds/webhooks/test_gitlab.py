"""What GitLab sends: triggers.md section 4."""

from __future__ import annotations

import pytest

from slipcast.api.build import SourceControlUser
from slipcast.builds.delivery import Wanted
from slipcast.builds.webhooks.gitlab import read
from unit.builds.webhooks.conftest import (
    COMMIT,
    MAIN,
    a_post,
    accepted,
    posted,
    why_ignored,
    why_rejected,
)

PUSH = {"x_gitlab_event": "Push Hook"}


def test_the_last_commit_is_built_and_its_author_committed_it_tr_51() -> None:
    found = accepted(read(posted("gitlab-push", **PUSH), MAIN))

    assert found.revision is not None
    git = found.revision.git
    assert git is not None
    ada = SourceControlUser(name="Ada Author", email="ada@example.com")
    assert (git.commit, git.author, git.committer) == (COMMIT, ada, ada)
    assert git.message.startswith("Say what is in the basket")


def test_without_commits_what_the_branch_points_at_is_built_tr_52() -> None:
    found = accepted(read(posted("gitlab-push-no-commits", **PUSH), MAIN))

    assert found.commit == COMMIT


def test_a_deleted_branch_is_not_built_tr_52() -> None:
    outcome = read(posted("gitlab-push-deleted", **PUSH), MAIN)

    assert why_ignored(outcome).endswith("refs/heads/main was deleted, or the push has no commit")


def test_another_branch_is_told_up_15() -> None:
    outcome = read(posted("gitlab-push", **PUSH), Wanted(ref="devel"))

    assert why_ignored(outcome) == 'ignored: branch "main" is not "devel"'


@pytest.mark.parametrize("event", ["Tag Push Hook", "System Hook", "push"])
def test_other_events_are_refused_tr_50(event: str) -> None:
    outcome = read(posted("gitlab-tag", x_gitlab_event=event), MAIN)

    assert why_rejected(outcome) == f"Unknown X-Gitlab-Event {event}"


def test_an_event_must_be_named_tr_50() -> None:
    assert why_rejected(read(posted("gitlab-push"), MAIN)) == "missing X-Gitlab-Event"


def test_only_json_is_taken_tr_50() -> None:
    outcome = read(posted("gitlab-push", content_type="text/plain", **PUSH), MAIN)

    assert why_rejected(outcome) == "unsupported Content-Type text/plain"


@pytest.mark.parametrize("body", [b"{oops", b"[]", b'{"commits":[5]}', b'{"commits":[null]}'])
def test_what_cannot_be_read_is_refused(body: bytes) -> None:
    assert why_rejected(read(a_post(body, **PUSH), MAIN))


def test_a_push_elsewhere_in_the_repository_is_not_built() -> None:
    outcome = read(posted("gitlab-push", **PUSH), Wanted(ref="main", paths=("docs/**",)))

    assert why_ignored(outcome) == 'ignored: none of 3 changed files is in "docs/**"'


@pytest.mark.parametrize(
    "body",
    [
        b'{"ref":"main","after":"b","before":"a","commits":[]}',
        b'{"ref":"main","after":"b","before":"0","commits":[{"id":"b","added":["x"]}]}',
        b'{"ref":"main","after":"b","before":"a","commits":[{"id":"b"}]}',
        b'{"ref":"main","after":"b","before":"a","total_commits_count":9,"commits":[{"id":"b"}]}',
    ],
    ids=["none", "created", "no files", "too many"],
)
def test_where_not_all_changes_are_told_all_paths_count(body: bytes) -> None:
    found = accepted(read(a_post(body, **PUSH), Wanted(ref="main", paths=("docs",))))

    assert (found.commit, len(found.warnings)) == ("b", 1)
