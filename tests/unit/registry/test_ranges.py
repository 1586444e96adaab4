"""Which part of a blob is asked for, and where a piece of an upload goes."""

from __future__ import annotations

import pytest

from slipcast.registry.faults import BLOB_UPLOAD_INVALID, RANGE_INVALID, RegistryFault
from slipcast.registry.ranges import Span, asked, sent


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", Span(0, 1)),
        ("bytes=2-4", Span(2, 3)),
        ("bytes=4-", Span(4, 6)),
        ("bytes=9-99", Span(9, 1)),
        ("bytes=-3", Span(7, 3)),
        ("bytes=-99", Span(0, 10)),
    ],
)
def test_a_part_is_what_there_is_of_it(header: str, expected: Span) -> None:
    assert asked(header, 10) == expected


@pytest.mark.parametrize(
    "header",
    ["", "bytes=-", "bytes=4-2", "bytes=1-2,4-5", "lines=1-2", "bytes=x-2", "bytes=1", "1-2"],
)
def test_what_nobody_understands_asks_for_all(header: str) -> None:
    assert asked(header, 10) is None


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-12", "bytes=-0"])
def test_a_part_that_is_not_there_is_refused(header: str) -> None:
    with pytest.raises(RegistryFault) as raised:
        asked(header, 10)

    assert raised.value.code is RANGE_INVALID
    assert raised.value.headers == {"content-range": "bytes */10"}


def test_of_nothing_no_part_is_there() -> None:
    with pytest.raises(RegistryFault):
        asked("bytes=0-", 0)


@pytest.mark.parametrize("header", ["0-9", "bytes 0-9/10", "bytes=0-9", "bytes 0-9/*"])
def test_a_piece_says_where_it_goes(header: str) -> None:
    assert sent(header) == Span(0, 10)


@pytest.mark.parametrize("header", ["9-0", "x-9", "0", "-9", "0-", "0-9/", "0-" + "9" * 30])
def test_what_is_no_place_is_refused(header: str) -> None:
    with pytest.raises(RegistryFault) as raised:
        sent(header)

    assert raised.value.code is BLOB_UPLOAD_INVALID


def test_a_piece_need_not_say_where_it_goes() -> None:
    assert sent("") is None


def test_a_part_is_told_with_the_whole() -> None:
    assert Span(2, 3).told(10) == "bytes 2-4/10"
