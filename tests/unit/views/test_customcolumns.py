"""Columns that the user describes."""

from __future__ import annotations

import pytest

from slipcast.values.faults import UsageFault
from slipcast.views import customcolumns

OBJECT = {
    "metadata": {"name": "a", "labels": {"b": "2", "a": "1"}},
    "list": [1, True, 1.5e9, None],
    "lines": "one\ntwo",
}


@pytest.mark.parametrize("path", [".metadata.name", "metadata.name", "{.metadata.name}"])
def test_a_path_may_be_written_in_three_ways(path: str) -> None:
    columns = customcolumns.parse(f"NAME:{path}")

    assert (columns.headers, columns.row(OBJECT)) == (("NAME",), ("a",))


def test_what_is_not_there_is_none() -> None:
    assert customcolumns.parse("X:.nope").row(OBJECT) == ("<none>",)


def test_several_findings_share_a_cell() -> None:
    assert customcolumns.parse("X:.list[*]").row(OBJECT) == ("1,true,1.5e+09,<nil>",)


def test_objects_and_lists_look_as_in_go() -> None:
    columns = customcolumns.parse("L:.metadata.labels,X:.list")

    assert columns.row(OBJECT) == ("map[a:1 b:2]", "[1 true 1.5e+09 <nil>]")


@pytest.mark.parametrize("text", ["NAME", "NAME:", ":.x", "A:.a,B", "A:{.a}{.b}"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(UsageFault):
        customcolumns.parse(text)
