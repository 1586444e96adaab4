"""Tar headers that are refused: broken, endless, or with more than one reading."""

from __future__ import annotations

import io
import tarfile
from contextlib import suppress
from typing import Literal

import pytest

from slipcast.builder.inputs.members import FILE, BadTar, Member, members

END = bytes(1024)


def header(
    name: str = "f",
    kind: bytes = tarfile.REGTYPE,
    size: int = 0,
    fmt: Literal[0, 1, 2] = tarfile.USTAR_FORMAT,
) -> bytes:
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, size
    return info.tobuf(fmt)


def extended(*records: bytes, kind: bytes = tarfile.XHDTYPE) -> bytes:
    data = b"".join(records)
    return header("x", kind, len(data)) + data.ljust(-(-len(data) // 512) * 512, b"\0")


def signed(block: bytes) -> bytes:
    """A header with the right sum after it was changed."""
    total = sum(block[:148]) + 8 * 32 + sum(block[156:])
    return block[:148] + b"%06o\0 " % total + block[156:]


def read(data: bytes) -> list[Member]:
    return list(members(data))


def test_a_long_name_of_either_sort_is_taken():
    long = "d/" * 150 + "f"

    gnu = read(header(long, fmt=tarfile.GNU_FORMAT) + END)
    pax = read(extended(b"311 path=" + long.encode() + b"\n") + header() + END)

    assert gnu[0].name == pax[0].name == long.encode()


def test_headers_for_all_members_hold_until_a_member_has_its_own():
    data = extended(b"12 mtime=70\n", kind=tarfile.XGLTYPE) + header("a")
    data += extended(b"15 mtime=71.25\n") + header("b") + header("c") + END

    assert [member.mtime for member in read(data)] == [70, 71, 70]


def test_a_size_beyond_octal_is_taken():
    info = tarfile.TarInfo("big")
    info.size = 1 << 40

    with pytest.raises(BadTar, match="broke off"):
        read(info.tobuf(tarfile.GNU_FORMAT) + END)


def test_a_directory_of_an_old_tar_ends_with_a_slash():
    (member,) = read(signed(header("d/")[:156] + b"\0" + header("d/")[157:]) + END)

    assert member.type == tarfile.DIRTYPE


@pytest.mark.parametrize(("said", "taken"), [(b"-5", 0), (b"99999999999", (1 << 33) - 1)])
def test_times_stay_within_what_a_header_holds(said: bytes, taken: int):
    record = b" mtime=" + said + b"\n"
    record = b"%d" % (len(record) + 2) + record

    assert read(extended(record) + header() + END)[0].mtime == taken


@pytest.mark.parametrize(
    "data",
    [
        signed(b"\xff" * 512),
        signed(header()[:124] + b"-0000000001\0" + header()[136:]),
        signed(header()[:124] + b"0_1\0".ljust(12) + header()[136:]),
        signed(header()[:124] + b"8".ljust(12) + header()[136:]),
        signed(header()[:124] + b"\xff" * 12 + header()[136:]),
        signed(header()[:124] + b"\x81" + bytes(11) + header()[136:]),
        header("l", tarfile.SYMTYPE, 5) + bytes(512),
        header("d", tarfile.DIRTYPE, 5) + bytes(512),
        header("h", tarfile.LNKTYPE, 5) + bytes(512),
        header("x", tarfile.XHDTYPE, 1 << 30),
        extended(b"6 path\n") + header(),
        extended(b"99 path=x\n") + header(),
        extended(b"0 path=x\n") + header(),
        extended(b"1 path=x\n") + header(),
        extended(b"-1 path=x\n") + header(),
        extended(b"path=x\n") + header(),
        extended(b"9 path=xy") + header(),
        extended(b"9 size=x\n") + header(),
        extended(b"11 size=-5\n") + header(),
        extended(b"22 GNU.sparse.major=1\n") + header(),
        extended(b"9 path=a\n") + extended(b"9 path=b\n") + header(),
        extended(b"9 path=a\n"),
    ],
)
def test_a_header_that_makes_no_sense_is_refused(data: bytes):
    with pytest.raises(BadTar):
        read(data + END)


def test_a_huge_extended_header_takes_no_time_squared():
    records = b"6 a=b\n" * 170_000

    (member,) = read(extended(records) + header() + END)

    assert member.type == FILE


def test_every_change_of_a_header_is_noticed_but_for_a_byte_that_nobody_reads():
    whole, unnoticed = header("name"), []

    for place in range(512):
        broken = whole[:place] + bytes([whole[place] ^ 0x15]) + whole[place + 1 :]
        with suppress(BadTar):
            read(broken + END)
            unnoticed.append(place)

    assert unnoticed == [155]  # behind the end of the sum


def test_tarfile_agrees_on_where_contents_lie():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for size in (0, 1, 511, 512, 513):
            info = tarfile.TarInfo(f"f{size}")
            info.size = size
            tar.addfile(info, io.BytesIO(bytes([size % 251]) * size))
    data = buffer.getvalue()

    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        expected = [(info.offset_data, info.size) for info in tar]

    assert [(member.offset, member.size) for member in read(data)] == expected
