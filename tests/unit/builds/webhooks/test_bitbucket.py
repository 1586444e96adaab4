"""What Bitbucket sends, cloud and server: triggers.md section 5."""

from __future__ import annotations

import pytest

from slipcast.api.build import SourceControlUser
from slipcast.builds.delivery import Wanted
from slipcast.builds.webhooks.bitbucket import Author, read
from unit.builds.webhooks.conftest import (
    COMMIT,
    MAIN,
    a_post,
    accepted,
    posted,
    why_ignored,
    why_rejected,
)

CLOUD = {"x_event_key": "repo:push"}
SERVER = {"x_event_key": "repo:refs_changed"}


def test_a_push_to_the_cloud_is_built_at_its_first_commit_tr_61() -> None:
    found = accepted(read(posted("bitbucket-cloud-push", **CLOUD), MAIN))

    assert found.revision is not None
    git = found.revision.git
    assert git is not None
    assert (git.commit, git.message) == (COMMIT, "Say what is in the basket\n")
    assert git.author == git.committer == SourceControlUser(name="ada")


def test_a_branch_that_is_new_is_known_by_its_new_name_tr_62() -> None:
    assert accepted(read(posted("bitbucket-cloud-new-branch", **CLOUD), MAIN)).commit == COMMIT


def test_a_deleted_branch_of_the_cloud_is_no_push_tr_62() -> None:
    outcome = read(posted("bitbucket-cloud-deleted", **CLOUD), MAIN)

    assert why_rejected(outcome).startswith("Unable to extract valid event from payload: {")
    assert len(why_rejected(outcome)) < 400


def test_a_push_to_the_server_is_built_without_a_name_tr_63() -> None:
    found = accepted(read(posted("bitbucket-server-refs-changed", **SERVER), MAIN))

    assert found.revision is not None
    assert found.revision.git is not None
    assert (found.commit, found.revision.git.author) == (COMMIT, SourceControlUser())


def test_a_deleted_branch_of_the_server_is_not_built() -> None:
    assert "deleted" in why_ignored(read(posted("bitbucket-server-deleted", **SERVER), MAIN))


def test_a_tag_of_the_server_is_a_ref_that_is_spelled_so_tr_36() -> None:
    body = (
        b'{"changes":[{"ref":{"id":"refs/tags/main","displayId":"main","type":"TAG"},'
        b'"toHash":"ab"}]}'
    )

    assert (
        why_ignored(read(a_post(body, **SERVER), MAIN))
        == 'ignored: ref "refs/tags/main" is not "main"'
    )


def test_a_tag_of_the_cloud_is_a_ref_that_is_spelled_so_tr_36() -> None:
    change = b'{"new":{"type":"tag","name":"main"},"commits":[{"hash":"ab"}]}'

    outcome = read(a_post(b'{"push":{"changes":[%b]}}' % change, **CLOUD), MAIN)

    assert why_ignored(outcome) == 'ignored: ref "refs/tags/main" is not "main"'


def test_another_branch_is_told_up_15() -> None:
    outcome = read(posted("bitbucket-cloud-push", **CLOUD), Wanted(ref="devel"))

    assert why_ignored(outcome) == 'ignored: branch "main" is not "devel"'


def test_the_connection_can_be_tested() -> None:
    outcome = read(posted("bitbucket-server-ping", x_event_key="diagnostics:ping"), MAIN)

    assert why_ignored(outcome) == "pong: this webhook works"


@pytest.mark.parametrize("headers", [CLOUD, SERVER], ids=["cloud", "server"])
@pytest.mark.parametrize("body", [b"{}", b'{"push":null,"changes":[]}'])
def test_no_changes_are_no_event_tr_61(headers: dict[str, str], body: bytes) -> None:
    outcome = read(a_post(body, **headers), MAIN)

    expected = f"Unable to extract valid event from payload: {body.decode()}"
    assert why_rejected(outcome) == expected


@pytest.mark.parametrize("headers", [CLOUD, SERVER], ids=["cloud", "server"])
@pytest.mark.parametrize("body", [b"{oops", b"[]", b'{"push":1,"changes":1}'])
def test_what_cannot_be_read_is_refused(headers: dict[str, str], body: bytes) -> None:
    assert why_rejected(read(a_post(body, **headers), MAIN))


def test_an_event_must_be_named_tr_60() -> None:
    assert why_rejected(read(posted("bitbucket-cloud-push"), MAIN)) == "missing X-Event-Key"


def test_other_events_are_refused_tr_64() -> None:
    outcome = read(posted("bitbucket-cloud-push", x_event_key="repo:fork"), MAIN)

    assert why_rejected(outcome) == "Unknown Bitbucket X-Event-Key repo:fork"


def test_only_json_is_taken_tr_60() -> None:
    outcome = read(posted("bitbucket-cloud-push", content_type="a/b", **CLOUD), MAIN)

    assert why_rejected(outcome) == "unsupported Content-Type a/b"


@pytest.mark.parametrize(
    ("author", "name", "email"),
    [
        (Author(username="ada", raw="Ada <ada@example.com>"), "ada", ""),
        (Author(raw="Ada A <ada@example.com>"), "Ada A", "ada@example.com"),
        (Author(raw="Ada"), "Ada", ""),
        (Author(), "", ""),
    ],
)
def test_an_author_has_an_account_or_what_git_says(author: Author, name: str, email: str) -> None:
    assert author.told() == SourceControlUser(name=name, email=email)
