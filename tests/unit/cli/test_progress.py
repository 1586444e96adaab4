"""Progress as lines: stages with their times, scripts' output untouched between them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest

from slipcast.cli.progress import Lines


def seconds(*told: float) -> Iterator[float]:
    yield from told


def test_a_stage_is_one_line_with_the_seconds_since_the_beginning() -> None:
    into = io.BytesIO()
    clock = seconds(10, 13.2, 14.7)
    lines = Lines(into, now=lambda: next(clock))

    with lines.stage("Assemble", "AssembleBuildScripts", "Assembling"):
        pass

    assert into.getvalue() == b"[   3.2s] Assembling\n"
    assert [(stage.name, stage.duration_ms) for stage in lines.stages] == [("Assemble", 1500)]


def test_a_stage_that_fails_is_timed_as_well() -> None:
    lines = Lines(io.BytesIO())

    with pytest.raises(KeyError), lines.stage("Assemble", "AssembleBuildScripts", "Assembling"):
        raise KeyError

    assert [stage.step for stage in lines.stages] == ["AssembleBuildScripts"]


def test_output_keeps_everything_but_the_line_end_s2i_204() -> None:
    into = io.BytesIO()
    lines = Lines(into)

    lines.output("stdout", b"  indented\t \r\n\xff\x1b[1mbold\n")

    assert into.getvalue() == b"  indented\t \n\xff\x1b[1mbold\n"


def test_the_streams_do_not_cut_each_others_lines() -> None:
    into = io.BytesIO()
    lines = Lines(into)

    lines.output("stdout", b"one ")
    lines.output("stderr", b"warning\n")
    lines.output("stdout", b"line\nrest")
    lines.flush()

    assert into.getvalue() == b"warning\none line\nrest\n"


def test_a_line_without_end_is_not_kept_for_ever() -> None:
    into = io.BytesIO()
    lines = Lines(into)

    lines.output("stdout", b"x" * 100_000)

    assert len(into.getvalue()) == 100_001


def test_quiet_hides_standard_output_of_scripts_and_nothing_else_s2i_16() -> None:
    into = io.BytesIO()
    lines = Lines(into, quiet=True)

    lines.output("stdout", b"hidden\n")
    lines.output("stderr", b"shown\n")
    lines.warn("heard")

    assert into.getvalue() == b"shown\nWARNING: heard\n"


def test_notes_are_shown_up_to_the_level_s2i_293() -> None:
    into = io.BytesIO()
    lines = Lines(into, level=1)

    lines.note("always", level=0)
    lines.note("doing")
    lines.note("engine steps", level=2)

    assert into.getvalue() == b"always\ndoing\n"


@pytest.mark.parametrize("level", [3, 5])
def test_from_level_three_all_lines_have_a_header_s2i_294(level: int) -> None:
    into = io.BytesIO()
    lines = Lines(into, level=level)

    lines.note("doing")
    lines.output("stderr", b"printed\n")
    lines.warn("heard")

    head = rb"\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+ test_progress\.py:\d+\] "
    assert re.fullmatch(
        rb"I" + head + rb"doing\nI" + head + rb"printed\nW" + head + rb"WARNING: heard\n",
        into.getvalue(),
    )


def test_up_to_level_two_no_line_has_a_time_stamp_s2i_294() -> None:
    into = io.BytesIO()

    Lines(into, level=2).note("doing")

    assert into.getvalue() == b"doing\n"


def test_colour_is_for_our_own_lines_only() -> None:
    into = io.BytesIO()
    lines = Lines(into, colour=True)

    lines.warn("heard")
    lines.output("stdout", b"printed\n")

    assert into.getvalue() == b"\x1b[33mWARNING: heard\x1b[0m\nprinted\n"


def test_our_own_lines_cannot_move_the_cursor() -> None:
    into = io.BytesIO()

    Lines(into).note("Cloning a\x1b[2Jb\rc", level=0)

    assert into.getvalue() == b"Cloning a?[2Jb?c\n"
