"""Digests name contents."""

from __future__ import annotations

import pytest

from slipcast.values.digest import Digest
from slipcast.values.faults import InvalidFault

EMPTY = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_the_digest_of_nothing_is_well_known() -> None:
    assert str(Digest.of(b"")) == EMPTY
    assert Digest.of(b"").short == "e3b0c44298fc"


def test_pieces_have_the_digest_of_the_whole() -> None:
    assert Digest.over([b"ab", b"c"], "sha512") == Digest.of(b"abc", "sha512")


def test_a_content_is_recognised() -> None:
    digest = Digest.parse(EMPTY)

    assert digest.matches(b"")
    assert not digest.matches(b"x")


@pytest.mark.parametrize("text", ["", "abc", "md5:abc", "sha256:abc", EMPTY.upper(), EMPTY + "0"])
def test_what_is_no_digest_is_refused(text: str) -> None:
    with pytest.raises(InvalidFault):
        Digest.parse(text)


def test_the_hex_digits_are_checked() -> None:
    with pytest.raises(InvalidFault, match="64 lower-case hex digits"):
        Digest.parse("sha256:" + "g" * 64)
