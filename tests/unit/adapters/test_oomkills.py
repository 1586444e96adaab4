"""The kernel's count of processes ended for memory."""

from pathlib import Path

from slipcast.adapters import oomkills


def test_the_count_is_the_kernels_own(tmp_path: Path) -> None:
    (tmp_path / "vmstat").write_text("nr_free_pages 12\noom_kill 7\nunevictable_pgs 3\n")

    assert oomkills.count(tmp_path / "vmstat") == 7


def test_a_kernel_that_does_not_tell_counts_nothing(tmp_path: Path) -> None:
    (tmp_path / "vmstat").write_text("nr_free_pages 12\n")

    assert oomkills.count(tmp_path / "vmstat") == 0
    assert oomkills.count(tmp_path / "none") == 0
