"""What is known of builds is shown as OpenShift shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from typing_extensions import override

from slipcast.ports.figures import Going, Pods, Sort
from slipcast.server.telemetry import Telemetry

DONE = Sort(phase="Complete", reason="", strategy="Docker")
RUNS = Sort(phase="Running", reason="", strategy="Source")


class Two:
    """Two builds that are over, and one that runs."""

    def counts(self) -> Mapping[Sort, int]:
        """See figures.Builds."""
        return {DONE: 2, RUNS: 1}

    def going(self) -> Iterator[Going]:
        """See figures.Builds."""
        yield Going(namespace="shop", name="app-1", sort=RUNS, since="1970-01-01T00:01:00Z")


class Odd(Two):
    """These, after one that began on a day that there is not."""

    @override
    def going(self) -> Iterator[Going]:
        """See figures.Builds."""
        yield Going(namespace="shop", name="odd", sort=RUNS, since="2026-02-30T00:00:00Z")
        yield from super().going()


def _shown(telemetry: Telemetry) -> set[str]:
    lines = telemetry.exposed()[0].decode().splitlines()
    return {line for line in lines if line.startswith(("openshift_", "slipcast_"))}


def test_builds_are_shown_by_phase_reason_and_strategy_and_since_when() -> None:
    telemetry = Telemetry()

    telemetry.figures.builds = Two()

    running = 'phase="Running",reason="",strategy="Source"'
    assert _shown(telemetry) == {
        'openshift_build_total{phase="Complete",reason="",strategy="Docker"} 2.0',
        f"openshift_build_total{{{running}}} 1.0",
        f'openshift_build_active_time_seconds{{name="app-1",namespace="shop",{running}}} 60.0',
    }


def test_a_build_of_a_day_that_there_is_not_hides_no_other() -> None:
    telemetry = Telemetry()

    telemetry.figures.builds = Odd()

    shown = "".join(_shown(telemetry))
    assert 'name="app-1"' in shown
    assert 'name="odd"' not in shown


def test_the_pods_of_this_server_are_shown() -> None:
    telemetry = Telemetry()

    telemetry.figures.pods = Pods(running=2, waiting=5, limit=2)

    assert _shown(telemetry) == {
        "slipcast_build_pods_running 2.0",
        "slipcast_build_pods_waiting 5.0",
        "slipcast_build_pods_limit 2.0",
    }


def test_nothing_is_shown_of_what_is_not_known_here() -> None:
    assert _shown(Telemetry()) == set()


def test_how_long_builds_took_is_a_histogram_by_strategy_and_phase() -> None:
    telemetry = Telemetry()

    telemetry.figures.took("Docker", "Complete", 42)
    telemetry.figures.took("Docker", "Complete", 4000)

    named = 'slipcast_build_duration_seconds_{}{{phase="Complete",strategy="Docker"}}'
    shown = _shown(telemetry)
    assert f"{named.format('count')} 2.0" in shown
    assert f"{named.format('sum')} 4042.0" in shown
    assert {_bucket("30.0", 0), _bucket("60.0", 1), _bucket("7200.0", 2)} <= shown


def _bucket(limit: str, count: float) -> str:
    labels = f'le="{limit}",phase="Complete",strategy="Docker"'
    return f"slipcast_build_duration_seconds_bucket{{{labels}}} {float(count)}"
