"""The limits of a builder's own control group."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from slipcast.builder import limits
from slipcast.values.container import Limits
from slipcast.values.faults import HostFault

V1 = "4:memory:/pod\n3:cpu,cpuacct:/pod\n1:name=systemd:/\n"
UNLIMITED = "9223372036854771712\n"


def read(tmp_path: Path, membership: str, files: Mapping[str, str]) -> Limits:
    """The limits, as the kernel shows them in files."""
    groups = tmp_path / "cgroup"
    groups.mkdir()
    for name, text in files.items():
        (groups / name).parent.mkdir(parents=True, exist_ok=True)
        (groups / name).write_text(text)
    (tmp_path / "own").write_text(membership)
    return limits.own(groups, tmp_path / "own")


def test_limits_of_the_first_version_are_those_of_the_own_group_bld_139_140(tmp_path: Path):
    found = read(
        tmp_path,
        V1,
        {
            "memory/pod/memory.limit_in_bytes": "536870912\n",
            "memory/memory.limit_in_bytes": UNLIMITED,
            "cpu,cpuacct/pod/cpu.cfs_quota_us": "50000\n",
            "cpu,cpuacct/pod/cpu.cfs_period_us": "100000\n",
            "cpu,cpuacct/pod/cpu.shares": "512\n",
        },
    )

    assert found == Limits(
        memory=536870912,
        memory_swap=536870912,
        cpu_quota=50000,
        cpu_period=100000,
        cpu_shares=512,
    )


def test_a_group_that_is_not_visible_is_the_root_of_what_is_bld_140(tmp_path: Path):
    found = read(tmp_path, V1, {"memory/memory.limit_in_bytes": "1048576\n"})

    assert found.memory == 1048576


def test_what_is_unlimited_is_not_mentioned(tmp_path: Path):
    files = {
        "memory/memory.limit_in_bytes": UNLIMITED,
        "cpu/cpu.cfs_quota_us": "-1\n",
        "cpu/cpu.shares": "1024\n",
    }

    assert read(tmp_path, V1, files) == Limits()


def test_limits_of_the_second_version_bld_142(tmp_path: Path):
    found = read(
        tmp_path,
        "0::/pod\n",
        {
            "cgroup.controllers": "cpu memory\n",
            "pod/memory.max": "1048576\n",
            "pod/cpu.max": "200000 100000\n",
            "pod/cpu.weight": "10000\n",
        },
    )

    assert (found.memory, found.cpu_quota, found.cpu_period, found.cpu_shares) == (
        1048576,
        200000,
        100000,
        262144,
    )


def test_without_limits_the_second_version_says_max(tmp_path: Path):
    files = {"cgroup.controllers": "", "memory.max": "max\n", "cpu.max": "max 100000\n"}

    assert read(tmp_path, "0::/\n", files) == Limits()


def test_a_host_without_groups_has_no_limits_bld_141(tmp_path: Path):
    assert limits.own(tmp_path / "none", tmp_path / "own") == Limits()


def test_limits_that_cannot_be_read_are_no_guess_bld_141(tmp_path: Path):
    with pytest.raises(HostFault, match="cannot determine cgroup limits: "):
        read(tmp_path, V1, {"memory/memory.limit_in_bytes": "much\n"})
