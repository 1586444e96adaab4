"""The working directory: there while a build runs, gone afterwards, whatever happened."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import somebody
from slipcast.builder.workspace import remove_tree, sweep, workspace
from slipcast.testing.progress import RecordingProgress
from slipcast.values.faults import BuildFault

_HOLDS_ONE = """
import sys
from pathlib import Path
from slipcast.builder.workspace import workspace
from slipcast.testing.progress import RecordingProgress
with workspace(Path(sys.argv[1]), RecordingProgress()) as space:
    (space.source / "file").write_text("x")
    print(space.root, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def progress() -> RecordingProgress:
    return RecordingProgress()


def test_its_directories_are_there(tmp_path: Path, progress: RecordingProgress):
    # S2I-96
    with workspace(tmp_path, progress) as space:
        found = {str(path.relative_to(space.root)) for path in space.root.rglob("*")}

    assert {"upload/src", "upload/scripts", "upload/artifacts", "downloads/scripts"} <= found


def test_nobody_else_may_look_into_it(tmp_path: Path, progress: RecordingProgress):
    # S2I-96
    with workspace(tmp_path, progress) as space:
        assert space.root.stat().st_mode & 0o777 == 0o700


def test_it_is_gone_after_a_build(tmp_path: Path, progress: RecordingProgress):
    with workspace(tmp_path, progress) as space:
        (space.source / "file").write_text("x")

    assert list(tmp_path.iterdir()) == []


def test_it_is_gone_after_an_interrupt(tmp_path: Path, progress: RecordingProgress):
    # S2I-298
    with pytest.raises(KeyboardInterrupt), workspace(tmp_path, progress):
        raise KeyboardInterrupt

    assert list(tmp_path.iterdir()) == []


def test_a_kept_one_stays_and_is_named(tmp_path: Path, progress: RecordingProgress):
    # S2I-97
    with workspace(tmp_path, progress, keep=True) as space:
        root = space.root

    assert root.is_dir()
    assert str(root) in progress.remarks(level=0)[0]


def test_a_sweep_never_touches_a_kept_one(tmp_path: Path, progress: RecordingProgress):
    with workspace(tmp_path, progress, keep=True) as space:
        root = space.root

    assert sweep(tmp_path) == 0
    assert root.is_dir()


def test_a_sweep_leaves_what_is_in_use(tmp_path: Path, progress: RecordingProgress):
    with workspace(tmp_path, progress) as space:
        assert sweep(tmp_path) == 0
        assert space.source.is_dir()


def test_a_sweep_removes_what_a_killed_process_left(tmp_path: Path):
    # S2I-299
    with subprocess.Popen(
        (sys.executable, "-c", _HOLDS_ONE, str(tmp_path)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as owner:
        assert owner.stdout is not None
        root = Path(os.fsdecode(owner.stdout.readline().strip()))
        assert sweep(tmp_path) == 0
        owner.send_signal(signal.SIGKILL)
        owner.wait()

    assert (root / "upload/src/file").exists()
    assert sweep(tmp_path) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_sweep_of_nothing_is_no_error(tmp_path: Path):
    assert sweep(tmp_path / "missing") == 0


def test_files_that_are_not_ours_survive_a_sweep(tmp_path: Path):
    (tmp_path / "s2i-notes").mkdir()
    (tmp_path / "other.lock").touch()

    assert sweep(tmp_path) == 0
    assert len(list(tmp_path.iterdir())) == 2


def test_a_state_directory_that_cannot_be_made_is_named(
    tmp_path: Path, progress: RecordingProgress
):
    # S2I-67
    (tmp_path / "file").touch()

    with (
        pytest.raises(BuildFault, match=r"file/state") as caught,
        workspace(tmp_path / "file/state", progress),
    ):
        pass

    assert caught.value.reason == "FileSystemOperationFailed"
    assert caught.value.exit_code == 5


def test_removing_a_tree_does_not_follow_links(tmp_path: Path):
    (tmp_path / "keep").mkdir()
    (tmp_path / "keep/file").touch()
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone/link").symlink_to(tmp_path / "keep")

    remove_tree(tmp_path / "gone")

    assert not (tmp_path / "gone").exists()
    assert (tmp_path / "keep/file").exists()


def test_directories_without_permissions_are_removed_by_their_owner():
    with somebody.place() as home, somebody.acting():
        (home / "tree/locked/deeper").mkdir(parents=True)
        (home / "tree/locked/deeper/file").touch()
        (home / "tree/locked/deeper").chmod(0)
        (home / "tree/locked").chmod(0o500)

        remove_tree(home / "tree")

        assert list(home.iterdir()) == []
