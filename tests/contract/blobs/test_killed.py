"""Kill -9 of writers: what was acknowledged is there, and nothing is served that is not whole.

SLIPCAST_KILLS says how often; the nightly form says a hundred.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from slipcast.adapters.blobs import opened
from slipcast.adapters.clock import SystemClock
from slipcast.values.digest import Digest

pytestmark = pytest.mark.anyio

KILLS = int(os.environ.get("SLIPCAST_KILLS", "4"))

WRITER = """
import asyncio, itertools, os, random, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from slipcast.adapters.blobs import opened
from slipcast.adapters.clock import SystemClock
from slipcast.values.digest import Digest

async def pieces(content):
    for start in range(0, len(content), 50_000):
        yield content[start : start + 50_000]

async def write(blobs, links, task):
    for count in itertools.count():
        content = os.urandom(64) * random.randrange(1, 40_000)
        digest = Digest.of(content)
        upload = await blobs.begin("shop/web")
        half = len(content) // 2
        await blobs.append(upload.id, 0, pieces(content[:half]))
        await blobs.append(upload.id, half, pieces(content[half:]))
        await blobs.commit(upload.id, digest)
        await links.add("blobs", "shop/web", digest)
        await links.add("manifests", "shop/web", digest, digest)
        if count % 3:
            print("kept", digest, flush=True)
        else:
            print("going", digest, flush=True)
            await blobs.remove(digest, datetime.now(UTC) + timedelta(days=1))
            await links.remove("manifests", "shop/web", digest)
            await links.remove("blobs", "shop/web", digest)

async def main():
    blobs, links = opened(Path(sys.argv[1]), SystemClock(), reserve=0)
    async with asyncio.TaskGroup() as group:
        for task in range(6):
            group.create_task(write(blobs, links, task))

asyncio.run(main())
"""


def killed_while_writing(place: Path) -> tuple[str, ...]:
    """What two processes acknowledged before they were killed at random moments."""
    lines: list[str] = []
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(place)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for writer in writers:
        assert writer.stdout is not None
        wanted = random.randrange(1, 40)  # noqa: S311  no secret
        with writer:
            for number, line in enumerate(writer.stdout):
                lines.append(line)
                if number == wanted:
                    writer.kill()
    # The last line may have been cut off.
    return tuple(line.strip() for line in lines if line.endswith("\n"))


def file_of(place: Path, digest: Digest) -> Path:
    return place / "blobs" / digest.algorithm / digest.hex[:2] / digest.hex


async def test_what_is_served_after_kill_9_is_whole_and_what_was_acknowledged_is_there(
    tmp_path: Path,
) -> None:
    acknowledged: list[str] = []
    for _ in range(KILLS):
        acknowledged += killed_while_writing(tmp_path)
        blobs, links = opened(tmp_path, SystemClock())

        served = {info.digest: info.size async for info in blobs.blobs()}

        found = {each: file_of(tmp_path, each).read_bytes() for each in served}
        assert [each for each in found if not each.matches(found[each])] == []
        assert {each: len(found[each]) for each in found} == served
        kept = {Digest.parse(line.split()[1]) for line in acknowledged if "kept" in line}
        assert kept <= set(served)
        linked = {link.digest async for link in links.links("manifests", "shop/web")}
        assert kept <= linked
        about = [await links.referrers("shop/web", each) for each in kept]
        assert {link.digest for each in about for link in each} == kept


async def test_what_killed_writers_left_of_their_uploads_can_be_forgotten(tmp_path: Path) -> None:
    killed_while_writing(tmp_path)
    _, links = opened(tmp_path, SystemClock())

    await links.forget_uploads(datetime.now(UTC) + timedelta(days=1))

    assert list((tmp_path / "uploads").iterdir()) == []
