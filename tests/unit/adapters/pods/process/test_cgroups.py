"""Limits as the kernel is told them, in either kind of hierarchy."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipcast.adapters.pods.process import cgroups
from slipcast.adapters.pods.process.cgroups import Group, Hierarchies
from slipcast.adapters.pods.process.plan import Limits

LIMITS = Limits(memory=64 << 20, processors=500, share=250)
V1 = ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes")
V1_CPU = ("cpu.cfs_period_us", "cpu.cfs_quota_us", "cpu.shares")
V2 = ("memory.max", "memory.swap.max", "cpu.max", "cpu.weight")


def hierarchy(path: Path, *files: str, control: str = "") -> Path:
    """A directory that looks like the group of the container `c` of the pod `u`."""
    group = path / cgroups.OURS / "u" / "c"
    group.mkdir(parents=True)
    for name in files:
        (group / name).touch()
    for each in (path, *group.parents):
        if each.is_relative_to(path):
            (each / "cgroup.subtree_control").write_text(control)
            (each / "cgroup.procs").touch()
    return path


def settings(group: Group) -> dict[str, str]:
    """What was written."""
    files = [file for path in group.paths for file in path.iterdir()]
    return {file.name: file.read_text() for file in files if file.stat().st_size}


def test_limits_in_a_hierarchy_for_each_controller(tmp_path: Path) -> None:
    found = Hierarchies(hierarchy(tmp_path / "memory", *V1), hierarchy(tmp_path / "cpu", *V1_CPU))

    group = cgroups.make(found, "u", "c", LIMITS)

    assert settings(group) == {
        "memory.limit_in_bytes": "67108864",
        "memory.memsw.limit_in_bytes": "67108864",
        "cpu.cfs_period_us": "100000",
        "cpu.cfs_quota_us": "50000",
        "cpu.shares": "256",
    }


def test_limits_in_one_hierarchy(tmp_path: Path) -> None:
    path = hierarchy(tmp_path / "all", *V2, control="memory cpu")

    group = cgroups.make(Hierarchies(path, path), "u", "c", LIMITS)

    written = settings(group)
    assert written.pop("cgroup.subtree_control", "memory cpu") == "memory cpu"
    assert written == {
        "memory.max": "67108864",
        "memory.swap.max": "0",
        "cpu.max": "50000 100000",
        "cpu.weight": "10",
    }


@pytest.mark.parametrize("counters", ["memory.events", "memory.oom_control"])
def test_ends_for_memory_are_counted(tmp_path: Path, counters: str) -> None:
    (tmp_path / counters).write_text("under_oom 0\noom_kill 2\n")

    assert Group((tmp_path,)).kills == 2


def test_a_group_that_is_gone_has_nothing_to_tell(tmp_path: Path) -> None:
    group = Group((tmp_path / "gone",))

    group.remove()

    assert (group.kills, group.processes) == (0, set())


def test_groups_that_an_engine_has_made_beside_go_with_their_pod(tmp_path: Path) -> None:
    for name in ("memory", "cpu", "freezer"):
        (tmp_path / name / cgroups.OURS / "u" / "c" / "conmon").mkdir(parents=True)

    cgroups.remove_pod(Hierarchies(tmp_path / "memory", tmp_path / "cpu"), "u")

    assert [path.name for path in tmp_path.rglob("u")] == []
