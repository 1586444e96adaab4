"""How faults are told, and which exit code each becomes."""

from __future__ import annotations

from pathlib import Path

import pytest

from slipcast.cli import faults
from slipcast.cli.faults import Manner
from slipcast.testing.toolbox import FakeToolbox
from slipcast.values.faults import (
    BuildFault,
    EngineFault,
    Fault,
    FieldError,
    Interrupted,
    InvalidFault,
    UsageFault,
)
from unit.cli.conftest import Call

FAILED = BuildFault(
    "non-zero (3) exit code from python", reason="AssembleFailed", hint="Look up.", tail=("a", "b")
)


def test_a_coded_error_is_told_in_the_words_of_the_s2i_tool_s2i_80() -> None:
    lines = list(faults.told(FAILED, Manner.S2I))

    assert lines[0] == "An error occurred: non-zero (3) exit code from python"
    assert "Suggested solution: Look up." in lines
    assert "exit-codes.md" in lines[-1]


def test_the_last_lines_of_what_failed_are_told() -> None:
    lines = list(faults.told(FAILED, Manner.OWN))

    assert lines == [FAILED.message, "The last lines were:", "    a", "    b", "Look up."]


def test_the_cause_is_told_from_level_one_on_s2i_80() -> None:
    fault = EngineFault("no image")
    fault.__cause__ = OSError("connection refused")

    assert "Caused by: connection refused" not in faults.told(fault, Manner.S2I)
    assert "Caused by: connection refused" in faults.told(fault, Manner.S2I, level=1)


def test_being_ended_by_a_signal_is_told_in_one_line() -> None:
    assert list(faults.told(Interrupted("ended by SIGINT"), Manner.S2I)) == ["ended by SIGINT"]


def test_every_wrong_value_is_a_line_of_its_own_s2i_56() -> None:
    fault = InvalidFault(
        (FieldError(path="tag", what="is bad", value="A"), FieldError(path="x", what="is missing"))
    )

    assert list(faults.told(fault, Manner.S2I)) == ["tag: is bad (given: 'A')", "x: is missing"]


@pytest.mark.parametrize(
    ("fault", "own", "s2i"),
    [
        (Fault("x"), 1, 1),
        (BuildFault("x", exit_code=15), 15, 15),
        (UsageFault("x"), 2, 1),
        (InvalidFault(()), 2, 1),
        (Interrupted("x"), 2, 2),
    ],
)
def test_each_fault_has_its_exit_code(fault: Fault, own: int, s2i: int) -> None:
    assert (faults.exit_code(fault, Manner.OWN), faults.exit_code(fault, Manner.S2I)) == (own, s2i)


def test_a_bug_is_told_by_its_id_and_its_trace_is_kept_away(
    call: Call, toolbox: FakeToolbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toolbox.work.builders, "rows", None)

    ended = call("builders", "list")

    assert ended.code == 1
    assert "An internal error occurred: TypeError (id bug1)." in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "Traceback" in toolbox.bugs[0]


def test_a_reader_that_leaves_is_no_error(
    call: Call, toolbox: FakeToolbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave(_: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("slipcast.cli.outputs.emit", leave)

    ended = call("builders", "list", "-o", "json")

    assert (ended.code, ended.stderr, toolbox.bugs) == (1, "", [])


def test_bugs_are_kept_where_only_the_user_can_read_them(tmp_path: Path) -> None:
    from slipcast.wiring import bugs  # noqa: PLC0415 -- the one test that looks behind the toolbox

    identity, path = bugs.record(tmp_path, "trace")

    assert path is not None
    assert path.name == f"{identity}.log"
    assert path.stat().st_mode & 0o777 == 0o600
