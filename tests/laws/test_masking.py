"""Laws of masking: however a log is cut, no value is in it, and everything else is."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from slipcast.values.masking import STARS, Masker, Values

texts = st.text("ab\n", max_size=40).map(str.encode)
secrets = st.lists(st.text("ab\n", min_size=8, max_size=14).map(str.encode), max_size=4)
pieces = st.lists(texts, max_size=8)


def masked(values: Values, *said: bytes) -> bytes:
    """What is shown of a stream, which ends with something that no value has in it."""
    masker = Masker(values)
    return b"".join(map(masker.masked, (*said, b"."))) + masker.rest()


@given(secrets, pieces)
def test_where_a_log_is_cut_makes_no_difference(given_: list[bytes], said: list[bytes]) -> None:
    values = Values.of(given_)

    assert masked(values, *said) == masked(values, b"".join(said))


@given(secrets, pieces)
def test_every_byte_of_a_value_and_no_other_is_masked(
    given_: list[bytes], said: list[bytes]
) -> None:
    values, whole = Values.of(given_), b"".join(said) + b"."
    covered = {
        at
        for _, value in values.found
        for found in re.finditer(b"(?=%s)" % re.escape(value), whole)
        for at in range(found.start(), found.start() + len(value))
    }
    plain = bytes(ord("*") if at in covered else byte for at, byte in enumerate(whole))

    assert masked(values, *said) == re.sub(rb"\*+", STARS, plain)
