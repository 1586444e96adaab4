"""Acting as a user without privileges, for tests that run as root."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

UID = 4711


@contextmanager
def acting() -> Iterator[None]:
    """Whatever happens inside happens as somebody without privileges."""
    os.setegid(UID)
    os.seteuid(UID)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


@contextmanager
def place() -> Iterator[Path]:
    """A directory that is somebody's, reachable from the root without being root."""
    if os.geteuid() != 0:
        pytest.skip("needs root to become somebody else")
    directory = Path(tempfile.mkdtemp(prefix="somebody-", dir=_open()))
    try:
        os.chown(directory, UID, UID)
        yield directory
    finally:
        shutil.rmtree(directory)


def _open() -> Path:
    """Where temporary files are, if everybody may go there."""
    usual = Path(tempfile.gettempdir()).resolve()
    if all(each.stat().st_mode & 1 for each in (usual, *usual.parents)):
        return usual
    return Path("/tmp")
