"""Local sources: directories, their names, and what git knows of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipcast.cli import local
from slipcast.ports.git import WorkingState
from slipcast.testing.toolbox import FakeGit


@pytest.mark.parametrize("source", [".", "app", "app#v1", "{base}/app"])
def test_a_path_names_its_directory(tmp_path: Path, source: str) -> None:
    (tmp_path / "app").mkdir()

    found = local.directory_of(source.format(base=tmp_path), tmp_path)

    assert found in (tmp_path, tmp_path / "app")


@pytest.mark.parametrize("source", ["https://x/a.git", "git@host:a/b", "missing", "file"])
def test_what_is_no_directory_is_no_local_source(tmp_path: Path, source: str) -> None:
    (tmp_path / "file").touch()

    assert local.directory_of(source, tmp_path) is None


def test_a_directory_with_a_mark_in_its_name_is_found_where_no_other_is(tmp_path: Path) -> None:
    (tmp_path / "app#1").mkdir()

    assert local.named("app#1", tmp_path) == (tmp_path / "app#1", "")


def test_what_is_behind_the_mark_is_a_revision_otherwise(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()

    assert local.named("app#HEAD~1", tmp_path) == (tmp_path / "app", "HEAD~1")


def test_a_file_url_names_its_directory(tmp_path: Path) -> None:
    assert local.directory_of(f"file://{tmp_path}", Path("/")) == tmp_path


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("https://example.com/Org/My_App.git", "myapp"),
        ("git@example.com:org/app.git", "app"),
        ("Some Dir (2)", "some-dir-2"),
        ("./---", "app"),
    ],
)
def test_the_image_is_named_after_the_source_up_19(tmp_path: Path, source: str, name: str) -> None:
    (tmp_path / "Some Dir (2)").mkdir()
    (tmp_path / "---").mkdir()

    assert local.proposed_tag(source, tmp_path) == name


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (WorkingState(), ""),
        (WorkingState(is_repository=True), "nothing in it is committed yet"),
        (WorkingState(is_repository=True, has_commits=True), ""),
        (WorkingState(is_repository=True, has_commits=True, changed_files=1),
         "1 file is not committed"),
        (WorkingState(is_repository=True, has_commits=True, changed_files=2),
         "2 files are not committed"),
    ],
)  # fmt: skip
def test_what_a_clone_would_miss_is_counted_up_5(state: WorkingState, said: str) -> None:
    assert local.uncommitted(FakeGit(told=state), Path("/x")) == said
