"""A directory as a tree: what is inside, and nothing that is not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from slipcast.builder.inputs.beneath import Beneath
from slipcast.values.faults import BuildFault


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    (root / "sub/file").write_text("text")
    (tmp_path / "secret").write_text("secret")
    return root


def seen(root: Path) -> Beneath:
    """A directory as a tree, with itself as the bounds of its links."""
    real = root.resolve()
    return Beneath(real, real)


def test_names_are_sorted_and_broken_links_count(root: Path) -> None:
    (root / "b").symlink_to("nowhere")

    assert list(seen(root).names()) == ["b", "sub"]
    assert list(seen(root).names("sub")) == ["file"]


@pytest.mark.parametrize("path", ["none", "sub/file", "none/none", "../root/sub", "/"])
def test_what_is_no_directory_inside_has_no_names(root: Path, path: str) -> None:
    expected = ["file"] if path == "../root/sub" else []

    assert list(seen(root).names(path)) == expected


def test_a_file_is_read_to_the_limit(root: Path) -> None:
    tree = seen(root)

    assert tree.read("sub/file") == b"text"
    assert tree.read("sub/file", 2) == b"te"


@pytest.mark.parametrize(
    "path", ["sub", "none", "../secret", "sub/../../secret", "a\0b", "x" * 5000]
)
def test_what_is_no_file_inside_cannot_be_read(root: Path, path: str) -> None:
    assert seen(root).read(path) is None


def test_an_absolute_path_leads_nowhere(root: Path, tmp_path: Path) -> None:
    assert seen(root).read(str(tmp_path / "secret")) is None


def test_links_lead_about_inside_and_never_outside(root: Path, tmp_path: Path) -> None:
    (root / "in").symlink_to("sub/file")
    (root / "out").symlink_to("../secret")
    (root / "away").symlink_to(tmp_path)
    tree = seen(root)

    assert tree.read("in") == b"text"
    assert tree.read("out") is None
    assert list(tree.names("away")) == []
    assert tree.read("away/secret") is None


def test_a_circle_of_links_is_no_file(root: Path) -> None:
    (root / "a").symlink_to("b")
    (root / "b").symlink_to("a")

    assert seen(root).read("a") is None
    assert list(seen(root).names("a")) == []


def test_a_pipe_is_not_waited_for(root: Path) -> None:
    os.mkfifo(root / "pipe")

    assert seen(root).read("pipe") is None


def test_a_root_that_is_a_link_is_followed(root: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(root)

    assert seen(tmp_path / "link").read("sub/file") == b"text"


def test_names_that_are_not_utf_8_can_be_asked_for(root: Path) -> None:
    Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9\n")).write_text("x")
    tree = seen(root)

    (name, _) = tree.names()

    assert name == "caf\udce9\n"
    assert tree.read(name) == b"x"


def test_a_file_is_executable_when_its_owner_may(root: Path) -> None:
    (root / "sub/run").touch(0o755)
    tree = seen(root)

    assert tree.is_executable("sub/run")
    assert not tree.is_executable("sub/file")
    assert not tree.is_executable("sub")
    assert not tree.is_executable("../secret")


def test_a_directory_that_may_not_be_listed_is_a_fault(root: Path) -> None:
    tree = seen(root)
    (root / "sub").chmod(0o100)
    if os.access(root / "sub", os.R_OK):
        pytest.skip("root may list everything")

    with pytest.raises(BuildFault, match=r"sub.* cannot be read"):
        tree.names("sub")


def test_a_file_that_fails_while_it_is_read_is_a_fault() -> None:
    # Nothing is mapped at the beginning of a process's memory.
    tree = seen(Path("/proc/self"))

    with pytest.raises(BuildFault, match=r"mem.* cannot be read"):
        tree.read("mem")
