"""What was chosen for buildah reaches it as flags and variables."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipcast.adapters.engine.buildah import chosen
from slipcast.adapters.engine.buildah.program import Program
from slipcast.adapters.engine.host import HostSettings
from slipcast.values.enginechoice import USUAL, EngineChoice, IdRange

FULL = EngineChoice(
    isolation="chroot",
    runtime="/usr/bin/crun",
    driver="vfs",
    driver_options=("a=b",),
    registries=Path("/r.conf"),
    registries_dir=Path("/r.d"),
    signatures=Path("/policy.json"),
    storage=Path("/s.conf"),
    blob_cache=Path("/blobs"),
    quiet=True,
)


def test_flags_stand_where_buildah_reads_them_bld_9_bld_37(tmp_path: Path):
    program = Program(tmp_path, None, None, HostSettings(), FULL)

    assert program.line("pull", "--", "x") == [
        *("buildah", "--storage-driver", "vfs", "--storage-opt", "a=b"),
        *("--registries-conf-dir", "/r.d", "pull", "--signature-policy=/policy.json"),
        *("--blob-cache=/blobs", "--quiet", "--", "x"),
    ]
    assert program.line("rm", "x")[-2:] == ["rm", "x"]


def test_variables_tell_the_rest_bld_9_bld_37(tmp_path: Path):
    env = Program(tmp_path, None, None, HostSettings(), FULL).env

    assert env["BUILDAH_ISOLATION"] == "chroot"
    assert env["BUILDAH_RUNTIME"] == "/usr/bin/crun"
    assert env["CONTAINERS_REGISTRIES_CONF"] == "/r.conf"
    assert env["CONTAINERS_STORAGE_CONF"] == "/s.conf"


def test_nothing_chosen_changes_nothing(tmp_path: Path):
    program = Program(tmp_path, None, None, HostSettings())

    assert program.line("pull", "x") == ["buildah", "pull", "x"]
    assert chosen.variables(USUAL) == {}


@pytest.mark.parametrize(
    ("choice", "here"),
    [
        (USUAL, True),
        (EngineChoice(isolation="oci", runtime="runc"), True),
        (EngineChoice(isolation="chroot"), False),
        (EngineChoice(runtime="crun"), False),
        (EngineChoice(uids=(IdRange(0, 0, 1),)), False),
    ],
)
def test_another_isolation_or_runtime_is_left_to_buildah(choice: EngineChoice, here: bool):  # noqa: FBT001
    assert chosen.runs_here(choice) is here
