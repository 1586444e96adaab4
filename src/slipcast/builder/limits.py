"""The limits of this process's own control group, for every container that a builder starts.

Source: builder-process.md section 10; cgroups(7); the kernel's documentation of both versions.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from slipcast.values.container import Limits
from slipcast.values.faults import HostFault

_GROUPS: Final = Path("/sys/fs/cgroup")
_OWN: Final = Path("/proc/self/cgroup")
_MOST_MEMORY: Final = 92_233_720_368_547
_LONGEST_PERIOD: Final = 1_000_000
_CPU_NAMES: Final = ("cpu", "cpu,cpuacct", "cpuacct,cpu")
_USUAL_SHARES: Final = 1024
_USUAL_WEIGHT: Final = 100
_WEIGHTS: Final = 10_000 - 1
_SHARES: Final = 262_144 - 2


def own(groups: Path = _GROUPS, membership: Path = _OWN) -> Limits:
    """The limits of this process; what is unlimited is not mentioned.

    Errors: HostFault when they are there and cannot be read (BLD-141).
    """
    if not groups.is_dir():
        return Limits()
    try:
        paths = _paths(membership)
        if (groups / "cgroup.controllers").is_file():
            return _unified(_visible(groups, paths.get("", "/")))
        return _split(groups, paths)
    except (OSError, ValueError) as fault:
        raise HostFault(f"cannot determine cgroup limits: {fault}") from fault


def _paths(membership: Path) -> dict[str, str]:
    """The group of this process, by controller; the unified hierarchy has no name."""
    found: dict[str, str] = {}
    for line in membership.read_text(encoding="ascii").splitlines():
        _, controllers, path = line.split(":", 2)
        found.update(dict.fromkeys(controllers.split(","), path))
    return found


def _visible(hierarchy: Path, path: str) -> Path:
    """The group's own directory, unless we see the hierarchy as if that were its root."""
    below = hierarchy / path.lstrip("/")
    return below if ".." not in below.parts and below.is_dir() else hierarchy


def _split(groups: Path, paths: dict[str, str]) -> Limits:
    """Limits in the first version: a hierarchy for each controller (BLD-140)."""
    memory, quota, period, shares = 0, 0, 0, 0
    if (groups / "memory").is_dir():
        directory = _visible(groups / "memory", paths.get("memory", "/"))
        memory = _memory(_number(directory / "memory.limit_in_bytes"))
    hierarchy = next((groups / name for name in _CPU_NAMES if (groups / name).is_dir()), None)
    if hierarchy is not None:
        directory = _visible(hierarchy, paths.get("cpu", "/"))
        quota = max(_number(directory / "cpu.cfs_quota_us"), 0)
        period = _number(directory / "cpu.cfs_period_us") if quota else 0
        shares = _number(directory / "cpu.shares")
    return _limits(memory, quota, period, 0 if shares == _USUAL_SHARES else shares)


def _unified(directory: Path) -> Limits:
    """Limits in the second version (BLD-142); the root of all groups has none."""
    memory = _word(directory / "memory.max")
    quota, _, period = _word(directory / "cpu.max").partition(" ")
    weight = int(_word(directory / "cpu.weight") or _USUAL_WEIGHT)
    shares = 0 if weight == _USUAL_WEIGHT else 2 + (weight - 1) * _SHARES // _WEIGHTS
    limited = quota.isdecimal()
    return _limits(
        _memory(int(memory)) if memory.isdecimal() else 0,
        int(quota) if limited else 0,
        min(int(period), _LONGEST_PERIOD) if limited and period else 0,
        shares,
    )


def _limits(memory: int, quota: int, period: int, shares: int) -> Limits:
    # Swap counts memory in: as much of both means that there is no swapping (BLD-139).
    return Limits(
        memory=memory, memory_swap=memory, cpu_quota=quota, cpu_period=period, cpu_shares=shares
    )


def _memory(limit: int) -> int:
    """A limit beyond what anybody has is none: the kernel writes one where nothing was asked."""
    return limit if 0 < limit < _MOST_MEMORY else 0


def _number(file: Path) -> int:
    return int(file.read_text(encoding="ascii"))


def _word(file: Path) -> str:
    """What a file of the second version says, empty when its controller is off."""
    return file.read_text(encoding="ascii").strip() if file.is_file() else ""
