"""What a source argument means."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typing_extensions import override

import gitserver
from slipcast.adapters.git import GitProgram
from slipcast.builder.inputs.recognition import (
    Copy,
    LocalClone,
    Nothing,
    Remote,
    SourceKind,
    recognise,
)
from slipcast.builds.s2i.request import S2IRequest
from slipcast.values.faults import BuildFault, InvalidFault


class _Absent(GitProgram):
    """A machine without git."""

    @override
    def available(self) -> bool:
        return False


def _kind(source: str, directory: Path = Path("/"), **fields: object) -> SourceKind:
    request = S2IRequest(source=source, directory=directory, **fields)  # type: ignore[arg-type]
    return recognise(request, GitProgram())


@pytest.mark.parametrize(
    "source",
    [
        "https://example.com/app.git",
        "http://example.com/app",
        "git://example.com/app",
        "ssh://git@example.com/app.git",
        "git+ssh://git@example.com/app.git",
        "git@example.com:group/app.git",
        "example.com:app",
    ],
)
def test_urls_and_the_short_form_of_ssh_are_remote(source: str):
    # S2I-102, S2I-103
    assert isinstance(_kind(source), Remote)


def test_no_source_is_nothing_to_fetch():
    # S2I-110
    assert _kind("") == Nothing()


def test_a_repository_is_cloned(application: Path):
    # S2I-105
    kind = _kind(str(application))

    assert isinstance(kind, LocalClone)
    assert kind.path == application


def test_a_file_url_means_the_same_as_its_path(application: Path):
    # S2I-104
    assert _kind(f"file://{application}") == _kind(str(application))


def test_a_file_url_with_a_host_is_refused(application: Path):
    # S2I-104
    with pytest.raises(InvalidFault, match="has no host"):
        _kind(f"file://host{application}")


def test_a_relative_path_counts_from_the_directory_of_the_request(application: Path):
    # S2I-112
    kind = _kind("../app/./sub", application)

    assert kind == Copy(path=application / "sub")


def test_a_directory_without_git_is_copied(tmp_path: Path):
    # S2I-106
    assert _kind(str(tmp_path)) == Copy(path=tmp_path)


def test_a_repository_is_copied_when_asked(application: Path):
    # S2I-106
    assert _kind(str(application), copy=True) == Copy(path=application)


def test_a_repository_is_copied_where_there_is_no_git(application: Path):
    # S2I-106
    request = S2IRequest(source=str(application))

    assert recognise(request, _Absent()) == Copy(path=application)


def test_a_remote_repository_cannot_be_fetched_where_there_is_no_git():
    with pytest.raises(BuildFault, match="git is needed"):
        recognise(S2IRequest(source="https://example.com/app"), _Absent())


def test_a_repository_whose_git_directory_is_broken_is_copied(application: Path):
    shutil.rmtree(application / ".git/objects")

    assert isinstance(_kind(str(application)), Copy)


def test_a_repository_without_commits_ends_with_16(tmp_path: Path):
    # S2I-107
    gitserver.repository(tmp_path / "new")

    with pytest.raises(BuildFault, match="has no commit yet") as caught:
        _kind(str(tmp_path / "new"))

    assert caught.value.exit_code == 16
    assert "--copy" in caught.value.hint


def test_a_repository_without_commits_can_be_copied(tmp_path: Path):
    # S2I-107
    gitserver.repository(tmp_path / "new")

    assert isinstance(_kind(str(tmp_path / "new"), copy=True), Copy)


def test_a_linked_work_tree_is_a_repository(application: Path, tmp_path: Path):
    # S2I-108
    gitserver.git(application, "worktree", "add", "--quiet", str(tmp_path / "linked"), "-b", "x")

    assert isinstance(_kind(str(tmp_path / "linked")), LocalClone)


def test_a_bare_repository_is_cloned(application: Path, tmp_path: Path):
    gitserver.bare(application, tmp_path / "bare.git")

    assert isinstance(_kind(f"file://{tmp_path}/bare.git"), LocalClone)


@pytest.mark.parametrize("name", ["missing", "missing#ref", "a\0b"])
def test_a_path_that_is_not_there_ends_with_1(tmp_path: Path, name: str):
    # S2I-109
    with pytest.raises(BuildFault, match="does not exist") as caught:
        _kind(name, tmp_path)

    assert (caught.value.exit_code, caught.value.reason) == (1, "FetchSourceFailed")


def test_a_plain_file_is_no_source(tmp_path: Path):
    # S2I-109
    (tmp_path / "app.py").touch()

    with pytest.raises(BuildFault, match=r"app\.py is not a directory"):
        _kind("app.py", tmp_path)


def test_a_url_without_its_scheme_is_recognised_in_the_hint(tmp_path: Path):
    with pytest.raises(BuildFault) as caught:
        _kind("example.com/group/app", tmp_path)

    assert "https://example.com/group/app" in caught.value.hint


@pytest.mark.parametrize("source", ["{}#main", "file://{}#main"])
def test_the_text_behind_a_hash_is_the_ref(application: Path, source: str):
    # S2I-111
    kind = _kind(source.format(application))

    assert isinstance(kind, LocalClone)
    assert kind.ref == "main"


def test_the_ref_that_was_given_wins(application: Path):
    # S2I-111
    kind = _kind(f"{application}#main", ref="other")

    assert isinstance(kind, LocalClone)
    assert kind.ref == "other"


def test_a_directory_with_a_hash_in_its_name_is_found(tmp_path: Path):
    (tmp_path / "c#app").mkdir()

    assert _kind("c#app", tmp_path) == Copy(path=tmp_path / "c#app")


@pytest.mark.parametrize(
    ("source", "ref"),
    [
        ("--upload-pack=x", ""),
        ("ext::sh -c x", ""),
        ("ssh://-oProxyCommand=x/app", ""),
        ("-oProxyCommand=x:app", ""),
        ("https://example.com/app#--force", ""),
        ("https://example.com/app", "--force"),
        ("https://example.com/app", "a\nb"),
        ("https://example.com/a\nb", ""),
    ],
)
def test_what_git_would_take_for_an_option_is_refused(source: str, ref: str):
    with pytest.raises(InvalidFault):
        _kind(source, ref=ref)


def test_a_local_path_never_reaches_git_as_an_option(tmp_path: Path):
    gitserver.repository(tmp_path / "-x", {"a": "1"})

    assert isinstance(_kind("./-x", tmp_path), LocalClone)
