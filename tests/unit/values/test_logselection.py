"""Which lines of a log somebody gets (BA-656 to BA-666)."""

from __future__ import annotations

from datetime import UTC, datetime

from slipcast.values.logrecords import Stream, written
from slipcast.values.logselection import Taker, Wanted, Window, since, window

NOON = b"2026-11-22T12:00:00.000000000Z"


def said(*texts: str, second: int = 0) -> bytes:
    """Lines on standard output."""
    time = b"2026-11-22T12:00:%02d.000000000Z" % second
    return b"".join(written(time, "stdout", text.encode()) for text in texts)


def part(text: str, stream: Stream = "stdout") -> bytes:
    """A line that goes on."""
    return written(NOON, stream, text.encode(), whole=False)


def test_a_line_in_parts_is_one_line() -> None:
    taker = Taker()

    text = taker.take(part("one ") + part("two ") + said("three"))

    assert (text, taker.lines) == (b"one two three\n", 1)


def test_a_part_comes_at_once() -> None:
    assert Taker().take(part("50%..")) == b"50%.."


def test_a_line_into_which_the_other_stream_speaks_is_broken() -> None:
    text = Taker().take(part("loading") + written(NOON, "stderr", b"oh") + said("done"))

    assert text == b"loading\noh\ndone\n"


def test_each_line_has_the_time_of_its_beginning() -> None:
    text = Taker(Wanted(timestamps=True)).take(part("a") + said("b", "c", second=7))

    assert text == b"%b ab\n2026-11-22T12:00:07.000000000Z c\n" % NOON


def test_what_is_older_is_left_out_with_all_its_parts() -> None:
    taker = Taker(Wanted(since=since(datetime(2026, 11, 22, 12, 0, 5, tzinfo=UTC))))

    text = taker.take(said("old") + part("old ") + said("too", second=6) + said("new", second=7))

    assert text == b"new\n"


def test_a_clock_that_is_put_back_hides_nothing() -> None:
    taker = Taker(Wanted(since=since(datetime(2026, 11, 22, 12, 0, 5, tzinfo=UTC))))

    assert taker.take(said("a", second=6) + said("b", second=1)) == b"a\nb\n"


def test_no_more_bytes_are_given_than_wanted() -> None:
    taker = Taker(Wanted(limit=4))

    assert (taker.take(said("abc", "def")), taker.is_full) == (b"abc\n", True)


def test_the_last_lines_are_those_of_when_they_were_counted() -> None:
    taker = Taker(Wanted(tail=1), window(Wanted(tail=1), 2, grows=False))

    assert taker.take(said("a", "b", "c")) == b"b\n"


def test_a_last_line_that_is_open_goes_on() -> None:
    taker = Taker(within=Window(0, 1))

    begun = (taker.take(part("a")), taker.is_full)

    assert (begun, taker.take(said("b", "c")), taker.is_full) == ((b"a", False), b"b\n", True)


def test_more_lines_than_there_are_are_all_of_them() -> None:
    assert window(Wanted(tail=10**12), 3, grows=True) == Window(0, None)


def test_what_is_no_record_is_text_all_the_same() -> None:
    assert Taker(Wanted(timestamps=True)).take(b"who wrote this\n") == b"who wrote this\n"
