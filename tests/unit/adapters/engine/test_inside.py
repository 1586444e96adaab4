"""Paths of a container are followed inside its root, whatever its links say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from slipcast.adapters.engine.buildah.inside import Inside
from slipcast.adapters.engine.buildah.writing import write
from slipcast.values.container import Owner
from slipcast.values.entries import Entry, Kind
from slipcast.values.faults import EngineFault, NotFound

ME = Owner(os.getuid(), os.getgid())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret").write_text("secret")
    root = tmp_path / "root"
    (root / "a/b").mkdir(parents=True)
    (root / "a/b/f").write_text("inner")
    return root


def found(root: Path, path: str) -> Path:
    """Where a directory of the container really lies."""
    with Inside(root).directory(path) as descriptor:
        return Path(f"/proc/self/fd/{descriptor}").resolve()


@pytest.mark.parametrize("path", ["/a/b", "a/b", "/a/./b/", "//a//b", "/a/b/../b", "/../../a/b"])
def test_every_spelling_of_a_path_is_the_same_place(root: Path, path: str) -> None:
    assert found(root, path) == root / "a/b"


@pytest.mark.parametrize(
    "target", ["/a", "../root/a", "../../../../a", "/../../a", "a", "./a/../a"]
)
def test_a_link_is_followed_from_the_containers_root(root: Path, target: str) -> None:
    (root / "root").symlink_to(".")
    (root / "way").symlink_to(target)

    assert found(root, "/way/b") == root / "a/b"


@pytest.mark.parametrize("target", ["../outside", "/outside", "../../outside"])
def test_a_link_to_the_outside_finds_nothing(root: Path, target: str) -> None:
    (root / "way").symlink_to(target)

    with pytest.raises(NotFound), Inside(root).directory("/way"):
        pass


def test_an_absolute_link_of_the_host_is_one_of_the_container(root: Path, tmp_path: Path) -> None:
    (root / "way").symlink_to(tmp_path / "outside/secret")

    assert Inside(root).text("/way") == ""


def test_links_in_a_circle_are_an_error(root: Path) -> None:
    (root / "one").symlink_to("two")
    (root / "two").symlink_to("one")

    with (
        pytest.raises(EngineFault, match="too many symbolic links"),
        Inside(root).directory("/one"),
    ):
        pass


def test_a_file_on_the_way_is_an_error(root: Path) -> None:
    with pytest.raises(EngineFault, match="not a directory"), Inside(root).directory("/a/b/f/x"):
        pass


def test_a_missing_directory_behind_a_link_is_made_inside(root: Path) -> None:
    (root / "way").symlink_to("/new/place")

    with Inside(root).directory("/way/below", make=ME):
        pass

    assert (root / "new/place/below").is_dir()


def test_a_pipe_is_not_waited_for(root: Path) -> None:
    os.mkfifo(root / "pipe")

    assert Inside(root).text("/pipe") == ""


def test_removing_takes_a_link_and_not_its_target(root: Path, tmp_path: Path) -> None:
    (root / "tree").mkdir()
    (root / "tree/way").symlink_to(tmp_path / "outside")
    (root / "tree/deep/er").mkdir(parents=True)

    Inside(root).drop("/tree")

    assert not (root / "tree").exists()
    assert (tmp_path / "outside/secret").exists()


def test_only_empty_things_are_taken_as_empty(root: Path) -> None:
    (root / "nothing").touch()
    inside = Inside(root)

    for path in ("/nothing", "/a/b/f", "/a"):
        inside.drop_empty(path)

    assert sorted(path.name for path in root.iterdir()) == ["a"]
    assert (root / "a/b/f").exists()


def test_writing_through_a_link_stays_inside(root: Path, tmp_path: Path) -> None:
    (root / "way").symlink_to(f"../../../../../..{tmp_path}/outside")

    write(Inside(root), "/way", [Entry(path="secret", content=b"changed")], ME)

    assert (tmp_path / "outside/secret").read_text() == "secret"


def test_a_source_that_is_a_link_is_not_followed(root: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "outside/secret")

    with pytest.raises(EngineFault, match="could not be written"):
        write(Inside(root), "/in", [Entry(path="f", source=link)], ME)


def test_a_directory_keeps_its_time_although_it_was_filled(root: Path) -> None:
    entries = [
        Entry(path="d", kind=Kind.DIRECTORY, mode=0o700, mtime=1_000_000_000),
        Entry(path="d/f", content=b"x", mtime=5),
    ]

    write(Inside(root), "/in", entries, ME)

    assert (root / "in/d").stat().st_mtime == 1_000_000_000
