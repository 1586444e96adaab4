"""Whose a thing is that may outlive us: told by its name, so that the dead can be swept up after.

Containers, marks of builds and scratch directories bear such names. A label would say the same,
and would be found again in the image that a container is committed to. A name ends in the scope
in which process ids mean something (host and namespace), since a store or an engine can be shared
by several, in the owner's process id and start time, which together no later process repeats
until the machine restarts, and in something of its own.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import socket
from functools import cache
from pathlib import Path

MARK = "slipcast-"

_NAME = re.compile(rf"{MARK}(?P<scope>[0-9a-f]{{8}})-(?P<pid>\d+)-(?P<start>\d+)-[0-9a-z_]{{8}}$")
_START_FIELD = 22
_ENDED = frozenset("ZX")
_UNFIT = re.compile(r"[^A-Za-z0-9_.-]+")


def new_name(wish: str = "") -> str:
    """A name for something of this process; a wish goes before it."""
    own = f"{prefix()}{secrets.token_hex(4)}"
    fit = _UNFIT.sub("_", wish).strip("_.-")
    return f"{fit}.{own}" if fit else own


def prefix() -> str:
    """What tells this process from every other, also later ones; eight small letters make a name.

    Shape:  as tempfile wants it.
    """
    pid = os.getpid()
    return f"{MARK}{_scope()}-{pid}-{_started(pid)}-"


def is_orphan(name: str) -> bool:
    """Whether a name was given by a process of this scope that has ended."""
    match = _NAME.search(name)
    if match is None or match["scope"] != _scope():
        return False
    return _started(int(match["pid"])) != int(match["start"])


@cache
def _scope() -> str:
    """A hash of this host and process namespace."""
    namespace = Path("/proc/self/ns/pid").readlink()
    machine = Path("/etc/machine-id")
    identity = machine.read_text() if machine.is_file() else ""
    text = f"{identity} {socket.gethostname()} {namespace}"
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _started(pid: int) -> int:
    """When a process began, in clock ticks since the machine's start; 0 when there is none."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    # The second field holds the program's name, which may itself hold blanks and parentheses.
    fields = text.rpartition(")")[2].split()
    return 0 if fields[0] in _ENDED else int(fields[_START_FIELD - 3])
