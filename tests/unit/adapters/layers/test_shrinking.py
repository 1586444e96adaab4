"""Whether a layer is worth packing is judged by the layer alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from slipcast.adapters.layers.assembling import assembled, contents
from slipcast.adapters.layers.plain import Checked, Plain
from slipcast.adapters.layers.recording import record
from slipcast.adapters.layers.shrinking import LARGE, Content, read_below, shrinks
from slipcast.adapters.layers.tar import Member, Type

NOISE = os.urandom(1 << 20)


def of_noise(_: bytes, offset: int, count: int) -> bytes:
    return NOISE[offset % (1 << 19) :][:count]


def of_text(_: bytes, __: int, count: int) -> bytes:
    return (b"words and words " * count)[:count]


def half_of_each(path: bytes, offset: int, count: int) -> bytes:
    return (of_text if path.startswith(b"text") else of_noise)(path, offset, count)


def files(size: int, count: int, name: bytes = b"f") -> list[Content]:
    return [Content(name + b"%d" % number, size) for number in range(count)]


def test_noise_does_not_shrink() -> None:
    assert not shrinks(files(100_000, 200), 200, of_noise)


def test_text_shrinks() -> None:
    assert shrinks(files(100_000, 200), 200, of_text)


def test_a_layer_that_shrinks_in_part_is_worth_packing() -> None:
    held = [*files(100_000, 100), *files(100_000, 100, b"text")]

    assert shrinks(held, 200, half_of_each)


def test_the_headers_of_many_small_files_shrink() -> None:
    assert shrinks(files(600, 20_000), 20_000, of_noise)


def test_a_small_layer_is_packed_without_a_look() -> None:
    assert shrinks([Content(b"never read", LARGE - 1)], 1, read_below(-1))


def test_samples_come_from_the_whole_length_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(os.urandom(LARGE) + bytes(LARGE))
    holder = os.open(tmp_path, os.O_RDONLY)

    judged = shrinks([Content(b"f", 2 * LARGE)], 1, read_below(holder))
    os.close(holder)

    assert judged


def test_no_link_is_followed_for_a_sample(tmp_path: Path) -> None:
    (tmp_path / "f").symlink_to("/etc/passwd")
    holder = os.open(tmp_path, os.O_RDONLY)

    with pytest.raises(OSError, match="symbolic links"):
        read_below(holder)(b"f", 0, 1)
    os.close(holder)


def test_a_stored_layer_tells_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"bytes")
    members = [
        (Member(name=b"a", type=Type.DIRECTORY), None),
        (Member(name=b"b", size=5), os.fsencode(tmp_path / "b")),
        (Member(name=b"l", type=Type.LINK, target=b"b"), None),
    ]
    record(members, tmp_path / "split")

    held = contents(tmp_path / "split")

    assert (held.files, held.members) == ((Content(b"b", 5),), 3)


def test_a_plain_layer_is_the_tar_itself(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(NOISE)
    member = Member(name=b"b", size=len(NOISE))
    recorded = record([(member, os.fsencode(tmp_path / "b"))], tmp_path / "split")

    stream = Plain(
        Checked(assembled(tmp_path / "split", tmp_path), recorded.diff_id), lambda: recorded.diff_id
    )
    length = sum(map(len, stream))

    assert (stream.digest, stream.size) == (recorded.diff_id, length)
    assert length == recorded.size


def test_a_plain_layer_that_was_changed_in_the_store_is_not_sent_whole() -> None:
    with pytest.raises(ValueError, match="has become"):
        list(Plain(Checked([b"other"], "sha256:1"), lambda: "sha256:1"))


def test_a_layer_that_comes_to_nothing_breaks_off_at_its_end() -> None:
    def told() -> str:
        raise LookupError

    pieces = iter(Plain([b"x"], told))
    first = next(pieces)

    assert first == b"x"
    with pytest.raises(LookupError):
        next(pieces)
