"""Allocation: how the C library and Python's collector treat the memory of a server.

By default the C library gives each large piece back at once and faults it in anew for the next
answer, which costs more than making the answer. Elsewhere than with glibc nothing is changed.

Source: mallopt(3).
"""

from __future__ import annotations

import ctypes
import gc
from typing import Final

_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_ARENA_MAX: Final = -8

KEPT: Final = 16 << 20
"""Bytes of free memory that stay with the process."""
LARGE: Final = 4 << 20
"""Bytes from which a piece is given back as soon as it is free."""
ARENAS: Final = 2
"""Heaps for threads to have their own of; ours wait for one another anyway."""
YOUNG: Final = 20_000
"""New objects until the collector looks at them: requests make some hundred, and few cycles."""


def settle() -> None:
    """Keep some memory for the next answer."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_TRIM_THRESHOLD, KEPT)
        mallopt(_MMAP_THRESHOLD, LARGE)
        mallopt(_ARENA_MAX, ARENAS)


def freeze() -> None:
    """Have the collector pass over what is there when a server begins to serve: it stays."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 10, 10)
