"""Secrets in what programs print."""

from __future__ import annotations

import pytest

from slipcast.values.masking import LONGEST, MOST, Masker, Values

TOKEN = b"hunter2-hunter2"
KEY = b"-----BEGIN KEY-----\nbase64-of-a-key\nQ==\nthe-other-line\n-----END KEY-----\n"


def shown(secrets: list[bytes], *pieces: bytes) -> bytes:
    """What is shown in the end of what came in pieces."""
    masker = Masker(Values.of(secrets))
    return b"".join(map(masker.masked, pieces)) + masker.rest()


def test_a_value_is_masked_wherever_it_is() -> None:
    said = b"a hunter2-hunter2, TOKEN=hunter2-hunter2\nhunter2-hunter2hunter2-hunter2"

    assert shown([TOKEN], said) == b"a ***, TOKEN=***\n***"


@pytest.mark.parametrize("cut", range(1, 17))
def test_a_value_that_is_cut_is_masked(cut: int) -> None:
    said = b"a " + TOKEN + b" b"

    assert shown([TOKEN], said[:cut], said[cut:]) == b"a *** b"


def test_a_value_that_comes_byte_by_byte_is_masked() -> None:
    said = b"hunter2-hunter hunter2-hunter2 b\n"

    assert shown([TOKEN], *(said[at : at + 1] for at in range(len(said)))) == (
        b"hunter2-hunter *** b\n"
    )


def test_what_no_value_begins_with_is_shown_at_once() -> None:
    masker = Masker(Values.of([TOKEN]))

    assert masker.masked(b"Password: ") == b"Password: "
    assert masker.masked(b"hunt") == b""
    assert masker.masked(b"ing\n") == b"hunting\n"


def test_short_values_are_left_alone() -> None:
    assert shown([b"true", b"1234567", b""], b"true 1234567") == b"true 1234567"


def test_spaces_around_a_value_do_not_count() -> None:
    assert shown([b"\n " + TOKEN + b"\n"], b"<hunter2-hunter2>") == b"<***>"


def test_a_value_of_several_lines_is_masked_as_a_whole() -> None:
    assert shown([KEY], b"key:\n" + KEY + b"end\n") == b"key:\n***\nend\n"


def test_its_lines_are_masked_by_themselves_and_what_is_around_keys_is_shown() -> None:
    said = b"+ the-other-line\nbase64-of-a-key\n-----BEGIN KEY-----\nend\n"

    assert shown([KEY], said) == b"+ ***\n***\n-----BEGIN KEY-----\nend\n"


def test_values_that_overlap_are_masked_together() -> None:
    assert shown([b"xyz-abcdefgh", b"abcdefgh-secret"], b"xyz-abcdefgh", b"-secret.") == b"***."


def test_a_value_that_is_broken_off_is_not_shown() -> None:
    assert shown([TOKEN], b"a hunter2-hunte") == b"a ***"
    assert shown([TOKEN], b"a hunt") == b"a hunt"


def test_of_a_very_long_value_the_lines_are_masked() -> None:
    long = b"\n".join(b"line-number-%d" % number for number in range(LONGEST // 8))

    assert shown([long], b"line-number-7\n") == b"***\n"


def test_no_more_than_so_many_are_looked_for() -> None:
    assert len(Values.of([b"value-number-%d" % number for number in range(MOST * 2)]).found) == MOST


def test_without_values_everything_is_shown_as_it_is() -> None:
    piece = b"hunter2-hunter2"

    assert Masker(Values.of([])).masked(piece) is piece
