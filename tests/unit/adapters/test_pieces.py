"""Files in pieces, and pieces as files."""

from __future__ import annotations

import io
from pathlib import Path

from slipcast.adapters.pieces import Pieces, descriptor_of, pieces_of


def test_pieces_are_read_as_a_file() -> None:
    assert io.BufferedReader(Pieces(iter([b"one ", b"", b"two"]))).read() == b"one two"


def test_a_file_comes_in_pieces(tmp_path: Path) -> None:
    (tmp_path / "sent").write_bytes(b"x" * 100_000)

    with (tmp_path / "sent").open("rb") as file:
        sizes = [len(piece) for piece in pieces_of(file)]

    assert sizes == [1 << 16, 100_000 - (1 << 16)]


def test_what_is_no_file_of_the_system_comes_as_it_is() -> None:
    assert list(pieces_of(iter([b"one", b"two"]))) == [b"one", b"two"]
    assert list(pieces_of(io.BytesIO(b"one\ntwo"))) == [b"one\n", b"two"]
    assert descriptor_of(io.BytesIO()) is None
