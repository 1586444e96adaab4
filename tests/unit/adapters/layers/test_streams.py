"""A layer is described without writing it, put together again, and packed with its digest."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard

from slipcast.adapters.layers.assembling import assembled
from slipcast.adapters.layers.compressing import Codec, Compressed
from slipcast.adapters.layers.layout import Layout
from slipcast.adapters.layers.recording import Changed, Recorded, record
from slipcast.adapters.layers.tar import Member, Type


def a_layer(files: Path, split: Path) -> Recorded:
    """A directory, a small file, a large one, an empty one, a link and a name that is not text."""
    contents = {
        b"d/small": b"small",
        b"d/large": os.urandom(3_000_001),
        b"none": b"",
        b"\xff": b"y",
    }
    (files / "d").mkdir(parents=True)
    members: list[tuple[Member, bytes | None]] = [(Member(name=b"d", type=Type.DIRECTORY), None)]
    for name, content in contents.items():
        path = os.fsencode(files) + b"/" + name
        Path(os.fsdecode(path)).write_bytes(content)
        members.append((Member(name=name, size=len(content), uid=5), path))
    members.append((Member(name=b"l", type=Type.LINK, target=b"d"), None))
    return record(members, split)


def test_the_digest_is_that_of_the_tar_put_together_again(tmp_path: Path) -> None:
    recorded = a_layer(tmp_path / "files", tmp_path / "split")

    tar = b"".join(assembled(tmp_path / "split", tmp_path / "files"))

    assert recorded.diff_id == f"sha256:{hashlib.sha256(tar).hexdigest()}"
    assert (recorded.size, recorded.uids, recorded.gids) == (len(tar), (0, 5), (0,))


def test_the_tar_put_together_again_holds_the_files(tmp_path: Path) -> None:
    a_layer(tmp_path / "files", tmp_path / "split")

    raw = b"".join(assembled(tmp_path / "split", tmp_path / "files"))

    with tarfile.open(fileobj=io.BytesIO(raw), errors="surrogateescape") as tar:
        assert tar.getnames() == ["d", "d/small", "d/large", "none", "\udcff", "l"]
        large = tar.extractfile("d/large")
        assert large is not None
        assert large.read() == (tmp_path / "files/d/large").read_bytes()


@pytest.mark.parametrize("size", [0, 4, 6, 1 << 20])
def test_a_file_that_changes_while_it_is_read_is_noticed(tmp_path: Path, size: int) -> None:
    path = tmp_path / "f"
    path.write_bytes(bytes(size))

    with pytest.raises(Changed):
        record([(Member(name=b"f", size=5), os.fsencode(path))], tmp_path / "split")


def test_a_file_cut_short_in_the_store_is_noticed(tmp_path: Path) -> None:
    a_layer(tmp_path / "files", tmp_path / "split")
    (tmp_path / "files/d/large").write_bytes(b"short")

    with pytest.raises(ValueError, match="shorter"):
        list(assembled(tmp_path / "split", tmp_path / "files"))


@pytest.mark.parametrize("codec", list(Codec))
def test_what_was_compressed_can_be_had_back(codec: Codec) -> None:
    pieces = [os.urandom(300_000), b"a" * 3_000_000, b""]

    stream = Compressed(pieces, codec)
    packed = b"".join(stream)

    unpack = gzip.decompress if codec is Codec.GZIP else unzstd
    assert unpack(packed) == b"".join(pieces)
    assert (stream.size, stream.digest) == (
        len(packed),
        f"sha256:{hashlib.sha256(packed).hexdigest()}",
    )


def unzstd(packed: bytes) -> bytes:
    return zstandard.ZstdDecompressor().decompressobj().decompress(packed)


@pytest.mark.parametrize("codec", list(Codec))
def test_the_same_input_is_packed_to_the_same_bytes(codec: Codec) -> None:
    pieces = [os.urandom(100_000) + bytes(2_000_000)] * 3

    first, second = (b"".join(Compressed(pieces, codec)) for _ in range(2))

    assert first == second


def test_a_stream_that_breaks_breaks_the_compression() -> None:
    def broken() -> Iterator[bytes]:
        yield b"x"
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        b"".join(Compressed(broken()))


def test_a_reader_may_leave_early() -> None:
    endless = (os.urandom(1 << 20) for _ in range(200))

    stream = iter(Compressed(endless))
    first = next(stream)
    stream.close()  # type: ignore[attr-defined]  # a generator, which the protocol does not say

    assert first


def test_a_layout_names_the_newest_manifest_alone(tmp_path: Path) -> None:
    layout = Layout(tmp_path / "l")

    for content in (b"old", b"new"):
        layout.put_manifest(content, "application/x", "tag")

    index = (tmp_path / "l/index.json").read_text()
    assert hashlib.sha256(b"new").hexdigest() in index
    assert hashlib.sha256(b"old").hexdigest() not in index


def test_blocks_that_do_not_shrink_are_stored_and_the_others_packed() -> None:
    noise, text = os.urandom(4 << 20), b"words and words " * (1 << 18)

    sizes = [len(b"".join(Compressed([content]))) for content in (noise, text, noise + text)]

    assert len(noise) < sizes[0] < len(noise) + 1000
    assert sizes[1] < len(text) // 50
    assert sizes[2] < len(noise) + len(text) // 50


@pytest.mark.parametrize("length", [0, 1, (1 << 20) - 1, 1 << 20, (3 << 20) + 5])
def test_how_a_stream_was_cut_makes_no_difference(length: int) -> None:
    content = os.urandom(length)
    cut = [content[start : start + 70_000] for start in range(0, length, 70_000)]

    packed = b"".join(Compressed(cut))

    assert packed == b"".join(Compressed([content]))
    assert gzip.decompress(packed) == content
