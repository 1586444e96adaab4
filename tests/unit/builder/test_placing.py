"""Entries placed into a directory that holds things already."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipcast.builder.placing import Misplaced, Place, inside
from slipcast.values.entries import Entry, Kind


def a_file(path: str, content: bytes = b"new") -> Entry:
    return Entry(path=path, content=content, size=len(content))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A directory, and one beside it whose name begins alike."""
    (tmp_path / "root").mkdir()
    (tmp_path / "root-evil").mkdir()
    return tmp_path / "root"


def test_files_and_links_are_replaced_and_directories_joined(root: Path) -> None:
    (root / "d").mkdir()
    (root / "d/kept").write_text("kept")
    (root / "d/f").write_text("old")
    (root / "d/l").symlink_to("/etc/passwd")
    place = Place(root)

    place.put(a_file("d/f"))
    place.put(a_file("d/l"))
    place.put(Entry(path="d", kind=Kind.DIRECTORY, mode=0o750))
    place.close()

    assert [(root / "d" / name).read_text() for name in ("f", "kept", "l")] == [
        "new",
        "kept",
        "new",
    ]
    assert (root / "d").stat().st_mode & 0o777 == 0o750


def test_a_link_within_is_followed(root: Path) -> None:
    (root / "real").mkdir()
    (root / "link").symlink_to("real")

    Place(root).put(a_file("link/f"))

    assert (root / "real/f").read_text() == "new"


@pytest.mark.parametrize("target", ["..", "/", "../root-evil", "nowhere", "link"])
def test_a_link_that_leads_out_or_nowhere_is_refused(root: Path, target: str) -> None:
    # BLD-122: path components count, not how a path begins
    (root / "link").symlink_to(target)

    with pytest.raises(Misplaced, match="link"):
        Place(root).put(a_file("link/f"))

    assert list((root.parent / "root-evil").iterdir()) == []


def test_a_file_is_no_directory_and_a_directory_no_file(root: Path) -> None:
    (root / "f").touch()
    (root / "d").mkdir()

    with pytest.raises(Misplaced, match="f is a file"):
        Place(root).put(a_file("f/below"))
    with pytest.raises(Misplaced, match="d would replace a directory"):
        Place(root).put(a_file("d"))


def test_links_are_judged_by_where_they_end_up(root: Path) -> None:
    # Each of them looks harmless: `l/l/..` is the directory above.
    place = Place(root)
    place.put(Entry(path="l", kind=Kind.LINK, target="."))
    place.put(Entry(path="out", kind=Kind.LINK, target="l/l/.."))

    with pytest.raises(Misplaced, match="out is a link that leads out"):
        place.check_links()


def test_directories_that_close_us_out_get_their_mode_last(root: Path) -> None:
    place = Place(root)
    place.put(Entry(path="d", kind=Kind.DIRECTORY, mode=0o500))
    place.put(a_file("d/f"))
    place.close()

    assert (root / "d").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["/etc/x", "a/../../x", "..", "a\0b", "x" * 256])
def test_names_that_lead_out_are_refused(name: str) -> None:
    with pytest.raises(Misplaced):
        inside(name)


def test_names_are_tidied() -> None:
    assert [inside(name) for name in ("./a//b/", ".", "")] == ["a/b", "", ""]
