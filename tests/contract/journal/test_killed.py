"""Kill -9 under load: every acknowledged row is there, no revision was used twice, none is missing.

Rows of one append are all there or none.

SLIPCAST_KILLS says how often; the nightly form says a hundred.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from contract.journal.model import told
from slipcast.adapters.journal.sqlite import SqliteJournal

pytestmark = pytest.mark.anyio

KILLS = int(os.environ.get("SLIPCAST_KILLS", "4"))

WRITER = """
import asyncio, itertools, os, sys
from pathlib import Path
from slipcast.adapters.journal.sqlite import SqliteJournal
from slipcast.ports.journal import Row

async def write(journal, task):
    row = None
    for count in itertools.count():
        key = f"/{os.getpid()}/{task}"
        value = b"%d " % count * (count * 37 % 900 + 1)
        if count % 5 == 4:
            row = await journal.append(key, None, expected=row.revision)
            print(row.revision, key, "-", flush=True)
            row = None
        else:
            row = await journal.append(key, value, expected=row.revision if row else 0)
            print(row.revision, key, len(value), flush=True)
        if task == 0 and count % 50 == 49:
            await journal.compact(row.revision - 10_000 if row else 0)

async def write_pairs(journal, task):
    for count in itertools.count():
        ends = [f"/pair/{os.getpid()}/{task}/{count}/{end}" for end in "ab"]
        rows = await journal.append_all([Row(end, b"x" * (count % 900 + 1), 0) for end in ends])
        for row in rows:
            print(row.revision, row.key, len(row.value), flush=True)

async def main():
    journal = await SqliteJournal.open(Path(sys.argv[1]))
    async with asyncio.TaskGroup() as group:
        for task in range(8):
            group.create_task(write(journal, task))
            group.create_task(write_pairs(journal, task))

asyncio.run(main())
"""


def killed_while_writing(path: Path) -> list[str]:
    """The rows that a process acknowledged before it was killed at a random moment."""
    lines = []
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        wanted = random.randrange(1, 1500)  # noqa: S311  no secret
        for line in writer.stdout:
            lines.append(line)
            if len(lines) == wanted:
                writer.kill()
    # The last line may have been cut off.
    return [line.strip() for line in lines if line.endswith("\n")]


async def as_printed(path: Path) -> list[str]:
    """The rows of a journal, as the writer prints them."""
    journal = await SqliteJournal.open(path)
    rows = await told(journal, 0, "")
    await journal.close()
    return [
        f"{row.revision} {row.key} {'-' if row.value is None else len(row.value)}" for row in rows
    ]


def assert_paired(keys: list[str]) -> None:
    """Both ends of each pair are there, one right after the other."""
    expected = [f"{key[:-1]}{end}" for key in keys[::2] for end in "ab"]
    assert keys == expected


async def test_every_acknowledged_row_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    acknowledged: list[str] = []

    for _ in range(KILLS):
        acknowledged += killed_while_writing(path)

        rows = await as_printed(path)
        assert set(acknowledged) <= set(rows)
        assert [int(row.split()[0]) for row in rows] == list(range(1, len(rows) + 1))
        assert_paired([row.split()[1] for row in rows if "/pair/" in row])
    assert len(acknowledged) > KILLS
