"""Calls of the kernel that Python has no words for.

Source: prctl(2), mount(2), umount2(2).
"""

from __future__ import annotations

import ctypes
import os
import signal

_DIE_WITH_PARENT = 1
_ADOPT_ORPHANS = 36
_DETACH = 2
_BIND = 4096

_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent() -> None:
    """Have this process killed when the one that made it ends."""
    _called(_libc.prctl(_DIE_WITH_PARENT, int(signal.SIGKILL), 0, 0, 0))


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends."""
    _called(_libc.prctl(_ADOPT_ORPHANS, 1, 0, 0, 0))


def bind(source: str, target: str) -> None:
    """Have a directory seen at another place, too.

    Errors: OSError.
    """
    _called(_libc.mount(os.fsencode(source), os.fsencode(target), None, _BIND, None))


def unmount(path: str) -> None:
    """Take a mount away; who still uses it keeps it until then.

    Errors: OSError.
    """
    _called(_libc.umount2(os.fsencode(path), _DETACH))


def _called(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
