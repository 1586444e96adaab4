"""Source out of a Git repository."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from assignments import URL, FakeOutfit, a_task, an_outfit, build_text, secret
from slipcast.builder.inputs import git
from slipcast.values.faults import BuildFault, GitFault
from slipcast.values.revision import SourceRevision

LATE = GitFault("late", reason="Timeout")
COMMIT = "f" * 40


def fetched(outfit: FakeOutfit) -> SourceRevision:
    """Clone into a new directory."""
    return git.fetch(a_task(outfit), outfit.state / "into")


def of(tmp_path: Path, source: Mapping[str, Any], **spec: Any) -> FakeOutfit:
    """An outfit for a build of a repository."""
    return an_outfit(tmp_path, build_text(source={"git": {"uri": URL, **source}}, **spec))


def test_the_log_says_what_is_cloned_and_which_commit_that_is_bld_57_63(tmp_path: Path):
    outfit = an_outfit(tmp_path)

    fetched(outfit)

    assert outfit.shown.remarks(0) == [
        f'Cloning "{URL}" ...',
        f"\tCommit:\t{outfit.git.revision.commit} (First)",
        "\tAuthor:\tAda Author <ada@example.com>",
        "\tDate:\tThu Jan 2 03:04:05 2020 +0000",
    ]


def test_a_silent_server_is_waited_for_four_times_as_long_each_time_bld_59(tmp_path: Path):
    # BLD-197
    outfit = an_outfit(tmp_path)
    outfit.git.failures = [LATE, LATE, LATE]

    fetched(outfit)

    assert outfit.git.probed == [16, 64, 256, 1024]
    assert outfit.shown.warnings == [
        "timed out waiting for git server, will wait 1m4s",
        "timed out waiting for git server, will wait 4m16s",
        "timed out waiting for git server, will wait 17m4s",
    ]


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (
            GitFault("no", reason="Authentication"),
            f'failed to fetch requested repository "{URL}" with provided credentials',
        ),
        (GitFault("no", reason="RepositoryUnknown"), f'requested repository "{URL}" not found'),
        (GitFault("the name h cannot be resolved"), "the name h cannot be resolved"),
    ],
)
def test_a_refusal_is_told_in_words_that_people_know_bld_60(
    tmp_path: Path, fault: GitFault, told: str
):
    outfit = an_outfit(tmp_path)
    outfit.git.failures = [fault]

    with pytest.raises(BuildFault) as refused:
        fetched(outfit)

    assert (refused.value.message, refused.value.reason) == (told, "FetchSourceFailed")


MINE = {"sourceSecret": {"name": "mine"}}
ASKED = GitFault("no", reason="Authentication", hint="configure a credential helper")


@pytest.mark.parametrize(
    ("fault", "secret", "told"),
    [
        (ASKED, {}, "slipcast set build-secret --source bc/NAME SECRET"),
        (ASKED, MINE, "what the source secret mine holds"),
        (GitFault("no", hint="to known_hosts"), MINE, "into known_hosts of the source secret mine"),
        (GitFault("no", hint="to known_hosts"), {}, "into known_hosts of a source secret"),
        (GitFault("no", hint="(http.sslCAInfo)"), MINE, "into ca.crt of the source secret mine"),
        (GitFault("no", hint="(git: http.sslCAInfo)"), {}, "into ca.crt of a source secret"),
        (GitFault("no", hint="is the host up?"), {}, "is the host up?"),
    ],
)
def test_what_to_do_about_it_is_said_in_words_of_the_build_up_4(
    tmp_path: Path, fault: GitFault, secret: Mapping[str, Any], told: str
):
    outfit = an_outfit(tmp_path, build_text(source={"git": {"uri": URL}, **secret}))
    outfit.git.failures = [fault]

    with pytest.raises(BuildFault) as refused:
        fetched(outfit)

    assert told in refused.value.hint


def test_a_secret_that_could_not_open_the_address_is_told_of_up_4(tmp_path: Path):
    outfit = an_outfit(tmp_path, build_text(source={"git": {"uri": URL}, **MINE}))
    secret(outfit, "SOURCE_SECRET_PATH", {"ssh-privatekey": "KEY"})
    outfit.git.failures = [ASKED]

    with pytest.raises(BuildFault) as refused:
        fetched(outfit)

    assert refused.value.hint == (
        "The source secret mine holds no username and password, and the source is fetched over "
        "https."
    )


def test_by_hand_git_is_a_persons_own(tmp_path: Path):
    outfit = an_outfit(tmp_path)
    outfit.env["SLIPCAST_ROOT"] = "/"
    outfit.git.failures = [ASKED]

    with pytest.raises(BuildFault) as refused:
        fetched(outfit)

    assert refused.value.hint == "configure a credential helper"


def test_a_password_in_the_address_is_shown_nowhere(tmp_path: Path):
    outfit = of(tmp_path, {"uri": "https://ada:tower@git.example/none.git"})

    with pytest.raises(BuildFault) as refused:
        fetched(outfit)

    assert "tower" not in refused.value.message + str(outfit.shown.notes)


def test_without_ref_only_the_newest_commit_is_fetched_bld_61(tmp_path: Path):
    outfit = an_outfit(tmp_path)

    fetched(outfit)

    spec = outfit.git.cloned[0]
    assert (spec.ref, spec.history, spec.submodules) == ("", False, True)


def test_a_revision_beats_a_ref_and_comes_with_its_history_bld_61(tmp_path: Path):
    # BLD-198
    outfit = of(tmp_path, {"ref": "main"}, revision={"type": "Git", "git": {"commit": COMMIT}})

    fetched(outfit)

    spec = outfit.git.cloned[0]
    assert (spec.ref, spec.history) == (COMMIT, True)


def test_a_ref_is_checked_out_bld_61(tmp_path: Path):
    outfit = of(tmp_path, {"ref": "v1"})

    fetched(outfit)

    assert outfit.git.cloned[0].ref == "v1"


def test_the_revision_says_where_and_which_directory_without_password(tmp_path: Path):
    build = build_text(
        source={"git": {"uri": "https://ada:tower@git.example/app.git"}, "contextDir": "web"}
    )
    outfit = an_outfit(tmp_path, build)

    revision = fetched(outfit)

    assert (revision.location, revision.context_dir) == (URL, "web")


@pytest.mark.parametrize("uri", ["ext::sh -c x", "some words", "file:///etc", "/srv/git/app"])
def test_what_no_pod_may_clone_is_refused_bld_58(tmp_path: Path, uri: str):
    outfit = an_outfit(tmp_path)
    task = a_task(outfit)

    with pytest.raises(BuildFault, match="Invalid git source url: "):
        git._url(task, uri)


def test_by_hand_a_repository_of_this_machine_is_cloned(tmp_path: Path):
    outfit = an_outfit(tmp_path, build_text(source={"git": {"uri": "/srv/app"}}))
    outfit.env["SLIPCAST_ROOT"] = "/"
    outfit.git.repositories["/srv/app"] = {"app.txt": "x"}

    fetched(outfit)

    assert outfit.git.probed == []
    assert outfit.git.cloned[0].url.path == "/srv/app"


def test_a_commit_that_git_cannot_tell_is_no_failure_bld_64(tmp_path: Path):
    outfit = an_outfit(tmp_path)
    outfit.git.revision = SourceRevision()

    revision = fetched(outfit)
    git.tell(a_task(outfit), revision)

    assert outfit.shown.remarks(0)[1].startswith("error: Unable to retrieve Git info")
    assert outfit.reports.reports == []
