"""Archives that clients send: what is unpacked, and everything that must not be."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from slipcast.builder.inputs.archive import Bounds
from slipcast.builder.inputs.unpacking import BadArchive, unpack

Member = tuple[str, bytes, bytes | str]
"""Name, type, and content or target."""

FILE, DIR, LINK, HARD = tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE


def a_tar(*members: Member, mode: int = 0o644) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, kind, rest in members:
            info = tarfile.TarInfo(name)
            info.type, info.mode, info.mtime = kind, mode, 1_000_000_000
            content = rest if isinstance(rest, bytes) else b""
            info.linkname = rest if isinstance(rest, str) else ""
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def a_zip(*members: tuple[str, bytes, int], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Members by name, content and mode with type."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content, mode in members:
            info = zipfile.ZipInfo(name, (2001, 9, 9, 1, 46, 40))
            info.create_system, info.external_attr = 3, mode << 16
            archive.writestr(info, content, method)
    return buffer.getvalue()


@pytest.fixture
def into(tmp_path: Path) -> Path:
    """Where things are unpacked."""
    (tmp_path / "into").mkdir()
    return tmp_path / "into"


def unpacked(content: bytes, into: Path, **bounds: int) -> None:
    unpack(io.BytesIO(content), into, into.parent, Bounds(**bounds))


@pytest.mark.parametrize(
    "pack", [bytes, gzip.compress, bz2.compress, lzma.compress, zstandard.compress]
)
def test_a_tar_is_unpacked_however_it_is_compressed(
    into: Path, pack: Callable[[bytes], bytes]
) -> None:
    # BLD-67, BLD-69, BLD-199
    members = (("./", DIR, b""), ("./bin/", DIR, b""), ("./bin/run", FILE, b"#!"))
    tar = a_tar(*members, ("./link", LINK, "bin/run"), ("again", HARD, "./bin/run"), mode=0o755)

    unpacked(pack(tar), into)

    assert (into / "bin/run").read_bytes() == b"#!"
    assert (into / "bin/run").stat().st_mode & 0o7777 == 0o755
    assert (into / "bin/run").stat().st_mtime == 1_000_000_000
    assert (into / "link").readlink() == Path("bin/run")
    assert (into / "again").read_bytes() == b"#!"


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_a_zip_keeps_modes_and_links(into: Path, method: int) -> None:
    content = a_zip(
        ("bin/", b"", stat.S_IFDIR | 0o750),
        ("bin/run", b"#!", stat.S_IFREG | 0o4755),
        ("link", b"bin/run", stat.S_IFLNK | 0o777),
        ("plain", b"text", stat.S_IFREG | 0o644),
        method=method,
    )

    unpacked(content, into)

    modes = {name: (into / name).stat().st_mode & 0o7777 for name in ("bin", "bin/run", "plain")}
    assert modes == {"bin": 0o750, "bin/run": 0o755, "plain": 0o644}
    assert (into / "link").readlink() == Path("bin/run")
    assert (into / "plain").stat().st_mtime == 1_000_000_000


def test_sparse_files_long_names_and_pax_entries_are_read(into: Path, tmp_path: Path) -> None:
    # BLD-69
    source = tmp_path / "source"
    source.mkdir()
    name = "n" * 200
    with (source / name).open("wb") as file:
        file.seek(1 << 20)
        file.write(b"end")
    (source / "ä").write_text("ä")
    tar = ["tar", "--sparse", "--create", "--directory", str(source), "."]

    unpacked(subprocess.run([*tar, "--format=gnu"], capture_output=True, check=True).stdout, into)
    gnu = (into / name).read_bytes()
    unpacked(subprocess.run([*tar, "--format=posix"], capture_output=True, check=True).stdout, into)

    assert gnu == (into / name).read_bytes() == bytes(1 << 20) + b"end"
    assert (into / "ä").read_text() == "ä"


def test_of_two_members_of_a_name_the_last_counts(into: Path) -> None:
    unpacked(a_tar(("f", LINK, "g"), ("f", FILE, b"one"), ("f", FILE, b"two")), into)

    assert (into / "f").read_bytes() == b"two"


def test_a_file_is_read_where_it_lies(into: Path, tmp_path: Path) -> None:
    (tmp_path / "sent").write_bytes(gzip.compress(a_tar(("f", FILE, b"one"))))

    with (tmp_path / "sent").open("rb") as stream:
        unpack(stream, into, tmp_path)

    assert (into / "f").read_bytes() == b"one"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "nothing was sent"),
        (b"just a text\n", "no tar that can be read"),
        (b"x" * 2000, "no tar that can be read"),
        (gzip.compress(b"just a text\n", mtime=0), "no tar that can be read"),
        (gzip.compress(a_tar(("f", FILE, b"one")), mtime=0)[:60], "compression is broken"),
        (zstandard.compress(a_tar(("f", FILE, b"one")))[:20], "compression is broken|no tar"),
        (a_tar(("f", FILE, b"x" * 2000))[:1024], "no tar that can be read"),
        (a_tar(("f", FILE, b"x"), ("g", FILE, b"y"))[:1024], "broke off before its end"),
        (b"PK\x03\x04" + bytes(100), "no zip that can be read"),
        (a_zip(("f", b"one", 0))[:-30], "no zip that can be read"),
    ],
)
def test_what_is_no_whole_archive_is_refused(into: Path, content: bytes, what: str) -> None:
    # BLD-68, BLD-199
    with pytest.raises(BadArchive, match=what):
        unpacked(content, into)


@pytest.mark.parametrize(
    "members",
    [
        [("../out", FILE, b"")],
        [("a/../../out", FILE, b"")],
        [("/etc/out", FILE, b"")],
        [("link", LINK, "/etc")],
        [("link", LINK, "..")],
        [("d", LINK, ".."), ("d/out", FILE, b"")],
        [("d", LINK, "."), ("e", LINK, "d/d/.."), ("e/into/out", FILE, b"")],
        [("d", LINK, "."), ("e", LINK, "d/..")],
        [("hard", HARD, "/etc/passwd")],
        [("hard", HARD, "../../etc/passwd")],
        [("hard", HARD, "later"), ("later", FILE, b"")],
        [("device", tarfile.CHRTYPE, b"")],
        [("pipe", tarfile.FIFOTYPE, b"")],
        [("d", DIR, b""), ("d", FILE, b"")],
        [("f", FILE, b""), ("f/g", FILE, b"")],
        [("link", LINK, "link")],
        [("x" * 300, FILE, b"")],
    ],
)
def test_nothing_leads_out_of_the_directory(into: Path, members: list[Member]) -> None:
    # BLD-69
    with pytest.raises(BadArchive):
        unpacked(a_tar(*members), into)

    assert sorted(path.name for path in into.parent.iterdir()) == ["into"]


@pytest.mark.parametrize(
    ("name", "content", "mode"),
    [
        ("../out", b"", 0),
        ("/out", b"", 0),
        ("link", b"/etc", stat.S_IFLNK),
        ("link", b"../..", stat.S_IFLNK),
        ("device", b"", stat.S_IFCHR),
    ],
)
def test_nothing_of_a_zip_leads_out(into: Path, name: str, content: bytes, mode: int) -> None:
    with pytest.raises(BadArchive):
        unpacked(a_zip((name, content, mode)), into)


@pytest.mark.parametrize("bounds", [{"members": 1}, {"size": 5}])
def test_more_than_a_build_may_be_sent_is_refused(into: Path, bounds: dict[str, int]) -> None:
    with pytest.raises(BadArchive, match="more than a build may be sent"):
        unpacked(a_tar(("a", FILE, b"one"), ("b", FILE, b"two")), into, **bounds)


def test_an_archive_of_nothing_is_one(into: Path) -> None:
    unpacked(a_tar(), into)
    unpacked(a_zip(), into)

    assert list(into.iterdir()) == []
