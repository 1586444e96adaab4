"""The programs of the base image, run here: limits, permissions, taking the source."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

BASE = Path(__file__).parents[3] / "containers" / "base"


def _run(program: str, *words: str, env: dict[str, str] | None = None) -> str:
    path = BASE / program
    ran = subprocess.run(
        [str(path), *words], env={**os.environ, **(env or {})}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert ran.stderr == ""
    return ran.stdout


def _limits(root: Path, files: dict[str, str]) -> dict[str, str]:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n")
    printed = _run("bin/cgroup-limits", env={"CGROUP_ROOT": str(root)})
    return dict(line.split("=", 1) for line in printed.splitlines())


def test_limits_are_read_from_control_groups_of_version_2(tmp_path: Path):
    # IMG-30
    limits = _limits(tmp_path, {"memory.max": "536870912", "cpu.max": "50000 100000"})

    assert limits["MEMORY_LIMIT_IN_BYTES"] == "536870912"
    assert limits["NUMBER_OF_CORES"] == "1"
    assert "NO_MEMORY_LIMIT" not in limits


def test_limits_are_read_from_control_groups_of_version_1(tmp_path: Path):
    files = {
        "memory/memory.limit_in_bytes": "268435456",
        "cpu/cpu.cfs_quota_us": "100000",
        "cpu/cpu.cfs_period_us": "100000",
    }

    limits = _limits(tmp_path, files)

    assert limits["MEMORY_LIMIT_IN_BYTES"] == "268435456"
    assert limits["NUMBER_OF_CORES"] == "1"


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"memory.max": "max", "cpu.max": "max 100000"},
        {"memory/memory.limit_in_bytes": "9223372036854771712", "cpu/cpu.cfs_quota_us": "-1"},
    ],
    ids=["nothing", "version 2", "version 1"],
)
def test_no_limit_is_said_so(tmp_path: Path, files: dict[str, str]):
    limits = _limits(tmp_path, files)

    assert limits["NO_MEMORY_LIMIT"] == "true"
    assert limits["MEMORY_LIMIT_IN_BYTES"] == limits["MAX_MEMORY_LIMIT_IN_BYTES"]
    assert int(limits["NUMBER_OF_CORES"]) >= 1


def test_group_0_gets_what_the_owner_has(tmp_path: Path):
    # IMG-20
    (tmp_path / "script").write_text("")
    (tmp_path / "script").chmod(0o700)
    (tmp_path / "secret").write_text("")
    (tmp_path / "secret").chmod(0o600)

    _run("bin/fix-permissions", str(tmp_path))

    modes = {name: (tmp_path / name).stat().st_mode & 0o777 for name in ("script", "secret")}
    assert modes == {"script": 0o770, "secret": 0o660}
    assert tmp_path.stat().st_mode & 0o070 == 0o070


def test_permissions_are_not_followed_through_links(tmp_path: Path):
    outside = tmp_path / "outside"
    outside.write_text("")
    outside.chmod(0o600)
    (tmp_path / "inside").mkdir()
    (tmp_path / "inside" / "link").symlink_to(outside)

    _run("bin/fix-permissions", "-P", str(tmp_path / "inside"))

    assert outside.stat().st_mode & 0o777 == 0o600


def test_what_group_0_may_not_use_is_listed(tmp_path: Path):
    # IMG-24
    (tmp_path / "fine").write_text("")
    (tmp_path / "fine").chmod(0o664)
    (tmp_path / "private").write_text("")
    (tmp_path / "private").chmod(0o600)
    for path in (tmp_path, *tmp_path.iterdir()):
        os.chown(path, -1, os.getgid())
    tmp_path.chmod(0o775)

    listed = _run("bin/fix-permissions", "--check", str(tmp_path)).splitlines()

    assert str(tmp_path / "private") in listed
    assert os.getgid() != 0 or listed == [str(tmp_path / "private")]


def test_a_directory_that_is_right_already_is_not_touched(tmp_path: Path):
    _run("bin/fix-permissions", str(tmp_path))
    before = tmp_path.stat().st_ctime_ns

    _run("bin/fix-permissions", str(tmp_path))

    assert tmp_path.stat().st_ctime_ns == before


def _tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def _files(root: Path) -> dict[str, str]:
    return {str(p.relative_to(root)): p.read_text() for p in root.rglob("*") if p.is_file()}


def test_the_source_is_moved_with_all_its_names(tmp_path: Path):
    # IMG-52
    files = {"a b": "1", ".dot": "2", "-n": "3", "new\nline": "4", "d/.e/f": "5"}
    source = _tree(tmp_path / "from", files)

    _run("libexec/take-source", str(source), str(tmp_path / "to"))

    assert _files(tmp_path / "to") == files
    assert list(source.iterdir()) == []


def test_directories_on_both_sides_are_merged(tmp_path: Path):
    # IMG-83, decision: merge
    source = _tree(tmp_path / "from", {"node_modules/mine/a": "new", "node_modules/both": "new"})
    there = _tree(tmp_path / "to", {"node_modules/kept/b": "old", "node_modules/both": "old"})

    _run("libexec/take-source", str(source), str(there))

    assert _files(there) == {
        "node_modules/mine/a": "new",
        "node_modules/both": "new",
        "node_modules/kept/b": "old",
    }


def test_a_link_in_the_place_of_a_directory_is_replaced_and_not_followed(tmp_path: Path):
    outside = _tree(tmp_path / "outside", {"file": "safe"})
    source = _tree(tmp_path / "from", {"data/file": "new"})
    there = _tree(tmp_path / "to", {})
    there.mkdir()
    (there / "data").symlink_to(outside)

    _run("libexec/take-source", str(source), str(there))

    assert _files(outside) == {"file": "safe"}
    assert (there / "data" / "file").read_text() == "new"


def test_no_source_at_all_is_fine(tmp_path: Path):
    printed = _run("libexec/take-source", str(tmp_path / "missing"), str(tmp_path))

    assert printed == ""
