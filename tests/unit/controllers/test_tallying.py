"""Builds are counted as they come, change and go."""

from __future__ import annotations

from typing import Any

import pytest

from slipcast.api import kinds
from slipcast.api.document import JSON, Document
from slipcast.controllers import tallying
from slipcast.controllers.cache import Cache
from slipcast.controllers.standing import Standing, standing
from slipcast.controllers.tallying import Tally
from slipcast.ports.figures import Sort

BUILD = kinds.require(kinds.BUILD, "Build")
DOCKER: JSON = {"dockerStrategy": {}}
MADE = "2026-11-22T10:00:00Z"
BEGAN = "2026-11-22T11:00:00Z"
OVER = {"startTimestamp": BEGAN, "completionTimestamp": "2026-11-22T12:00:00Z"}


def a_build(revision: int, name: str = "app-1", *, phase: str = "", **status: Any) -> Document:
    metadata = {"name": name, "namespace": "shop", "creationTimestamp": MADE}
    content = {
        "metadata": metadata,
        "spec": {"strategy": DOCKER},
        "status": {"phase": phase, **status},
    }
    return Document.of(BUILD, content, revision)


@pytest.fixture
def builds() -> Cache[Standing]:
    return Cache(standing)


@pytest.fixture
def took() -> list[tuple[str, str, float]]:
    return []


@pytest.fixture
def tally(builds: Cache[Standing], took: list[tuple[str, str, float]]) -> Tally:
    return Tally(builds, lambda *each: took.append(each))


def test_builds_are_counted_by_phase_reason_and_strategy(
    builds: Cache[Standing], tally: Tally
) -> None:
    builds.saw(a_build(1, "a"))
    builds.saw(a_build(2, "b", phase="Running"))
    builds.saw(a_build(3, "c", phase="Failed", reason="PostCommitHookFailed", **OVER))
    builds.saw(a_build(4, "d", phase="Failed", reason="PostCommitHookFailed", **OVER))

    assert tally.counts() == {
        Sort("New", "", "Docker"): 1,
        Sort("Running", "", "Docker"): 1,
        Sort("Failed", "PostCommitHookFailed", "Docker"): 2,
    }


def test_phases_and_reasons_that_others_made_up_are_one(
    builds: Cache[Standing], tally: Tally
) -> None:
    builds.saw(a_build(1, "a", phase="Odd", reason="Mine"))
    builds.saw(a_build(2, "b", phase="Odder", reason="Yours"))

    assert tally.counts() == {Sort("Other", "Other", "Docker"): 2}


def test_a_build_that_changes_is_counted_once_and_one_that_is_gone_not_at_all(
    builds: Cache[Standing], tally: Tally
) -> None:
    builds.saw(a_build(1))
    builds.saw(a_build(2, phase="Complete", **OVER))
    changed = tally.counts()

    builds.lost(a_build(3))

    assert changed == {Sort("Complete", "", "Docker"): 1}
    assert tally.counts() == {}


def test_reasons_that_somebody_made_up_are_counted_as_one(
    builds: Cache[Standing], tally: Tally
) -> None:
    builds.saw(a_build(1, "a", phase="Failed", reason="Bored", **OVER))
    builds.saw(a_build(2, "b", phase="Failed", reason="Tired", **OVER))

    assert tally.counts() == {Sort("Failed", "Other", "Docker"): 2}


def test_builds_that_go_on_are_told_with_since_when(builds: Cache[Standing], tally: Tally) -> None:
    builds.saw(a_build(1, "runs", phase="Running", startTimestamp=BEGAN))
    builds.saw(a_build(2, "waits"))
    builds.saw(a_build(3, "over", phase="Complete", **OVER))

    assert [(each.name, each.since) for each in tally.going()] == [
        ("waits", MADE),
        ("runs", BEGAN),
    ]


def test_of_very_many_that_wait_the_first_are_told(
    builds: Cache[Standing], tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tallying, "MOST", 2)

    for number in (1, 2, 3):
        builds.saw(a_build(number, f"b-{number}"))

    assert [each.name for each in tally.going()] == ["b-1", "b-2"]


def test_how_long_a_build_took_is_told_once_when_it_ends(
    builds: Cache[Standing], tally: Tally, took: list[tuple[str, str, float]]
) -> None:
    builds.saw(a_build(1, phase="Running", startTimestamp=BEGAN))

    builds.wrote(a_build(2, phase="Failed", **OVER))
    builds.saw(a_build(2, phase="Failed", **OVER))
    builds.saw(a_build(3, phase="Failed", logSnippet="x", **OVER))

    assert took == [("Docker", "Failed", 3600.0)]
    assert len(tally.counts()) == 1


def test_a_build_that_was_over_before_is_no_news(
    builds: Cache[Standing], tally: Tally, took: list[tuple[str, str, float]]
) -> None:
    builds.saw(a_build(1, phase="Complete", **OVER))

    assert tally.counts()
    assert took == []


def test_a_build_that_never_ran_took_no_time_at_all(
    builds: Cache[Standing], tally: Tally, took: list[tuple[str, str, float]]
) -> None:
    at_once = {"startTimestamp": BEGAN, "completionTimestamp": BEGAN}
    builds.saw(a_build(1, "refused"))
    builds.saw(a_build(2, "quick", phase="Pending"))

    builds.saw(a_build(3, "refused", phase="Failed", **at_once))
    builds.saw(a_build(4, "quick", phase="Complete", **at_once))

    assert took == [("Docker", "Complete", 0.0)]
    assert len(tally.counts()) == 2


@pytest.mark.parametrize(
    "times",
    [
        {"completionTimestamp": BEGAN},
        {"startTimestamp": "2026-02-30T00:00:00Z", "completionTimestamp": BEGAN},
        {"startTimestamp": BEGAN, "completionTimestamp": "soon"},
        {"startTimestamp": BEGAN, "completionTimestamp": MADE},
        {"startTimestamp": BEGAN, "completionTimestamp": "9999-12-31T23:59:59Z"},
        {"startTimestamp": "0001-01-01T00:00:00+14:00", "completionTimestamp": BEGAN},
    ],
    ids=["never began", "no such day", "no time", "before it began", "in ages", "before all"],
)
def test_days_that_somebody_made_up_are_not_counted(
    builds: Cache[Standing],
    tally: Tally,
    took: list[tuple[str, str, float]],
    times: dict[str, str],
) -> None:
    builds.saw(a_build(1, phase="Running"))

    builds.saw(a_build(2, phase="Complete", **times))

    assert tally.counts() == {Sort("Complete", "", "Docker"): 1}
    assert took == []
