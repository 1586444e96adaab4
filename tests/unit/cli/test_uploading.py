"""What is sent to be built, of repositories and of what a URL gives, with the real git."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import gitserver
from slipcast.adapters.git import GitProgram
from slipcast.cli import uploading
from slipcast.cli.uploading import Given, Upload
from slipcast.testing.toolbox import FakeToolbox
from slipcast.values.faults import Fault


@pytest.fixture
def repository(toolbox: FakeToolbox, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a directory in it, and a git that can clone it."""
    monkeypatch.setattr(toolbox, "git", GitProgram())
    return gitserver.repository(toolbox.directory / "repo", {"app.py": "", "sub/Dockerfile": ""})


@contextmanager
def _sent(toolbox: FakeToolbox, given: Given) -> Iterator[tuple[Upload, bytes]]:
    with uploading.prepared(given, None, toolbox, compress=False) as upload:
        yield upload, b"".join(upload.pieces)


def test_of_a_part_of_a_repository_that_part_is_sent_sb_35(
    toolbox: FakeToolbox, repository: Path
) -> None:
    commit = gitserver.git(repository, "rev-parse", "HEAD")

    with _sent(toolbox, Given(repository="repo/sub")) as (upload, sent):
        assert b"Dockerfile" in sent
        assert b"app.py" not in sent
        assert upload.parameters["revision.commit"] == commit
        assert upload.warning == "only the directory sub of that repository is sent"


@pytest.mark.usefixtures("repository")
def test_a_commit_that_is_not_there_is_told_with_the_flag_that_said_it(
    toolbox: FakeToolbox,
) -> None:
    given = Given(repository="repo", commit="nope")

    with pytest.raises(Fault) as refused, _sent(toolbox, given):
        pass

    assert refused.value.message == "repo has no branch, tag or commit nope"
    assert "--commit" in refused.value.hint


def test_a_file_from_a_url_is_called_what_the_server_says_sb_34(toolbox: FakeToolbox) -> None:
    toolbox.downloads.pages["http://h/download?id=1"] = b"war"
    toolbox.downloads.names["http://h/download?id=1"] = "app.war"

    with _sent(toolbox, Given(file="http://h/download?id=1")) as (upload, sent):
        assert (upload.parameters, sent) == ({"asFile": "app.war"}, b"war")


def test_an_archive_from_a_url_is_looked_at_though_it_comes_in_pieces_sb_43(
    toolbox: FakeToolbox,
) -> None:
    toolbox.downloads.pages["http://h/a.tgz"] = b"\x1f\x8b" + bytes(500)

    with _sent(toolbox, Given(archive="http://h/a.tgz")) as (upload, sent):
        assert (upload.warning, len(sent)) == ("", 502)


def test_what_is_not_there_is_told_with_its_status_sb_34(toolbox: FakeToolbox) -> None:
    with (
        pytest.raises(Fault, match="the server answered 404"),
        _sent(toolbox, Given(directory="http://h/none")),
    ):
        pass
