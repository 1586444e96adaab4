"""Bugs: stack traces kept where only the user can read them."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def record(directory: Path, trace: str) -> tuple[str, Path | None]:
    """Keep a trace below a directory; its id, and the file, None when it could not be written."""
    identity = secrets.token_hex(4)
    path = directory / "bugs" / f"{identity}.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(target, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(trace)
    except OSError:
        return identity, None
    return identity, path
