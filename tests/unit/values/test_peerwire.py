"""How servers of one database ask each other."""

from __future__ import annotations

import pytest

from slipcast.values.peerwire import LENGTH, RECORDS, framed, is_proven, proof
from slipcast.values.sensitive import Sensitive

WORD = Sensitive("word")
QUERY = {"pod": "", "key": "b-1", "container": "main"}


def test_who_knows_the_word_proves_it_for_what_it_asks() -> None:
    shown = proof(WORD, RECORDS, QUERY)

    assert is_proven(shown, WORD, RECORDS, {"key": "b-1", "container": "main"})
    assert "word" not in shown


@pytest.mark.parametrize(
    ("word", "path", "query"),
    [
        (Sensitive("other"), RECORDS, QUERY),
        (WORD, "/peers/v1/containers", QUERY),
        (WORD, RECORDS, {**QUERY, "key": "b-2"}),
        (WORD, RECORDS, {**QUERY, "pod": "p"}),
    ],
)
def test_a_proof_is_for_nothing_else(word: Sensitive, path: str, query: dict[str, str]) -> None:
    assert not is_proven(proof(WORD, RECORDS, QUERY), word, path, query)


def test_a_piece_travels_behind_its_length() -> None:
    assert framed(b"abc") == LENGTH.pack(3) + b"abc"
