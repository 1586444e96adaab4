"""Entries laid down in a directory of this machine."""

from __future__ import annotations

from pathlib import Path

from slipcast.builder.laying import lay
from slipcast.values.entries import Entry, Kind


def test_entries_lie_there_with_mode_time_and_content(tmp_path: Path):
    entries = [
        Entry(path="d", kind=Kind.DIRECTORY, mode=0o500),
        Entry(path="d/f", content=b"text", mode=0o640, mtime=1_000_000_000),
        Entry(path="l", kind=Kind.LINK, target="d/f"),
    ]

    lay(entries, tmp_path / "new")

    status = (tmp_path / "new/d/f").stat()
    assert (status.st_mode & 0o777, status.st_mtime) == (0o640, 1_000_000_000)
    assert (tmp_path / "new/l").read_text() == "text"
    assert (tmp_path / "new/d").stat().st_mode & 0o777 == 0o500


def test_a_part_of_a_file_is_laid_alone(tmp_path: Path):
    (tmp_path / "spool").write_bytes(b"beforepartafter")

    lay([Entry(path="f", source=tmp_path / "spool", offset=6, size=4)], tmp_path / "new")

    assert (tmp_path / "new/f").read_bytes() == b"part"
