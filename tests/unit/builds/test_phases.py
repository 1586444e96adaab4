"""How a build moves from phase to phase: build-api.md section 8, build-lifecycle.md section 1."""

from datetime import UTC, datetime, timedelta

import pytest

from slipcast.api.build import Build
from slipcast.builds.phases import MOVES, TERMINAL, Phase, entered, is_terminal, may_move, started
from verdicts import seen

NOW = datetime(2026, 11, 22, 18, 0, 0, 900_000, tzinfo=UTC)
LATER = NOW + timedelta(seconds=90.3)


def a_build(phase: str = "New", **status: object) -> Build:
    return seen(Build, status={"phase": phase, **status})


def conditions(build: Build) -> dict[str, tuple[str, str]]:
    return {each.type: (each.status, each.reason) for each in build.status.conditions}


@pytest.mark.parametrize("was", sorted(TERMINAL - {Phase.FAILED}))
def test_a_build_never_leaves_a_terminal_phase_bl_1(was: Phase) -> None:
    assert MOVES[was] == frozenset()
    assert is_terminal(was)


@pytest.mark.parametrize(
    ("was", "now", "legal"),
    [
        ("", "Pending", True),
        ("New", "Complete", True),
        ("Pending", "New", False),
        ("Running", "Pending", False),
        ("Failed", "Failed", True),
        ("Failed", "Error", False),
        ("Odd", "New", False),
    ],
)
def test_moves_follow_the_table_bl_1(*, was: str, now: str, legal: bool) -> None:
    assert may_move(was, now) is legal


def test_an_illegal_move_changes_nothing_bl_114() -> None:
    build = a_build("Complete")

    assert entered(build, Phase.RUNNING, NOW) is build


def test_a_build_that_runs_has_a_start_ba_596() -> None:
    build = entered(a_build("Pending"), Phase.RUNNING, NOW)

    assert build.status.phase == "Running"
    assert build.status.start_timestamp == "2026-11-22T18:00:00Z"
    assert build.status.completion_timestamp == ""


def test_the_start_of_the_pod_goes_before_the_clock_ba_596() -> None:
    build = started(a_build("Pending"), "2026-11-22T17:59:00Z")

    running = entered(build, Phase.RUNNING, NOW)

    assert running.status.start_timestamp == "2026-11-22T17:59:00Z"
    assert started(running, "2026-11-22T17:58:00Z") is running
    assert started(build, "") is build


def test_a_build_that_ends_knows_how_long_it_took_ba_597_ba_598() -> None:
    running = entered(a_build("Pending"), Phase.RUNNING, NOW)

    done = entered(running, Phase.COMPLETE, LATER)

    assert done.status.completion_timestamp == "2026-11-22T18:01:31Z"
    assert done.status.duration == 91 * 10**9


@pytest.mark.parametrize("start", ["2026-02-31T00:00:00Z", "2027-01-01T00:00:00Z"])
def test_a_start_that_cannot_be_takes_no_time_ba_598(start: str) -> None:
    done = entered(a_build("Running", startTimestamp=start), Phase.COMPLETE, NOW)

    assert done.status.duration == 0


def test_a_build_that_failed_at_once_started_when_it_ended_bl_78() -> None:
    status = entered(a_build(), Phase.FAILED, NOW, reason="x").status

    assert status.start_timestamp == status.completion_timestamp == "2026-11-22T18:00:00Z"


def test_a_build_cancelled_before_it_ran_has_no_start_bl_78_bl_92() -> None:
    status = entered(a_build(), Phase.CANCELLED, NOW, reason="CancelledBuild").status

    assert (status.start_timestamp, status.duration) == ("", 0)
    assert status.completion_timestamp == "2026-11-22T18:00:00Z"


def test_the_end_of_a_build_is_kept_bl_45() -> None:
    failed = entered(a_build("Running"), Phase.FAILED, NOW, reason="x")

    again = entered(failed, Phase.FAILED, LATER, reason="y")

    assert again.status.completion_timestamp == failed.status.completion_timestamp
    assert again.status.reason == "y"


def test_each_phase_leaves_a_condition_ba_604() -> None:
    held = entered(a_build(), Phase.NEW, NOW, reason="InvalidOutputReference")
    pending = entered(held, Phase.PENDING, NOW)
    running = entered(pending, Phase.RUNNING, LATER, reason="r")

    assert conditions(running) == {
        "New": ("False", ""),
        "Pending": ("False", ""),
        "Running": ("True", "r"),
    }
    assert running.status.conditions[0].last_transition_time == "2026-11-22T18:00:00Z"
    assert running.status.conditions[1].last_transition_time == "2026-11-22T18:01:31Z"


def test_another_reason_in_the_same_phase_is_no_transition_ba_604() -> None:
    first = entered(a_build(), Phase.NEW, NOW, reason="a")

    (condition,) = entered(first, Phase.NEW, LATER, reason="b").status.conditions

    assert condition.last_transition_time == "2026-11-22T18:00:00Z"
    assert condition.last_update_time == "2026-11-22T18:01:31Z"
    assert condition.reason == "b"


def test_what_is_so_already_is_not_said_again_bl_114() -> None:
    build = entered(a_build(), Phase.NEW, NOW, reason="a")

    assert entered(build, Phase.NEW, LATER, reason="a") is build
