"""Bytes to standard output, as they are and at once."""

from __future__ import annotations

import sys


def out(data: bytes) -> None:
    """Show a piece of a log."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
