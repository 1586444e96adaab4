"""Laws of log selection: however a log comes in pieces, the same lines of it come out."""

from __future__ import annotations

from itertools import dropwhile

from hypothesis import given
from hypothesis import strategies as st

from slipcast.values.logrecords import Record
from slipcast.values.logselection import Taker, Wanted, Window, window

Line = tuple[bytes, bytes]

texts = st.binary(max_size=12).map(lambda text: text.replace(b"\n", b" "))
records = st.builds(
    Record,
    time=st.integers(0, 9).map(lambda second: b"2026-11-22T12:00:0%d.000000000Z" % second),
    stream=st.sampled_from([b"stdout", b"stderr"]),
    whole=st.booleans(),
    text=texts,
)
logs = st.lists(records, max_size=12).map(
    lambda found: sorted(found, key=lambda record: record.time)
)
wishes = st.builds(
    Wanted,
    since=st.sampled_from([b"", b"2026-11-22T12:00:05.000000000Z"]),
    timestamps=st.booleans(),
    tail=st.none() | st.integers(0, 5),
    limit=st.none() | st.integers(1, 60),
)


def encoded(log: list[Record]) -> list[bytes]:
    """The records as bytes."""
    return [
        b"%b %b %b %b\n" % (each.time, each.stream, b"F" if each.whole else b"P", each.text)
        for each in log
    ]


def lines_of(log: list[Record]) -> list[Line]:
    """Times and texts of the lines, with their breaks, the obvious way."""
    lines: list[Line] = []
    before: Record | None = None
    for record in log:
        text = record.text + (b"\n" if record.whole else b"")
        if before is not None and not before.whole and before.stream == record.stream:
            lines[-1] = (lines[-1][0], lines[-1][1] + text)
        else:
            if before is not None and not before.whole:
                lines[-1] = (lines[-1][0], lines[-1][1] + b"\n")
            lines.append((record.time, text))
        before = record
    return lines


def expected(log: list[Record], wanted: Wanted) -> bytes:
    """What is wanted of a log, the obvious way."""
    lines = list(dropwhile(lambda line: line[0] < wanted.since, lines_of(log)))
    if wanted.tail is not None:
        lines = lines[max(0, len(lines) - wanted.tail) :]
    text = b"".join((time + b" " if wanted.timestamps else b"") + said for time, said in lines)
    return text[: wanted.limit]


def counted(pieces: list[bytes], wanted: Wanted) -> int:
    """How many lines there are that are young enough."""
    taker = Taker(Wanted(since=wanted.since))
    taker.take(b"".join(pieces))
    return taker.lines


@given(logs, wishes, st.integers(1, 4))
def test_what_is_wanted_comes_whatever_the_pieces(
    log: list[Record], wanted: Wanted, size: int
) -> None:
    pieces = encoded(log)
    taker = Taker(wanted, window(wanted, counted(pieces, wanted), grows=False))

    joined = [b"".join(pieces[at : at + size]) for at in range(0, len(pieces), size)]
    told = b"".join(taker.take(piece) for piece in joined)

    assert told == expected(log, wanted)


@given(logs, wishes)
def test_who_is_full_gives_no_more(log: list[Record], wanted: Wanted) -> None:
    pieces = encoded(log)
    taker = Taker(wanted, window(wanted, counted(pieces, wanted), grows=False))

    told = [(taker.is_full, taker.take(piece)) for piece in pieces]

    assert [text for full, text in told if full and text] == []


@given(logs, logs, st.integers(0, 5))
def test_who_follows_gets_the_last_lines_and_all_that_come(
    log: list[Record], more: list[Record], tail: int
) -> None:
    wanted, pieces = Wanted(tail=tail), encoded(log)
    taker = Taker(wanted, window(wanted, counted(pieces, wanted), grows=True))
    first = max(0, len(lines_of(log)) - tail)

    told = b"".join(map(taker.take, [*pieces, *encoded(more)]))

    assert told == b"".join(text for _, text in lines_of([*log, *more])[first:])


@given(st.lists(texts, max_size=8))
def test_lines_of_one_stream_come_back_as_they_were_said(said: list[bytes]) -> None:
    log = [Record(b"t", b"stdout", whole=True, text=text) for text in said]

    told = Taker().take(b"".join(encoded(log)))

    assert told == b"".join(text + b"\n" for text in said)


@given(logs)
def test_an_empty_window_shows_nothing(log: list[Record]) -> None:
    taker = Taker(within=Window(0, 0))

    assert (taker.is_full, taker.take(b"".join(encoded(log)))) == (True, b"")
