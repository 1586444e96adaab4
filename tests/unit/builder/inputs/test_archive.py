"""Unpacking artifacts: what comes out, and everything that must not."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest

from slipcast.builder.inputs.archive import Bounds, entries_of, unpack
from slipcast.values.entries import Kind
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


def _unpack(data: bytes, into: Path) -> int:
    return unpack(io.BytesIO(data), into).members


def test_files_directories_and_links_come_out(tmp_path: Path):
    members: list[Member] = [
        ("./", DIR, b""),
        ("./d", DIR, b""),
        ("./d/f", FILE, b"x"),
        ("./l", LINK, "d/f"),
    ]

    _unpack(_tar(*members, mode=0o755), tmp_path)

    assert (tmp_path / "d/f").read_bytes() == b"x"
    assert (tmp_path / "l").readlink() == Path("d/f")


def test_modes_lose_their_special_bits_and_times_stay(tmp_path: Path):
    _unpack(_tar(("run", FILE, b"x"), mode=0o6755), tmp_path)

    status = (tmp_path / "run").stat()

    assert (status.st_mode & 0o7777, status.st_mtime) == (0o755, 1_000_000_000)


def test_a_hard_link_shares_its_file(tmp_path: Path):
    _unpack(_tar(("d/a", FILE, b"x"), ("./b", HARD, "./d/a")), tmp_path)

    assert (tmp_path / "b").samefile(tmp_path / "d/a")


def test_zero_bytes_mean_no_artifacts(tmp_path: Path):
    # S2I-188
    assert _unpack(b"", tmp_path) == 0


def test_an_empty_tar_means_no_artifacts(tmp_path: Path):
    assert _unpack(_tar(), tmp_path) == 0


def test_names_with_newlines_and_stray_bytes_come_out(tmp_path: Path):
    name = os.fsdecode(b"a\ncaf\xe9")

    _unpack(_tar((name, FILE, b"x")), tmp_path)

    assert [os.fsencode(path.name) for path in tmp_path.iterdir()] == [b"a\ncaf\xe9"]


@pytest.mark.parametrize(
    "members",
    [
        [("/etc/passwd", FILE, b"x")],
        [("../out", FILE, b"x")],
        [("d/../../out", FILE, b"x")],
        [("l", LINK, "/etc")],
        [("l", LINK, "../..")],
        [("l", LINK, ".."), ("l/out", FILE, b"x")],
        [("l", LINK, "d"), ("d", DIR, b""), ("l/f", FILE, b"x")],
        [("d/x", LINK, ".."), ("y", LINK, "d/x/../..")],
        [("h", HARD, "/etc/passwd")],
        [("h", HARD, "../out")],
        [("h", HARD, "later"), ("later", FILE, b"x")],
        [("f", FILE, b"1"), ("f", FILE, b"2")],
        [("f", FILE, b"1"), ("f", DIR, b"")],
        [("f", FILE, b"1"), ("f/g", FILE, b"2")],
        [("l", LINK, "f"), ("l", FILE, b"2")],
        [("f", FILE, b"1"), ("f", LINK, "g")],
        [("dev", tarfile.CHRTYPE, b"")],
        [("dev", tarfile.BLKTYPE, b"")],
        [("pipe", tarfile.FIFOTYPE, b"")],
        [("n" * 5000, FILE, b"x")],
    ],
    ids=lambda members: ",".join(f"{name[:12]}>{str(rest)[:12]}" for name, _, rest in members),
)
def test_what_would_leave_or_replace_is_refused(tmp_path: Path, members: list[Member]):
    # S2I-186
    into = tmp_path / "a/b"
    into.mkdir(parents=True)

    with pytest.raises(BuildFault, match="artifacts cannot be used"):
        _unpack(_tar(*members), into)

    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


def test_a_file_that_lay_there_before_is_not_replaced(tmp_path: Path):
    (tmp_path / "f").write_text("before")

    with pytest.raises(BuildFault, match="f would replace what is there"):
        _unpack(_tar(("f", FILE, b"after")), tmp_path)

    assert (tmp_path / "f").read_text() == "before"


def test_a_link_that_lay_there_before_is_not_gone_through(tmp_path: Path):
    into = tmp_path / "into"
    into.mkdir()
    (into / "l").symlink_to(tmp_path)

    with pytest.raises(BuildFault, match="l is a link"):
        _unpack(_tar(("l/out", FILE, b"x")), into)

    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("cut", [1, 100, 512, 600, 1024])
def test_a_tar_that_was_cut_off_is_noticed(tmp_path: Path, cut: int):
    whole = _tar(("a", FILE, b"x" * 500), ("b", FILE, b"y" * 500))

    with pytest.raises(BuildFault, match=r"no tar|broke off"):
        _unpack(whole[:cut], tmp_path)


def test_garbage_between_members_is_noticed(tmp_path: Path):
    whole = _tar(("a", FILE, b"x"))

    with pytest.raises(BuildFault, match=r"no tar|broke off"):
        _unpack(whole[:1024] + b"Downloading packages...".ljust(512) + whole[1024:], tmp_path)


@pytest.mark.parametrize("data", [b"hello\n", b"\x1f\x8b" + b"z" * 600, b"\xff" * 2000])
def test_what_is_no_tar_is_told(tmp_path: Path, data: bytes):
    with pytest.raises(BuildFault, match="no tar") as caught:
        _unpack(data, tmp_path)

    assert "standard output" in caught.value.hint


def test_a_huge_header_is_refused_before_it_is_read(tmp_path: Path):
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, 1 << 40

    with pytest.raises(BuildFault, match="header is too long"):
        _unpack(info.tobuf(tarfile.GNU_FORMAT) + b"\0" * 512, tmp_path)


@pytest.mark.parametrize("bounds", [Bounds(members=1), Bounds(size=3)])
def test_more_than_the_bounds_is_refused(tmp_path: Path, bounds: Bounds):
    data = _tar(("a", FILE, b"xx"), ("b", FILE, b"yy"))

    with pytest.raises(BuildFault, match="more than a build may keep"):
        unpack(io.BytesIO(data), tmp_path, bounds)


def test_a_stream_on_which_nothing_comes_is_given_up(tmp_path: Path):
    # S2I-69
    reader, writer = os.pipe()
    with (
        os.fdopen(reader, "rb") as stream,
        os.fdopen(writer, "wb"),
        pytest.raises(BuildFault, match="nothing came from save-artifacts") as caught,
    ):
        unpack(stream, tmp_path, Bounds(idle=0.01))

    assert caught.value.exit_code == 7


def test_a_directory_of_ours_is_sent_as_it_is(tmp_path: Path):
    (tmp_path / "d").mkdir()
    (tmp_path / "d/.git").mkdir()
    (tmp_path / "l").symlink_to("/etc")

    found = {entry.path: entry.kind for entry in entries_of(tmp_path)}

    assert found == {"d": Kind.DIRECTORY, "d/.git": Kind.DIRECTORY, "l": Kind.LINK}
