"""A tree in memory answers like a directory."""

from __future__ import annotations

from slipcast.source.tree import MemoryTree

TREE = MemoryTree({"a": b"text", "d/b": b"", "d/e/c": b"#!"}, ["d/e/c", "none"])


def test_names_are_those_directly_in_a_directory() -> None:
    assert list(TREE.names()) == ["a", "d"]
    assert list(TREE.names("d")) == ["b", "e"]
    assert list(TREE.names("a")) == []


def test_a_file_is_read_to_the_limit() -> None:
    assert TREE.read("a") == b"text"
    assert TREE.read("a", 2) == b"te"
    assert TREE.read("d") is None


def test_executables_are_those_named() -> None:
    assert TREE.is_executable("d/e/c")
    assert not TREE.is_executable("a")
    assert not TREE.is_executable("none")
