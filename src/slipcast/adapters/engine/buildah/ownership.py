"""Whose a working container is: told by its name, so that the dead can be swept up after.

A name ends in the owner's process id and start time, which together no later process repeats
until the machine restarts.
"""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

_NAME = re.compile(r"slipcast-(?P<pid>\d+)-(?P<start>\d+)-[0-9a-f]{8}$")
_START_FIELD = 22
_ENDED = frozenset("ZX")
_UNFIT = re.compile(r"[^A-Za-z0-9_.-]+")


def owner_mark() -> str:
    """What tells this process from every other, also later ones."""
    return f"{os.getpid()}-{started(os.getpid())}"


def is_alive(name: str) -> bool:
    """Whether the process lives whose mark a name begins with; True for names of other kinds."""
    pid, _, rest = name.partition("-")
    start = rest.partition("-")[0]
    if not (pid.isdecimal() and start.isdecimal()):
        return True
    return started(int(pid)) == int(start)


def new_name(wish: str = "") -> str:
    """A name for a container of this process; a wish goes before it."""
    own = f"slipcast-{owner_mark()}-{secrets.token_hex(4)}"
    fit = _UNFIT.sub("_", wish).strip("_.-")
    return f"{fit}.{own}" if fit else own


def is_ours(name: str) -> bool:
    """Whether a name was given by `new_name`, in any process."""
    return _NAME.search(name) is not None


def is_orphan(name: str) -> bool:
    """Whether a name was given by a process that has ended."""
    match = _NAME.search(name)
    return match is not None and started(int(match["pid"])) != int(match["start"])


def started(pid: int) -> int:
    """When a process began, in clock ticks since the machine's start; 0 when there is none."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    # The second field holds the program's name, which may itself hold blanks and parentheses.
    fields = text.rpartition(")")[2].split()
    return 0 if fields[0] in _ENDED else int(fields[_START_FIELD - 3])
