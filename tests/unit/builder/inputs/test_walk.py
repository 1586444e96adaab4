"""Walking a directory: what becomes an entry, what stays out, and where links may lead."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

import somebody
from slipcast.builder.inputs import walk as walking
from slipcast.builder.inputs.tally import Tally
from slipcast.builder.inputs.walk import Links, Walk, walk
from slipcast.builder.workspace import remove_tree
from slipcast.dockerfile.exclude import DEFAULT_EXPRESSION, exclusion
from slipcast.dockerfile.ignore import s2iignore
from slipcast.values.entries import Entry, Kind
from slipcast.values.faults import BuildFault


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.mkdir()
    return path


def _put(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)


def _entries(root: Path, links: Links = Links.FOLLOW, **more: object) -> dict[str, Entry]:
    spec = Walk(root=root, bounds=root, links=links, **more)  # type: ignore[arg-type]
    return {entry.path: entry for entry in walk(spec, Tally())}


def test_entries_come_parents_first_and_in_order(source: Path):
    _put(source, "b/z", "b/a/deep", "a.txt", "b.txt", "B")

    assert list(_entries(source)) == ["B", "a.txt", "b", "b/a", "b/a/deep", "b/z", "b.txt"]


def test_an_empty_directory_is_an_entry(source: Path):
    (source / "empty").mkdir()

    assert _entries(source)["empty"].kind is Kind.DIRECTORY


def test_a_file_is_named_and_not_copied(source: Path):
    _put(source, "app.py")

    entry = _entries(source)["app.py"]

    assert (entry.source, entry.content, entry.size) == (source / "app.py", None, 6)


def test_modes_and_times_are_kept_in_copy_mode(source: Path):
    # S2I-119
    _put(source, "run")
    (source / "run").chmod(0o4751)
    os.utime(source / "run", (1, 1_000_000_000.9))

    entry = _entries(source)["run"]

    assert (entry.mode, entry.mtime) == (0o751, 1_000_000_000)


def test_a_stamp_gives_every_entry_one_time_and_plain_modes(source: Path):
    _put(source, "run", "text", "dir/file")
    (source / "run").chmod(0o700)
    (source / "text").chmod(0o660)
    (source / "dir").chmod(0o700)

    found = _entries(source, stamp=77)

    assert {entry.mtime for entry in found.values()} == {77}
    assert [found[name].mode for name in ("run", "text", "dir")] == [0o755, 0o644, 0o755]


def test_names_with_newlines_and_stray_bytes_travel_as_they_are(source: Path):
    names = [b"a\nb", b"caf\xe9", b"-rf", b" ", "größe".encode()]
    for name in names:
        (source / os.fsdecode(name)).touch()

    found = _entries(source)

    assert {path.encode("utf-8", "surrogateescape") for path in found} == set(names)


def test_a_source_deeper_than_any_recursion_is_walked(source: Path):
    depth = 1200
    for level in range(1, depth + 1):
        (source / "/".join("d" * level)).mkdir()

    found = _entries(source)
    remove_tree(source)

    assert len(found) == depth


def test_an_ignored_directory_is_never_entered(source: Path):
    # UP-6
    _put(source, "app.py", "node_modules/left/pad.js")
    trap = source / "node_modules/loop"
    trap.symlink_to("/")

    found = _entries(source, rules=s2iignore("node_modules\n"))

    assert list(found) == ["app.py"]


def test_git_directories_stay_out_by_default(source: Path):
    # S2I-33
    _put(source, ".git/HEAD", "sub/.git", ".gitignore", "sub/file")

    found = _entries(source, rules=exclusion(DEFAULT_EXPRESSION))

    assert list(found) == [".gitignore", "sub", "sub/file"]


def test_a_checkout_below_a_directory_called_git_is_sent(tmp_path: Path):
    # S2I-122
    root = tmp_path / ".git/app"
    root.mkdir(parents=True)
    _put(root, "app.py")

    assert list(_entries(root, rules=exclusion(DEFAULT_EXPRESSION))) == ["app.py"]


def test_what_goes_out_and_what_does_not_is_counted(source: Path):
    # UP-6
    _put(source, "one", "dir/three", "node_modules/x", "node_modules/y")
    tally = Tally()

    list(walk(Walk(root=source, bounds=source, rules=s2iignore("node_modules")), tally))

    assert (tally.files, tally.size, tally.ignored) == (2, len("one") + len("dir/three"), 1)


def test_pipes_and_sockets_are_skipped_and_named(source: Path, monkeypatch: pytest.MonkeyPatch):
    os.mkfifo(source / "pipe")
    monkeypatch.chdir(source)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        tally = Tally()
        found = list(walk(Walk(root=source, bounds=source), tally))

    assert found == []
    assert tally.special == ["pipe", "socket"]


def test_links_are_replaced_by_what_they_point_to(source: Path):
    # S2I-120
    _put(source, "real/file")
    (source / "file").symlink_to("real/file")
    (source / "dir").symlink_to("real")

    found = _entries(source)

    assert found["file"].source == source / "real/file"
    assert found["dir"].kind is Kind.DIRECTORY
    assert found["dir/file"].source == source / "real/file"


def test_a_dangling_link_stays_a_link(source: Path):
    # S2I-120
    (source / "link").symlink_to("/nowhere//at/./all")

    entry = _entries(source)["link"]

    assert (entry.kind, entry.target) == (Kind.LINK, "/nowhere//at/./all")


def test_all_links_are_kept_when_asked(source: Path):
    # S2I-120
    _put(source, "file")
    (source / "inside").symlink_to("file")
    (source / "outside").symlink_to("/etc")

    found = _entries(source, Links.KEEP)

    assert [found[name].target for name in ("inside", "outside")] == ["file", "/etc"]


@pytest.mark.parametrize("target", ["/etc/passwd", "../secret", "sub/../../secret", "chain"])
def test_a_link_out_of_the_source_is_refused(source: Path, target: str):
    _put(source, "sub/file")
    (source.parent / "secret").write_text("secret")
    (source / "chain").symlink_to("../secret")
    (source / "link").symlink_to(target)

    with pytest.raises(BuildFault, match="leads out of the source") as caught:
        _entries(source)

    assert caught.value.reason == "FetchSourceFailed"
    assert "--keep-symlinks" in caught.value.hint


def test_a_directory_whose_name_begins_like_the_source_is_outside(source: Path):
    _put(source.parent, "source-evil/file")
    (source / "link").symlink_to("../source-evil/file")

    with pytest.raises(BuildFault, match="leads out of the source"):
        _entries(source)


def test_an_ignored_link_out_of_the_source_is_no_trouble(source: Path):
    (source / "link").symlink_to("/etc")

    assert _entries(source, rules=s2iignore("link")) == {}


@pytest.mark.parametrize("target", [".", "..", "../.."])
def test_a_link_to_a_directory_above_stays_a_link(source: Path, target: str):
    (source / "a/b").mkdir(parents=True)
    (source / "a/b/up").symlink_to(target)
    tally = Tally()

    found = list(walk(Walk(root=source, bounds=source, links=Links.FOLLOW), tally))

    assert [entry.path for entry in found] == ["a", "a/b", "a/b/up"]
    assert tally.kept == ["a/b/up"]


def test_links_that_point_at_each_other_stay_links(source: Path):
    (source / "a").symlink_to("b")
    (source / "b").symlink_to("a")

    assert [entry.target for entry in _entries(source).values()] == ["b", "a"]


def test_links_to_links_that_would_never_end_are_stopped(
    source: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(walking, "_MOST_BEHIND_LINKS", 10_000)
    for level in range(12):
        (source / f"{level}").mkdir()
        for link in range(12):
            (source / f"{level}/{link}").symlink_to(f"../{level + 1}")
    (source / "12").mkdir()

    with pytest.raises(BuildFault, match="too many files"):
        _entries(source)


def test_a_link_to_a_pipe_is_skipped(source: Path):
    os.mkfifo(source / "pipe")
    (source / "link").symlink_to("pipe")

    assert _entries(source) == {}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A context directory, its neighbour, and links of every kind between them."""
    root = tmp_path / "repository"
    _put(root, "context/own", "shared/lib", ".git/config")
    (root / "context/inside").symlink_to("own")
    (root / "context/shared").symlink_to("../shared")
    (root / "context/config").symlink_to("../.git/config")
    (root / "context/passwd").symlink_to("/etc/passwd")
    return root


