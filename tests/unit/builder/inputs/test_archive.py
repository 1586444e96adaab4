"""Artifacts read from a tar: what is taken, and everything that must not be."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest

from slipcast.builder.inputs.archive import STANDARD, Bounds, entries
from slipcast.values.entries import Entry, Kind
from slipcast.values.faults import BuildFault

Member = tuple[str, bytes, bytes | str]
"""Name, type, and content or target."""

FILE, DIR, LINK, HARD = tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE


def _tar(*members: Member, mode: int = 0o644) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, kind, rest in members:
            info = tarfile.TarInfo(name)
            info.type, info.mode, info.mtime = kind, mode, 1_000_000_000
            content = rest if isinstance(rest, bytes) else b""
            info.linkname = rest if isinstance(rest, str) else ""
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def _read(data: bytes, below: Path, bounds: Bounds = STANDARD) -> tuple[Entry, ...]:
    (below / "spool").write_bytes(data)
    return entries(below / "spool", bounds)


def _content(entry: Entry) -> bytes:
    assert entry.source is not None
    return entry.source.read_bytes()[entry.offset :][: entry.size]


def test_files_directories_and_links_are_taken_in_their_order(tmp_path: Path):
    members: list[Member] = [
        ("./", DIR, b""),
        ("./d", DIR, b""),
        ("./d/f", FILE, b"x"),
        ("./l", LINK, "d/f"),
    ]

    found = _read(_tar(*members), tmp_path)

    assert [(entry.path, entry.kind) for entry in found] == [
        ("d", Kind.DIRECTORY),
        ("d/f", Kind.FILE),
        ("l", Kind.LINK),
    ]
    assert (_content(found[1]), found[2].target) == (b"x", "d/f")


def test_contents_stay_in_the_spool(tmp_path: Path):
    first, second = _read(_tar(("a", FILE, b"first"), ("b", FILE, b"second")), tmp_path)

    assert (first.source, first.content) == (tmp_path / "spool", None)
    assert (_content(first), _content(second)) == (b"first", b"second")


def test_modes_lose_their_special_bits_and_times_stay(tmp_path: Path):
    (found,) = _read(_tar(("run", FILE, b"x"), mode=0o6755), tmp_path)

    assert (found.mode, found.mtime) == (0o755, 1_000_000_000)


def test_what_nobody_could_read_is_readable_by_its_owner(tmp_path: Path):
    file, directory = _read(_tar(("f", FILE, b"x"), ("d", DIR, b""), mode=0), tmp_path)

    assert (file.mode, directory.mode) == (0o400, 0o700)


@pytest.mark.parametrize("target", ["/usr/bin/python3", "../..", "nowhere", "d/../../x"])
def test_a_link_says_what_it_said_wherever_that_leads(tmp_path: Path, target: str):
    # S2I-186: it is text until it lies inside the container.
    (found,) = _read(_tar(("bin/python", LINK, target)), tmp_path)

    assert (found.kind, found.target) == (Kind.LINK, target)


@pytest.mark.parametrize("original", [("d/a", FILE, b"x"), ("d/a", LINK, "x")])
def test_a_hard_link_is_an_earlier_member_once_more(tmp_path: Path, original: Member):
    first, again = _read(_tar(original, ("./b", HARD, "./d/a")), tmp_path)

    assert (again.path, again.kind, again.target) == ("b", first.kind, first.target)
    assert (again.offset, again.size) == (first.offset, first.size)


def test_zero_bytes_mean_no_artifacts(tmp_path: Path):
    # S2I-188
    assert _read(b"", tmp_path) == ()


def test_an_empty_tar_means_no_artifacts(tmp_path: Path):
    assert _read(_tar(), tmp_path) == ()


def test_what_follows_the_end_of_the_tar_is_ignored(tmp_path: Path):
    (found,) = _read(_tar(("a", FILE, b"x")) + b"done\n", tmp_path)

    assert found.path == "a"


def test_a_directory_may_come_twice_or_after_what_is_in_it(tmp_path: Path):
    members: list[Member] = [("d/f", FILE, b"x"), ("d", DIR, b""), ("d/", DIR, b"")]

    found = _read(_tar(*members), tmp_path)

    assert [entry.path for entry in found] == ["d/f", "d", "d"]


def test_names_with_newlines_and_stray_bytes_are_taken(tmp_path: Path):
    name = os.fsdecode(b"a\ncaf\xe9")

    (found,) = _read(_tar((name, FILE, b"x")), tmp_path)

    assert os.fsencode(found.path) == b"a\ncaf\xe9"


@pytest.mark.parametrize(
    "members",
    [
        [("/etc/passwd", FILE, b"x")],
        [("/", DIR, b"")],
        [("../out", FILE, b"x")],
        [("d/../../out", FILE, b"x")],
        [("d/..", DIR, b"")],
        [("", FILE, b"x")],
        [(".", LINK, "/etc")],
        [("l", LINK, "/etc"), ("l/passwd", FILE, b"x")],
        [("l", LINK, "d"), ("d", DIR, b""), ("l/f", FILE, b"x")],
        [("l", LINK, "d"), ("l/e/f", DIR, b"")],
        [("l", LINK, "d"), ("h", HARD, "l"), ("h/f", FILE, b"x")],
        [("l/f", FILE, b"x"), ("l", LINK, "d")],
        [("l", LINK, "")],
        [("l", LINK, "t" * 5000)],
        [("h", HARD, "/etc/passwd")],
        [("h", HARD, "../out")],
        [("h", HARD, "later"), ("later", FILE, b"x")],
        [("h", HARD, "h")],
        [("d", DIR, b""), ("h", HARD, "d")],
        [("l", LINK, "d"), ("d/f", FILE, b"x"), ("h", HARD, "l/f")],
        [("f", FILE, b"1"), ("f", FILE, b"2")],
        [("f", FILE, b"1"), ("./f", FILE, b"2")],
        [("f", FILE, b"1"), ("f", DIR, b"")],
        [("f", FILE, b"1"), ("f/g", FILE, b"2")],
        [("l", LINK, "f"), ("l", FILE, b"2")],
        [("l", LINK, "f"), ("l", DIR, b"")],
        [("f", FILE, b"1"), ("f", LINK, "g")],
        [("dev", tarfile.CHRTYPE, b"")],
        [("dev", tarfile.BLKTYPE, b"")],
        [("pipe", tarfile.FIFOTYPE, b"")],
        [("odd", b"Z", b"")],
        [("n" * 256, FILE, b"x")],
        [("n/" * 2500, DIR, b"")],
    ],
    ids=lambda members: ",".join(f"{name[:12]}>{str(rest)[:12]}" for name, _, rest in members),
)
def test_what_would_leave_replace_or_go_through_a_link_is_refused(
    tmp_path: Path, members: list[Member]
):
    # S2I-186
    with pytest.raises(BuildFault, match="artifacts cannot be used"):
        _read(_tar(*members), tmp_path)


@pytest.mark.parametrize("cut", [1, 100, 512, 600, 1024])
def test_a_tar_that_was_cut_off_is_noticed(tmp_path: Path, cut: int):
    whole = _tar(("a", FILE, b"x" * 500), ("b", FILE, b"y" * 500))

    with pytest.raises(BuildFault, match=r"too short|broke off"):
        _read(whole[:cut], tmp_path)


def test_garbage_between_members_is_noticed(tmp_path: Path):
    whole = _tar(("a", FILE, b"x"))

    with pytest.raises(BuildFault, match="something between its members"):
        _read(whole[:1024] + b"Downloading packages...".ljust(512) + whole[1024:], tmp_path)


@pytest.mark.parametrize("data", [b"hello\n", b"\x1f\x8b" + b"z" * 600, b"\xff" * 2000])
def test_what_is_no_tar_is_told(tmp_path: Path, data: bytes):
    with pytest.raises(BuildFault, match="no tar") as caught:
        _read(data, tmp_path)

    assert "standard output" in caught.value.hint


@pytest.mark.parametrize("bounds", [Bounds(members=2), Bounds(size=3)])
def test_more_than_the_bounds_is_refused(tmp_path: Path, bounds: Bounds):
    data = _tar(("a", FILE, b"xx"), ("b", HARD, "a"))

    with pytest.raises(BuildFault, match="more than a build may keep"):
        _read(data, tmp_path, bounds)


def test_implied_directories_count(tmp_path: Path):
    with pytest.raises(BuildFault, match="more than a build may keep"):
        _read(_tar(("a/b/c/d", FILE, b"")), tmp_path, Bounds(members=4))
