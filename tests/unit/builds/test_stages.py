"""What of a build took how long: build-api.md section 8.5."""

from slipcast.api.build import StageInfo, StepInfo
from slipcast.builds.stages import STAGES, Stage, Step, with_step

FIRST = StepInfo(
    name="PullBaseImage", start_time="2026-11-22T18:00:10Z", duration_milliseconds=1500
)
SECOND = StepInfo(
    name="PullInputImage", start_time="2026-11-22T18:00:20Z", duration_milliseconds=700
)
EARLY = StepInfo(name="PullInputImage", start_time="2026-11-22T18:00:00Z")


def of(*steps: StepInfo) -> StageInfo:
    stages: tuple[StageInfo, ...] = (StageInfo(name="FetchInputs"),)
    for step in steps:
        stages = with_step(stages, "PullImages", step)
    assert stages[0] == StageInfo(name="FetchInputs")
    return stages[1]


def test_every_step_is_in_a_stage_ba_640_ba_644() -> None:
    assert set(STAGES) == set(Step)
    assert set(STAGES.values()) == set(Stage)


def test_a_stage_begins_with_its_first_step_ba_602() -> None:
    stage = of(FIRST)

    assert (stage.start_time, stage.duration_milliseconds) == (FIRST.start_time, 1500)
    assert stage.steps == (FIRST,)


def test_a_stage_lasts_from_first_start_to_last_end_ba_110() -> None:
    stage = of(FIRST, SECOND)

    assert stage.start_time == FIRST.start_time
    assert stage.duration_milliseconds == 10_700
    assert stage.steps == (FIRST, SECOND)


def test_a_step_that_began_before_the_stage_makes_it_longer_ba_110() -> None:
    stage = of(FIRST, EARLY)

    assert stage.start_time == EARLY.start_time
    assert stage.duration_milliseconds == 11_500


def test_steps_without_times_are_kept_ba_110() -> None:
    assert of(StepInfo(name="a"), StepInfo(name="b")).steps == (
        StepInfo(name="a"),
        StepInfo(name="b"),
    )
