"""Whose a working container is: told by its name, so that the dead can be swept up after.

A label would say the same, and would be found again in the image that the container is committed
to. The name ends in the scope in which process ids mean something (host and namespace), since an
engine can be shared by several, the owner's process id and its start time.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import socket
from functools import cache
from pathlib import Path

MARK = ".slipcast-"

_NAME = re.compile(r"\.slipcast-(?P<scope>[0-9a-f]{8})-(?P<pid>\d+)-(?P<start>\d+)-[0-9a-f]{8}$")
_START_FIELD = 22
_ENDED = frozenset("ZX")
_UNFIT = re.compile(r"[^A-Za-z0-9_.-]+")


def new_name(wish: str) -> str:
    """A name for a container of this process that begins with a wish."""
    pid = os.getpid()
    own = f"{_scope()}-{pid}-{_started(pid)}-{secrets.token_hex(4)}"
    return f"{_UNFIT.sub('_', wish).strip('_.-') or 's2i'}{MARK}{own}"


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
