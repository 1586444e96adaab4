"""An overlay's upper directory is read as a layer, without what was only passed through."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from slipcast.adapters.engine.buildah.change import Change, Unreadable, read_change
from slipcast.adapters.layers.tar import Type
from slipcast.values.faults import EngineFault

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="whiteouts are made by root alone")

Read = Callable[..., Change]
THEN = 1_600_000_000


@pytest.fixture
def upper(tmp_path: Path) -> Path:
    for name in ("upper", "low", "lowest"):
        (tmp_path / name).mkdir()
    return tmp_path / "upper"


@pytest.fixture
def read(upper: Path) -> Read:
    def run(*leave_out: str) -> Change:
        lower = [upper.parent / "low", upper.parent / "lowest"]
        return read_change(upper, lower, leave_out=leave_out, latest=THEN)

    return run


def names(change: Change) -> list[bytes]:
    return [found.member.name for found in change.found]


def whiteout(path: Path) -> None:
    os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(0, 0))


def opaque(path: Path) -> None:
    path.mkdir(parents=True)
    os.setxattr(path, "trusted.overlay.opaque", b"y")


def test_members_come_sorted_with_parents_first(upper: Path, read: Read) -> None:
    for name in ("b/z", "b/a", "a", "c"):
        (upper / name).parent.mkdir(exist_ok=True)
        (upper / name).write_text(name)

    assert names(read()) == [b"a", b"b", b"b/a", b"b/z", b"c"]


def test_a_removal_becomes_a_mark(upper: Path, read: Read) -> None:
    whiteout(upper / "gone")

    assert names(read()) == [b".wh.gone"]


def test_an_opaque_directory_is_marked_where_it_hides_something(upper: Path, read: Read) -> None:
    (upper.parent / "lowest/d").mkdir()
    opaque(upper / "d")
    opaque(upper / "new")

    assert names(read()) == [b"d", b"d/.wh..wh..opq", b"new"]


def test_a_directory_that_was_only_passed_through_is_left_out(upper: Path, read: Read) -> None:
    for place in ("low", "upper"):
        (upper.parent / place / "etc/deep").mkdir(parents=True)

    change = read()

    assert names(change) == []
    assert change.dropped == [os.fsencode(upper / "etc/deep"), os.fsencode(upper / "etc")]


def test_a_directory_with_another_mode_is_kept(upper: Path, read: Read) -> None:
    (upper.parent / "low/d").mkdir(mode=0o755)
    (upper / "d").mkdir(mode=0o700)

    assert names(read()) == [b"d"]


@pytest.mark.parametrize("hide", ["whiteout", "opaque", "file"])
def test_a_new_directory_where_a_lower_one_was_removed_is_kept(
    upper: Path, read: Read, hide: str
) -> None:
    low = upper.parent / "low/top"
    (upper.parent / "lowest/top/d").mkdir(parents=True)
    hiders: dict[str, Callable[[Path], None]] = {
        "whiteout": whiteout,
        "opaque": opaque,
        "file": Path.touch,
    }
    hiders[hide](low)
    (upper / "top/d").mkdir(parents=True)

    assert b"top/d" in names(read())


def test_the_first_of_several_names_carries_the_content(upper: Path, read: Read) -> None:
    (upper / "one").write_text("content")
    (upper / "two").hardlink_to(upper / "one")
    (upper / "soft").symlink_to("one")
    os.link(upper / "soft", upper / "softer", follow_symlinks=False)

    one, soft, softer, two = (found.member for found in read().found)

    assert (one.type, one.size, two.type, two.size) == (Type.FILE, 7, Type.HARD_LINK, 0)
    assert (soft.type, soft.target, softer.type) == (Type.LINK, b"one", Type.HARD_LINK)


def test_the_second_name_of_a_file_is_a_hard_link(upper: Path, read: Read) -> None:
    (upper / "one").write_text("x")
    (upper / "two").hardlink_to(upper / "one")

    _, second = read().found

    assert (second.member.type, second.member.target) == (Type.HARD_LINK, b"one")


def test_no_member_is_younger_than_allowed(upper: Path, read: Read) -> None:
    (upper / "new").touch()
    (upper / "old").touch()
    os.utime(upper / "old", (5, 5))

    found = read().found

    assert [(each.member.mtime, each.late) for each in found] == [(THEN, True), (5, False)]


def test_what_is_left_out_is_dropped_with_all_below(upper: Path, read: Read) -> None:
    (upper / "tmp/up/deep").mkdir(parents=True)
    (upper / "tmp/up/deep/f").touch()

    change = read("/tmp/up/")

    assert names(change) == [b"tmp"]
    assert change.dropped == [
        os.fsencode(upper / "tmp/up" / below) for below in ("deep/f", "deep", "")
    ]


def test_sockets_do_not_travel(upper: Path, read: Read) -> None:
    os.mknod(upper / "socket", stat.S_IFSOCK | 0o600)

    change = read()

    assert (names(change), len(change.dropped)) == ([], 1)


def test_a_name_that_layers_use_for_removals_is_refused(upper: Path, read: Read) -> None:
    (upper / ".wh.mine").touch()

    with pytest.raises(EngineFault, match=r"\.wh\.mine"):
        read()


@pytest.mark.parametrize("key", ["trusted.overlay.redirect", "trusted.overlay.metacopy"])
def test_what_only_the_kernel_can_join_is_not_guessed(upper: Path, read: Read, key: str) -> None:
    (upper / "d").mkdir()
    os.setxattr(upper / "d", key, b"/x")

    with pytest.raises(Unreadable):
        read()


def test_capabilities_of_files_are_kept_and_the_overlays_own_notes_are_not(
    upper: Path, read: Read
) -> None:
    (upper / "f").touch()
    granted = bytes.fromhex("0100000200040000000000000000000000000000")
    os.setxattr(upper / "f", "security.capability", granted)
    os.setxattr(upper / "f", "trusted.overlay.origin", b"x")

    (found,) = read().found

    assert dict(found.member.xattrs) == {"security.capability": granted}