def _borrowed(root: Path) -> Iterator[Entry]:
    spec = Walk(root=root / "context", bounds=root, links=Links.BORROW)
    return walk(spec, Tally())


def test_a_context_directory_may_use_its_neighbours(repository: Path):
    found = {entry.path: entry.kind for entry in _borrowed(repository)}

    assert found["shared"] is Kind.DIRECTORY
    assert found["shared/lib"] is Kind.FILE


def test_a_clone_cannot_borrow_files_of_this_machine(repository: Path):
    found = {entry.path: entry.kind for entry in _borrowed(repository)}

    assert [found[name] for name in ("inside", "config", "passwd")] == [Kind.LINK] * 3


def test_a_file_that_cannot_be_read_is_named():
    with somebody.place() as home, somebody.acting():
        (home / "fine").touch()
        (home / "locked").touch(mode=0o000)

        with pytest.raises(BuildFault, match="locked cannot be read: permission denied"):
            _entries(home)


def test_a_directory_that_cannot_be_read_is_named():
    with somebody.place() as home, somebody.acting():
        (home / "locked").mkdir(mode=0o000)

        with pytest.raises(BuildFault, match="locked cannot be read: permission denied"):
            _entries(home)


def test_a_fault_spells_out_names_that_would_break_the_line():
    with somebody.place() as home, somebody.acting():
        (home / os.fsdecode(b"a\nb\xff\x1b[31m")).touch(mode=0o000)

        with pytest.raises(BuildFault) as caught:
            _entries(home)

    assert r"a\nb\xff\x1b[31m cannot be read" in caught.value.message
