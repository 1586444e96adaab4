"""Whose turn it is: build-lifecycle.md section 3, and what Origin did (cases 0987 to 0996)."""

import pytest

from slipcast.api.build import Build
from slipcast.builds.runpolicy import RunPolicy, Turn, next_builds, policy_of
from verdicts import seen

POLICIES = {"S": "Serial", "L": "SerialLatestOnly", "P": "Parallel"}
PHASES = {"N": "New", "W": "Pending", "R": "Running", "C": "Complete", "X": "Cancelled"}


def a_build(said: str) -> Build:
    """A build in short: `RS1` runs, is Serial and number 1; a mark says that it is cancelled."""
    phase, policy, number = said[0], said[1], said[2:].rstrip("!")
    labels = {"openshift.io/build.start-policy": POLICIES[policy]}
    annotations = {"openshift.io/build.number": number} if number != "?" else {}
    return seen(
        Build,
        metadata={"name": number, "labels": labels, "annotations": annotations},
        status={"phase": PHASES[phase], "cancelled": said.endswith("!")},
    )


def turn(said: str) -> tuple[str, str]:
    found = next_builds([a_build(each) for each in said.split()])
    return " ".join(found.start), " ".join(found.superseded)


@pytest.mark.parametrize(
    ("builds", "start"),
    [
        ("", ""),
        ("CS1", ""),
        ("RS1 NS2 NS3", ""),
        ("CS1 NS3 NS2", "2"),
        ("WS1 NS2", ""),
        ("NS10 NS9", "9"),
    ],
)
def test_serial_builds_run_one_after_another_bl_31_bl_38_bl_500(builds: str, start: str) -> None:
    assert turn(builds) == (start, "")


@pytest.mark.parametrize(
    ("builds", "start", "superseded"),
    [
        ("RL1 NL2 NL3", "", "2"),
        ("WL1 NL2", "", "1"),
        ("XL1 NL2", "2", ""),
        ("RL1 NS2 NL3", "", "2"),
        ("RL1 NL2 NL3!", "", ""),
        ("RL1 NL2! NL3", "", ""),
        ("RL2 NL1 NS3", "", ""),
        ("NL1 NL2", "", "1"),
    ],
)
def test_only_the_latest_is_kept_of_those_that_wait_bl_32_bl_501_bl_502(
    builds: str, start: str, superseded: str
) -> None:
    assert turn(builds) == (start, superseded)


@pytest.mark.parametrize(
    ("builds", "start"),
    [
        ("RP1 NS2", ""),
        ("RS1 NP2", ""),
        ("XS1 NP2 NP3", "2 3"),
        ("RP1 NS2 NP3", "3"),
        ("CS1 NS2 NP3", "2"),
        ("NP1 NP2 NS3", "1 2"),
        ("RL1 NP2", ""),
        ("NP1! NP2", "2"),
    ],
)
def test_parallel_builds_run_side_by_side_bl_33_bl_503_bl_506(builds: str, start: str) -> None:
    assert turn(builds) == (start, "")


def test_a_cancelled_build_keeps_its_place_until_it_is_over_bl_36() -> None:
    assert turn("NS1! NS2") == ("", "")
    assert turn("XS1 NS2") == ("2", "")


def test_a_build_without_number_keeps_the_others_waiting_bl_30() -> None:
    found = next_builds([a_build("NS1"), a_build("NS?")])

    assert found == Turn(unnumbered=("?",))


def test_a_pending_build_without_number_is_not_superseded_bl_32() -> None:
    assert turn("WL? NL2") == ("", "")


@pytest.mark.parametrize(
    ("builds", "start"),
    [
        ("WS1 NS2 NS3 NS4", ""),
        ("WP1 WP2 NP3 NP4", "3 4"),
        ("XL1 XL2 XL3 NL4", "4"),
        ("XS1 WS2 NS3 NS4 NP5", ""),
    ],
)
def test_origin_gave_the_same_turns_0988_0990_0992_0994(builds: str, start: str) -> None:
    assert turn(builds) == (start, "")


@pytest.mark.parametrize("label", ["", "serial", "Whatever"])
def test_an_unknown_policy_is_serial_bl_3(label: str) -> None:
    build = seen(Build, metadata={"labels": {"openshift.io/build.start-policy": label}})

    assert policy_of(build) is RunPolicy.SERIAL
    assert policy_of(Build()) is RunPolicy.SERIAL
