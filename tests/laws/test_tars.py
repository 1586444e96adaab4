"""Laws of reading tars: what tarfile and GNU tar write is read as it was written."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slipcast.builder.inputs.archive import entries
from slipcast.builder.inputs.members import BadTar, members
from slipcast.values.entries import Kind
from slipcast.values.faults import BuildFault

letters = st.characters(exclude_characters="/\0", exclude_categories=["Cs"])
names = st.text(letters, min_size=1, max_size=60).filter(lambda name: name not in (".", ".."))
paths = st.lists(names, min_size=1, max_size=4).map("/".join)
TYPES = [tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE]
targets = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1)


@st.composite
def infos(draw: st.DrawFn) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(draw(paths))
    info.type = draw(st.sampled_from(TYPES))
    info.mode = draw(st.integers(0, 0o7777))
    info.mtime = draw(st.integers(0, 1 << 33) | st.floats(1, 1 << 32))
    content = draw(st.binary(max_size=1100)) if info.isreg() else b""
    info.size = len(content)
    info.linkname = draw(targets) if info.issym() or info.islnk() else ""
    return info, content


@given(st.lists(infos(), max_size=5), st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]))
def test_what_tarfile_writes_is_read_as_tarfile_reads_it(
    written: list[tuple[tarfile.TarInfo, bytes]], fmt: int
) -> None:
    into = io.BytesIO()
    with tarfile.open(fileobj=into, mode="w", format=fmt) as tar:
        for info, content in written:
            tar.addfile(info, io.BytesIO(content))

    read = list(members(into.getvalue()))

    with tarfile.open(fileobj=io.BytesIO(into.getvalue())) as tar:
        for info, member in zip(tar, read, strict=True):
            assert os.fsdecode(member.name).rstrip("/") == info.name.rstrip("/")
            assert os.fsdecode(member.target) == info.linkname
            assert (member.type, member.size, member.mode) == (info.type, info.size, info.mode)
            assert member.mtime == min(int(info.mtime), (1 << 33) - 1)
            assert not member.size or member.offset == info.offset_data


@pytest.mark.parametrize("fmt", ["gnu", "oldgnu", "pax", "ustar", "v7"])
@settings(max_examples=15)
@given(files=st.dictionaries(st.text("abc é\n", min_size=1, max_size=30), st.binary(max_size=999)))
def test_what_gnu_tar_writes_of_a_directory_is_that_directory(
    fmt: str, files: dict[str, bytes]
) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch, "in")
        (root / "d").mkdir(parents=True)
        for name, content in files.items():
            (root / "d" / name).write_bytes(content)
            (root / f"{name}-link").symlink_to(f"d/{name}")
            (root / f"{name}-hard").hardlink_to(root / "d" / name)
        spool = Path(scratch, "out.tar")
        subprocess.run(["tar", f"--format={fmt}", "-cf", spool, "-C", root, "."], check=True)

        found = {entry.path: entry for entry in entries(spool)}

        data = spool.read_bytes()
        assert set(found) == {str(path.relative_to(root)) for path in root.rglob("*")}
        for name, content in files.items():
            assert found[f"{name}-link"].target == f"d/{name}"
            for path in (f"d/{name}", f"{name}-hard"):
                entry = found[path]
                assert data[entry.offset :][: entry.size] == content


@given(noise=st.binary(max_size=3000), at=st.integers(0, 40), signs=st.booleans())
def test_no_bytes_end_in_anything_but_entries_inside_or_a_fault(
    noise: bytes, at: int, *, signs: bool
) -> None:
    info = tarfile.TarInfo("d/f")
    info.size = len(noise)
    block = bytearray(info.tobuf(tarfile.PAX_FORMAT) + noise + bytes(2048))
    place = at * 13 % 512
    block[place : place + len(noise[:12])] = noise[:12]
    if signs:
        total = sum(block[:148]) + 8 * 32 + sum(block[156:512])
        block[148:156] = b"%06o\0 " % total
    with tempfile.NamedTemporaryFile() as spool:
        spool.write(block)
        spool.flush()
        try:
            found = entries(Path(spool.name))
        except BuildFault:
            return

    for entry in found:
        assert not entry.path.startswith("/")
        assert ".." not in entry.path.split("/")
        assert entry.kind is not Kind.FILE or entry.offset + entry.size <= len(block)


@given(st.binary(max_size=2048))
def test_no_bytes_break_the_reader(noise: bytes) -> None:
    try:
        read = list(members(noise))
    except BadTar:
        return

    assert read == []
