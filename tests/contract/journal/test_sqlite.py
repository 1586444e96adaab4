"""The SQLite file: whose it is, who has it open, and what a full disk does."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from contract.journal.model import told
from slipcast.adapters.journal.sqlite import SqliteJournal, file
from slipcast.ports.journal import JournalFull
from slipcast.values.faults import PortFault

pytestmark = pytest.mark.anyio

HOLDER = """
import asyncio, sys
from pathlib import Path
from slipcast.adapters.journal.sqlite import SqliteJournal

async def main():
    await SqliteJournal.open(Path(sys.argv[1]))
    print("open", flush=True)
    sys.stdin.read()

asyncio.run(main())
"""


def modes_in(directory: Path) -> dict[str, int]:
    """Who may do what with each file."""
    return {path.name: path.stat().st_mode & 0o777 for path in directory.iterdir()}


def files_with(text: bytes, directory: Path) -> list[Path]:
    """The files that hold a text."""
    return [path for path in directory.iterdir() if text in path.read_bytes()]


async def refusal(path: Path) -> PortFault:
    """The fault of opening a file."""
    with pytest.raises(PortFault) as caught:
        await SqliteJournal.open(path)
    return caught.value


async def test_what_was_written_is_there_after_opening_again(tmp_path: Path) -> None:
    first = await SqliteJournal.open(tmp_path / "journal.db")
    await first.append("/a", b"1", expected=0)
    await first.append("/a", b"2", expected=1)
    await first.append("/b", b"3", expected=0)
    rows = await told(first, 0, "")
    await first.compact(1)
    await first.close()

    again = await SqliteJournal.open(tmp_path / "journal.db")

    assert await told(again, 1, "") == rows[1:]
    assert (await again.list("/", limit=1)).remaining == 1
    assert (await again.append("/b", None, expected=3)).revision == 4
    await again.close()


@contextmanager
def held(path: Path) -> Iterator[int]:
    """The id of another process that has the journal open; killed when the context ends."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        yield holder.pid
        holder.kill()


async def test_a_journal_in_use_names_the_process(tmp_path: Path) -> None:
    with held(tmp_path / "journal.db") as pid:
        fault = await refusal(tmp_path / "journal.db")

    assert fault.reason == "JournalInUse"
    assert f"process {pid}" in fault.message


async def test_a_journal_is_free_again_when_its_process_was_killed(tmp_path: Path) -> None:
    with held(tmp_path / "journal.db"):
        pass

    journal = await SqliteJournal.open(tmp_path / "journal.db")

    assert await journal.head() == 0
    await journal.close()


async def test_a_file_of_somebody_else_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    before = path.read_bytes()

    fault = await refusal(path)

    assert (fault.reason, bool(fault.hint)) == ("JournalForeign", True)
    assert path.read_bytes() == before


async def test_a_text_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_text("dear diary")

    fault = await refusal(path)

    assert fault.reason == "JournalForeign"
    assert path.read_text() == "dear diary"


async def test_a_newer_journal_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    await (await SqliteJournal.open(path)).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()

    fault = await refusal(path)

    assert fault.reason == "JournalNewer"


async def test_a_damaged_journal_says_so(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    await (await SqliteJournal.open(path)).close()
    with path.open("r+b") as content:
        content.seek(100)
        content.write(os.urandom(20_000))

    fault = await refusal(path)

    assert (fault.reason, bool(fault.hint)) == ("JournalDamaged", True)


async def test_an_unfinished_journal_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "journal.db.new").write_text("half")

    journal = await SqliteJournal.open(tmp_path / "journal.db")

    await journal.close()
    assert not (tmp_path / "journal.db.new").exists()


async def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    fault = await refusal(tmp_path / "nowhere/journal.db")

    assert "nowhere/journal.db" in fault.message


async def test_nobody_else_may_read_a_journal(tmp_path: Path) -> None:
    journal = await SqliteJournal.open(tmp_path / "journal.db")
    await journal.append("/a", b"x", expected=0)

    modes = modes_in(tmp_path)

    await journal.close()
    assert set(modes.values()) == {0o600}
    assert "journal.db-wal" in modes


async def test_a_secret_that_was_replaced_is_in_no_file(tmp_path: Path) -> None:
    journal = await SqliteJournal.open(tmp_path / "journal.db")
    secret = b"correct horse battery staple" * 500
    await journal.append("/secret", secret, expected=0)

    await journal.append("/secret", b"x", expected=1, forget=True)
    await journal.close()

    assert files_with(b"battery", tmp_path) == []


async def test_space_of_what_was_compacted_is_used_again(tmp_path: Path) -> None:
    journal = await SqliteJournal.open(tmp_path / "journal.db")
    row = await journal.append("/a", b"0", expected=0)
    for _ in range(60):
        for _ in range(20):
            row = await journal.append("/a", os.urandom(20_000), expected=row.revision)
        await journal.compact(row.revision)
    await journal.close()

    assert (tmp_path / "journal.db").stat().st_size < 4_000_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    if os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("only root may mount a small file system")
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "none", place], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("no tmpfs can be mounted here")
    yield place
    subprocess.run(["umount", place], check=True)


async def fill(journal: SqliteJournal) -> list[str]:
    """Write until nothing more fits; the keys that were acknowledged."""
    for number in count():
        try:
            await journal.append(f"/{number:05}", os.urandom(20_000), expected=0)
        except JournalFull:
            break
    return [row.key for row in await told(journal, 0, "")]


async def test_on_a_full_disk_reading_goes_on_and_writing_comes_back(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(500_000))
    journal = await SqliteJournal.open(small_disk / "journal.db")
    keys = await fill(journal)

    listed = await journal.list("/")
    ballast.unlink()
    more = await journal.append("/more", b"x", expected=0)

    assert [row.key for row in listed.entries] == keys
    assert more.revision == len(keys) + 1
    await journal.close()


async def test_on_a_full_disk_nothing_is_half_written(small_disk: Path) -> None:
    journal = await SqliteJournal.open(small_disk / "journal.db")
    keys = await fill(journal)
    await journal.close()

    again = await SqliteJournal.open(small_disk / "journal.db")

    assert await again.head() == len(keys)
    assert [row.key for row in await told(again, 0, "")] == keys
    await again.close()


async def test_all_who_share_a_commit_learn_that_the_disk_is_full(small_disk: Path) -> None:
    journal = await SqliteJournal.open(small_disk / "journal.db")
    keys = await fill(journal)

    answers = await asyncio.gather(
        *(journal.append(f"/x/{n}", os.urandom(50_000), expected=0) for n in range(8)),
        return_exceptions=True,
    )

    assert [type(answer) for answer in answers] == [JournalFull] * 8
    assert await journal.head() == len(keys)
    await journal.close()


def test_what_sqlite_says_becomes_a_fault_with_a_hint() -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC

    fault = file.translated(error, Path("journal.db"))

    assert (fault.reason, fault.retryable, bool(fault.hint)) == ("JournalFailed", True, True)
