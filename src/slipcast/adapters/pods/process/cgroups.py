"""Control groups: a container's limits, its processes, and whether memory ran out.

Groups lie below /slipcast-pods/UID in the hierarchies of this host: one unified, or one for each
controller. Where none can be made, a pod runs without limits.

Source: Linux kernel documentation, cgroup-v1 (memory, sched-bwc) and cgroup-v2.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from slipcast.adapters.engine.host import cgroup_mode
from slipcast.adapters.pods.process.plan import Limits

MOUNT = Path("/sys/fs/cgroup")
OURS = "slipcast-pods"
_PERIOD = 100_000
_LEAST_QUOTA = 1_000
_LEAST_SHARES = 2
_SHARES = 1024
_WEIGHTS = 10_000
_TRIES = 50


class Hierarchies(msgspec.Struct, frozen=True):
    """Where groups can be made.

    Shape:  memory and processors are directories of controllers, the same one when unified.
    """

    memory: Path
    processors: Path

    @property
    def unified(self) -> bool:
        """Whether there is one hierarchy for all."""
        return self.memory == self.processors

    @property
    def each(self) -> tuple[Path, ...]:
        """Every hierarchy once."""
        return tuple(dict.fromkeys((self.memory, self.processors)))

    @property
    def beside(self) -> tuple[Path, ...]:
        """Every hierarchy of the host: engines make groups below ours in all of them."""
        return self.each if self.unified else tuple(self.memory.parent.iterdir())


class Group(msgspec.Struct, frozen=True):
    """A container's group: a directory in each hierarchy, that of memory first."""

    paths: tuple[Path, ...]

    def join(self) -> None:
        """Put the process that asks into the group.

        Errors: OSError.
        """
        for path in self.paths:
            _write(path / "cgroup.procs", "0")

    @property
    def processes(self) -> set[int]:
        """Who is in it, and in the groups below."""
        return set().union(*(_processes(each) for path in self.paths for each in _tree(path)))

    @property
    def kills(self) -> int:
        """How many of its processes were ended for their memory."""
        for name in ("memory.events", "memory.oom_control"):
            with contextlib.suppress(OSError):
                lines = (self.paths[0] / name).read_text().splitlines()
                pairs = (line.split() for line in lines)
                return int(dict(pairs).get("oom_kill", "0"))
        return 0

    def remove(self) -> None:
        """Take the group away; who is still in it has been killed and is about to go."""
        for path in self.paths:
            _removed(path)


def look(mount: Path = MOUNT) -> Hierarchies | None:
    """Where groups can be made on this host; None where they cannot."""
    mode = cgroup_mode()
    names = ("cpu", "cpu,cpuacct", "cpuacct,cpu")
    if mode == "v2":
        found = Hierarchies(mount, mount)
    elif mode:
        cpu = next((mount / name for name in names if (mount / name).is_dir()), mount / "cpu")
        found = Hierarchies(mount / "memory", cpu)
    else:
        return None
    try:
        for path in found.each:
            _ours(path, unified=found.unified)
    except OSError:
        return None
    return found


def make(found: Hierarchies, uid: str, container: str, limits: Limits) -> Group:
    """A container's group, with its limits.

    Errors: OSError.
    """
    paths: list[Path] = []
    for path in found.each:
        ours = _ours(path, unified=found.unified)
        pod = ours / uid
        pod.mkdir(exist_ok=True)
        if found.unified:
            _delegated(pod)
        group = pod / container
        group.mkdir(exist_ok=True)
        paths.append(group)
    for path, name, value in _settings(found.unified, paths, limits):
        _write(path / name, value)
    return Group(tuple(paths))


def processes_of(found: Hierarchies, uid: str) -> set[int]:
    """Every process in the groups of a pod."""
    pods = [path / OURS / uid for path in found.each]
    return set().union(*(_processes(group) for pod in pods for group in _tree(pod)))


def remove_pod(found: Hierarchies, uid: str) -> None:
    """Take all groups of a pod away, those too that an engine has made there."""
    for path in found.beside:
        _removed(path / OURS / uid)


def _settings(
    unified: bool,  # noqa: FBT001 -- one of two tables
    paths: list[Path],
    limits: Limits,
) -> Iterator[tuple[Path, str, str]]:
    memory, processors = paths[0], paths[-1]
    if limits.memory is not None:
        yield memory, "memory.max" if unified else "memory.limit_in_bytes", str(limits.memory)
        # No swapping: memory that is slow to come is worse than an end that says why.
        if unified and (memory / "memory.swap.max").exists():
            yield memory, "memory.swap.max", "0"
        elif (memory / "memory.memsw.limit_in_bytes").exists():
            yield memory, "memory.memsw.limit_in_bytes", str(limits.memory)
    if limits.processors is not None:
        quota = max(limits.processors * _PERIOD // 1000, _LEAST_QUOTA)
        if unified:
            yield processors, "cpu.max", f"{quota} {_PERIOD}"
        else:
            yield processors, "cpu.cfs_period_us", str(_PERIOD)
            yield processors, "cpu.cfs_quota_us", str(quota)
    if limits.share is not None:
        shares = max(limits.share * _SHARES // 1000, _LEAST_SHARES)
        if unified:
            weight = 1 + (shares - _LEAST_SHARES) * (_WEIGHTS - 1) // (_SHARES * 256 - 2)
            yield processors, "cpu.weight", str(min(weight, _WEIGHTS))
        else:
            yield processors, "cpu.shares", str(shares)


def _ours(hierarchy: Path, *, unified: bool) -> Path:
    path = hierarchy / OURS
    if not path.is_dir():
        path.mkdir(exist_ok=True)
    if unified:
        _delegated(hierarchy)
        _delegated(path)
    elif not os.access(path / "cgroup.procs", os.W_OK):
        raise PermissionError(str(path))
    return path


def _delegated(path: Path) -> None:
    """Have a group's children counted."""
    switch = path / "cgroup.subtree_control"
    if not {"memory", "cpu"} <= set(switch.read_text().split()):
        _write(switch, "+memory +cpu")


def _processes(group: Path) -> set[int]:
    with contextlib.suppress(OSError):
        return {int(line) for line in (group / "cgroup.procs").read_text().split()}
    return set()


def _tree(group: Path) -> Iterable[Path]:
    """A group and all below it, the lowest first."""
    return (Path(folder) for folder, _, _ in os.walk(group, topdown=False))


def _removed(group: Path) -> None:
    for path in _tree(group):
        for _ in range(_TRIES):
            try:
                path.rmdir()
            except FileNotFoundError:
                break
            except OSError:
                # The last of its processes is going.
                time.sleep(0.002)
            else:
                break


def _write(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
