"""Bytes on their way to the server, and how far they are.

Source: user-pain.md UP-3: bytes and progress are shown.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Final

import click

from slipcast.ports.packing import Packing
from slipcast.values.sizes import in_units

EVERY: Final = 0.2
"""Seconds between two looks at how far it is."""


class Meter:
    """Counts what goes by, and shows it: on a terminal as it goes, everywhere at the end."""

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._began = now()
        self._shown = 0.0
        self._terminal = sys.stderr.isatty()
        self.sent = 0

    async def passing(self, pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
        """The pieces, read without holding up anything else."""
        reading = iter(pieces)
        while (piece := await asyncio.to_thread(next, reading, None)) is not None:
            self.sent += len(piece)
            self._show()
            if piece:
                yield piece

    def _show(self) -> None:
        if self._terminal and self._now() - self._shown >= EVERY:
            self._shown = self._now()
            click.echo(f"\r{self._said()}\x1b[K", err=True, nl=False)

    def done(self, packing: Packing | None) -> None:
        """Say how much it was."""
        clear = "\r\x1b[K" if self._terminal else ""
        files = ""
        if packing is not None:
            counted = packing.counted
            ignored = f", {counted.ignored} ignored" if counted.ignored else ""
            files = f" ({counted.files} files{ignored})"
            if counted.special:
                names = ", ".join(counted.special[:5])
                click.echo(f"{clear}Left out, since they are no files: {names}", err=True)
        click.echo(f"{clear}{self._said()}{files}", err=True)

    def _said(self) -> str:
        seconds = max(self._now() - self._began, 0.001)
        return f"Sent {in_units(self.sent)} in {seconds:.1f} s"
