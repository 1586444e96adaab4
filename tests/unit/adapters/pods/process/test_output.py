"""Output becomes records, and a log does not grow for ever."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from slipcast.adapters.pods.process.output import Lines, Log, last_lines, now, segments
from slipcast.adapters.pods.process.reading import Reader
from slipcast.values.logrecords import LONGEST, read, written
from slipcast.values.masking import Values

TIME = b"2026-11-22T12:00:00.000000000Z"


def records(*pieces: bytes) -> list[tuple[bytes, bool]]:
    """Text of each record, and whether its line ended."""
    lines = Lines("stdout")
    data = b"".join(lines.records(piece, TIME) for piece in pieces) + lines.rest(TIME)
    return [(each.text, each.whole) for each in read(data)]


def test_a_line_in_pieces_is_one_record() -> None:
    assert records(b"a", b"b\nc", b"\n") == [(b"ab", True), (b"c", True)]


def test_an_empty_line_is_a_record() -> None:
    assert records(b"\n") == [(b"", True)]


def test_what_has_no_end_goes_on() -> None:
    assert records(b"a\nb") == [(b"a", True), (b"b", False)]


def test_a_secret_that_is_cut_by_pieces_and_records_is_masked() -> None:
    lines = Lines("stdout", Values.of([b"hunter2-hunter2"]))
    before = b"x" * (LONGEST - 4)

    data = lines.records(before + b"hunter2-", TIME) + lines.rest(TIME)
    data += lines.records(b"hunter2\nhunter2-hun", TIME) + lines.end(TIME)

    said = b"".join(each.text + b"\n" * each.whole for each in read(data))
    assert said == before + b"***\n***"


def test_a_long_line_is_several_records() -> None:
    text = b"x" * LONGEST

    assert records(text + b"yz\n") == [(text, False), (b"yz", True)]


def test_a_line_of_exactly_the_longest_is_one_record() -> None:
    text = b"x" * LONGEST

    assert records(text + b"\n") == [(text, True)]


@given(st.lists(st.binary(max_size=40_000), max_size=5))
def test_no_byte_is_lost_or_doubled(pieces: list[bytes]) -> None:
    made = records(*pieces)

    assert b"".join(text + b"\n" * whole for text, whole in made) == b"".join(pieces)
    assert all(len(text) <= LONGEST for text, _ in made)


def test_no_more_than_a_line_is_held_in_memory() -> None:
    lines = Lines("stdout")

    for _ in range(100):
        lines.records(b"x" * LONGEST, TIME)

    assert len(lines.rest(TIME)) <= LONGEST + len(TIME) + len(b" stdout P \n")


def test_time_has_nanoseconds() -> None:
    (record,) = read(written(now(), "stdout", b""))

    assert len(record.time) == len(TIME)


def a_log(place: Path) -> Log:
    """A log of 100 bytes at its beginning, and 50 in each later segment."""
    return Log(place, "main", first=100, later=50)


def a_line(number: int) -> bytes:
    return written(TIME, "stdout", b"%02d" % number)


def said(reader: Reader) -> list[bytes]:
    """The texts that a reader finds, to the end."""
    data = b"".join(iter(reader.read, b""))
    return [each.text for each in read(data)]


def test_a_log_keeps_its_beginning_and_its_end(tmp_path: Path) -> None:
    log = a_log(tmp_path)

    for number in range(20):
        log.write(a_line(number))

    assert segments(tmp_path, "main") == [0, 17, 18]
    texts = said(Reader(tmp_path, "main"))
    assert texts[:2] == [b"00", b"01"]
    assert b"too long" in texts[2]
    assert texts[3:] == [b"18", b"19"]


def test_who_follows_misses_nothing(tmp_path: Path) -> None:
    log, reader = a_log(tmp_path), Reader(tmp_path, "main")

    texts = []
    for number in range(20):
        log.write(a_line(number))
        texts += said(reader)

    assert texts == [b"%02d" % number for number in range(20)]


def test_half_a_record_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "log-main.0").write_bytes(a_line(1) + a_line(2)[:-3])

    assert said(Reader(tmp_path, "main")) == [b"01"]


def test_a_log_that_was_not_begun_is_empty(tmp_path: Path) -> None:
    assert Reader(tmp_path, "main").read() == b""
    assert Reader(tmp_path / "missing", "main").read() == b""


def test_containers_whose_names_begin_alike_have_logs_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "log-main.0").touch()
    (tmp_path / "log-main-2.7").touch()

    assert segments(tmp_path, "main-2") == [7]


def test_the_last_lines_are_so_many_and_so_long() -> None:
    data = b"".join(a_line(number) for number in range(50))

    assert last_lines(data, 2, 1000) == "48\n49"
    assert last_lines(data, 80, 4) == "8\n49"


def test_parts_of_a_line_are_one_line() -> None:
    data = written(TIME, "stdout", b"a", whole=False) + written(TIME, "stdout", b"b")

    assert last_lines(data, 1, 100) == "ab"
