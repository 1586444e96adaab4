"""The life of a pod, told in moments."""

from __future__ import annotations

from typing import Any

from slipcast.adapters.pods.process.life import DEADLINE, Container, Ending, Life, lost
from slipcast.adapters.pods.process.plan import Plan, Role
from slipcast.api.pod import PodStatus

NOON = "2026-11-22T12:00:00Z"
LATER = "2026-11-22T12:00:05Z"
WELL = Ending(code=0)
BADLY = Ending(code=1)


def a_life(mains: int = 1, inits: int = 0, **changes: Any) -> Life:
    plan = Plan(
        uid="1",
        namespace="space",
        name="pod",
        inits=tuple(a_role(f"init{number}") for number in range(inits)),
        mains=tuple(a_role(f"main{number}") for number in range(mains)),
        **{"restart": "Never", **changes},
    )
    return Life(plan, NOON)


def a_role(name: str) -> Role:
    return Role(name=name, image="image", argv=("x",))


def names(containers: list[Container]) -> list[str]:
    return [each.role.name for each in containers]


def run(life: Life, container: Container, ending: Ending, now: float = 0.0) -> None:
    """Start a container and let it end."""
    life.started(container, now, NOON)
    life.ended(container, ending, now, LATER)


def test_a_pod_begins_by_waiting() -> None:
    status = a_life(inits=1).status

    waiting = status.container_statuses[0].state.waiting
    assert (status.phase, status.start_time) == ("Pending", NOON)
    assert waiting is not None
    assert waiting.reason == "PodInitializing"


def test_a_pod_of_nothing_has_failed() -> None:
    assert a_life(mains=0).status.phase == "Failed"


def test_init_containers_are_started_one_by_one() -> None:
    life = a_life(inits=2)
    first, second = life.inits

    begun = names(life.startable(0))
    run(life, first, WELL)

    assert begun == ["init0"]
    assert names(life.startable(0)) == ["init1"]
    run(life, second, WELL)
    assert names(life.startable(0)) == ["main0"]


def test_a_pod_is_pending_until_its_own_containers_run() -> None:
    life = a_life(inits=1)

    life.started(life.inits[0], 0, NOON)

    assert life.status.phase == "Pending"
    assert not life.is_over


def test_all_containers_ended_well_is_success() -> None:
    life = a_life(mains=2)

    for container in life.mains:
        run(life, container, WELL)

    assert life.is_over
    assert life.status.phase == "Succeeded"


def test_one_that_failed_makes_the_pod_fail_when_all_have_ended() -> None:
    life = a_life(mains=2)
    first, second = life.mains

    life.started(second, 0, NOON)
    run(life, first, BADLY)

    assert life.status.phase == "Running"
    life.ended(second, WELL, 0, LATER)
    assert life.status.phase == "Failed"


def test_a_failed_init_container_ends_the_pod() -> None:
    life = a_life(inits=1)

    run(life, life.inits[0], BADLY)

    assert life.is_over
    assert (life.status.phase, life.startable(0)) == ("Failed", [])


def test_what_is_started_again_is_at_once_and_then_ever_later() -> None:
    life = a_life(restart="OnFailure")
    (main,) = life.mains

    moments = []
    for _ in range(8):
        now = main.due
        run(life, main, BADLY, now)
        moments.append(main.due - now)

    assert moments == [0, 10, 20, 40, 80, 160, 300, 300]
    assert (life.is_over, life.status.phase) == (False, "Running")


def test_what_had_run_long_is_started_again_at_once() -> None:
    life = a_life(restart="Always")
    (main,) = life.mains
    run(life, main, BADLY)
    run(life, main, BADLY)

    life.started(main, 10, NOON)
    life.ended(main, BADLY, 1000, LATER)

    assert main.due == 1000
    assert main.status.restart_count == 2


def test_nothing_is_started_in_a_pod_that_is_ending() -> None:
    life = a_life(restart="Always")
    run(life, life.mains[0], WELL)

    life.end()

    assert (life.startable(100), life.next_start(), life.is_over) == ([], None, True)


def test_a_pod_that_took_too_long_says_so() -> None:
    life = a_life()
    life.started(life.mains[0], 0, NOON)

    life.end(DEADLINE)
    life.ended(life.mains[0], WELL, 0, LATER)

    status = life.status
    assert (status.phase, status.reason) == ("Failed", "DeadlineExceeded")
    assert "deadline" in status.message


def test_a_lost_pod_has_failed_with_all_that_ran() -> None:
    life = a_life(inits=1, mains=1)
    run(life, life.inits[0], WELL)
    life.started(life.mains[0], 0, NOON)

    status = lost(life.plan, life.status, LATER)

    end = status.container_statuses[0].state.terminated
    assert (status.phase, status.reason, status.start_time) == ("Failed", "Lost", NOON)
    assert end is not None
    assert (end.exit_code, end.started_at, end.finished_at) == (137, NOON, LATER)
    assert status.init_container_statuses == life.status.init_container_statuses


def test_a_lost_pod_of_which_nothing_is_known_has_its_containers() -> None:
    life = a_life(mains=2)

    status = lost(life.plan, PodStatus(), LATER)

    assert [each.name for each in status.container_statuses] == ["main0", "main1"]
    assert status.start_time == LATER
