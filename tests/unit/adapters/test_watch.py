"""Watching: changes that matter, none lost, the others never told."""

from __future__ import annotations

from pathlib import Path

from slipcast.adapters.watch import watching


def test_a_change_is_told_with_its_relative_path(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()

    with watching(tmp_path) as changes:
        (tmp_path / "lib" / "app.py").write_text("x")
        changed = changes.wait()

    assert "lib/app.py" in changed


def test_what_happens_before_the_first_wait_is_not_lost(tmp_path: Path) -> None:
    with watching(tmp_path) as changes:
        (tmp_path / "one").write_text("1")
        first = changes.wait()
        (tmp_path / "two").write_text("2")
        second = changes.wait()

    assert (first, second) == (("one",), ("two",))


def test_the_repositorys_own_files_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()

    with watching(tmp_path) as changes:
        (tmp_path / ".git" / "index").write_text("x")
        (tmp_path / "app.py").write_text("x")
        changed = changes.wait()

    assert changed == ("app.py",)


def test_what_s2iignore_lists_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / ".s2iignore").write_text("build\n")
    (tmp_path / "build").mkdir()

    with watching(tmp_path) as changes:
        (tmp_path / "build" / "out").write_text("x")
        (tmp_path / "app.py").write_text("x")
        changed = changes.wait()

    assert changed == ("app.py",)


def test_a_rule_of_the_callers_own_decides(tmp_path: Path) -> None:
    with watching(tmp_path, lambda path: path.endswith(".log")) as changes:
        (tmp_path / "a.log").write_text("x")
        (tmp_path / "b.txt").write_text("x")
        changed = changes.wait()

    assert changed == ("b.txt",)
