"""Headers written by hand are read back by the standard library as what they were."""

from __future__ import annotations

import io
import tarfile

import pytest

from slipcast.adapters.layers.tar import BLOCK, END, Member, Type, header, padding


def read_back(member: Member, content: bytes = b"") -> tarfile.TarInfo:
    raw = header(member) + content + padding(member.size) + END
    with tarfile.open(fileobj=io.BytesIO(raw), errors="surrogateescape") as tar:
        (only,) = tar.getmembers()
    return only


def test_a_file_keeps_everything() -> None:
    member = Member(name=b"a/b", mode=0o4751, uid=7, gid=8, size=3, mtime=1_700_000_000)

    info = read_back(member, b"abc")

    assert (info.name, info.mode, info.uid, info.gid) == ("a/b", 0o4751, 7, 8)
    assert (info.size, info.mtime, info.isreg()) == (3, 1_700_000_000, True)


@pytest.mark.parametrize(
    "name",
    [
        b"x" * 100,
        b"x" * 101,
        b"d/" * 200 + b"f",
        "ü".encode() * 99,
        b"\xff",
        b"\xff" * 150,
        b"a\nb",
    ],
)
def test_a_name_of_any_length_and_any_bytes_is_kept(name: bytes) -> None:
    info = read_back(Member(name=name))

    assert info.name.encode("utf-8", "surrogateescape") == name


@pytest.mark.parametrize("target", [b"t", b"../" * 60, b"\xfe" * 120])
def test_a_link_keeps_its_text(target: bytes) -> None:
    info = read_back(Member(name=b"l", type=Type.LINK, target=target))

    assert info.issym()
    assert info.linkname.encode("utf-8", "surrogateescape") == target


@pytest.mark.parametrize(
    ("uid", "size", "mtime"), [(2**21, 0, 0), (2**31, 0, 0), (0, 8 << 30, 0), (0, 0, 1 << 35)]
)
def test_numbers_too_large_for_the_old_header_are_kept(uid: int, size: int, mtime: int) -> None:
    raw = header(Member(name=b"f", uid=uid, size=size, mtime=mtime)) + END

    with tarfile.open(fileobj=io.BytesIO(raw)) as tar:
        info = tar.next()

    assert info is not None
    assert (info.uid, info.size, info.mtime) == (uid, size, mtime)


def test_directories_end_in_a_slash_and_devices_have_numbers() -> None:
    directory = header(Member(name=b"d", type=Type.DIRECTORY))
    device = read_back(Member(name=b"c", type=Type.CHARACTER_DEVICE, device=(5, 1)))

    assert directory.startswith(b"d/\0")
    assert (device.ischr(), device.devmajor, device.devminor) == (True, 5, 1)


def test_attributes_travel_as_the_container_tools_write_them() -> None:
    value = b"\x01\x00\n=\xff"

    info = read_back(Member(name=b"f", xattrs={"security.capability": value}))

    kept = info.pax_headers["SCHILY.xattr.security.capability"]
    assert kept.encode("utf-8", "surrogateescape") == value


def test_a_header_is_a_whole_number_of_blocks() -> None:
    assert len(header(Member(name=b"n" * 1000, target=b"t" * 1000))) % BLOCK == 0
