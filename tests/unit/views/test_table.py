"""Tables of text, as wide as kubectl makes them."""

from __future__ import annotations

from slipcast.views import table


def test_columns_are_as_wide_as_their_widest_cell_and_three_blanks() -> None:
    rows = (("NAME", "STATUS", "AGE"), ("application", "Active", "5s"))

    assert table.lines(rows) == (
        "NAME          STATUS   AGE",
        "application   Active   5s",
    )


def test_a_column_takes_six_at_least() -> None:
    assert table.lines((("A", "B"),)) == ("A     B",)


def test_the_last_cell_is_not_padded() -> None:
    assert table.lines((("A", "LONG"), ("b", ""))) == ("A     LONG", "b     ")


def test_columns_of_an_earlier_table_go_on() -> None:
    before = table.widths_of((("application", "x"),))

    assert table.lines((("a", "b"),), before) == ("a             b",)


def test_a_cell_is_one_line() -> None:
    assert table.cell("one\ntwo") == "one..."


def test_nothing_in_a_cell_moves_a_cursor() -> None:
    assert table.cell("\x1b[2Jgone") == "^[[2Jgone"
    assert table.cell("\x9b2Jgone") == "?2Jgone"
