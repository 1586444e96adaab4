"""How often the kernel of this machine has ended a process to get memory.

For programs run by others, who take the memory counters of a control group away with the group.

Source: Linux kernel, mm/vmstat.c, `oom_kill`; limits of groups count as the machine's own.
"""

from __future__ import annotations

from pathlib import Path

_COUNTERS = Path("/proc/vmstat")
_NAME = "oom_kill"


def count(counters: Path = _COUNTERS) -> int:
    """The number of such ends since the machine started, 0 when it does not tell."""
    try:
        lines = counters.read_text().splitlines()
    except OSError:
        return 0
    pairs = (line.partition(" ") for line in lines)
    return next((int(number) for name, _, number in pairs if name == _NAME), 0)
