"""The stages of a build: what took how long, as the builder reports it.

Source: build-api.md section 8.5, BA-110.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final

from msgspec.structs import replace

from slipcast.api.build import StageInfo, StepInfo
from slipcast.values.instant import parse


class Stage(StrEnum):
    """A part of a build."""

    FETCH_INPUTS = "FetchInputs"
    PULL_IMAGES = "PullImages"
    BUILD = "Build"
    POST_COMMIT = "PostCommit"
    PUSH_IMAGE = "PushImage"


class Step(StrEnum):
    """A part of a stage."""

    FETCH_GIT_SOURCE = "FetchGitSource"
    PULL_BASE_IMAGE = "PullBaseImage"
    PULL_INPUT_IMAGE = "PullInputImage"
    DOCKER_BUILD = "DockerBuild"
    RUN_POST_COMMIT_HOOK = "RunPostCommitHook"
    PUSH_IMAGE = "PushImage"
    PUSH_DOCKER_IMAGE = "PushDockerImage"


STAGES: Final[Mapping[Step, Stage]] = {
    Step.FETCH_GIT_SOURCE: Stage.FETCH_INPUTS,
    Step.PULL_BASE_IMAGE: Stage.PULL_IMAGES,
    Step.PULL_INPUT_IMAGE: Stage.PULL_IMAGES,
    Step.DOCKER_BUILD: Stage.BUILD,
    Step.RUN_POST_COMMIT_HOOK: Stage.POST_COMMIT,
    Step.PUSH_IMAGE: Stage.PUSH_IMAGE,
    Step.PUSH_DOCKER_IMAGE: Stage.PUSH_IMAGE,
}
"""THE TABLE of steps, and the stage each is in (BA-640 to BA-644)."""

_MILLISECOND: Final = timedelta(milliseconds=1)


def with_step(stages: tuple[StageInfo, ...], stage: str, step: StepInfo) -> tuple[StageInfo, ...]:
    """The stages with one more step; a stage that was there already is extended (BA-110).

    Shape:  a stage lasts from its first start to its last end, whatever its steps add up to.
    """
    if all(each.name != stage for each in stages):
        new = StageInfo(
            name=stage,
            start_time=step.start_time,
            duration_milliseconds=step.duration_milliseconds,
            steps=(step,),
        )
        return (*stages, new)
    return tuple(_extended(each, step) if each.name == stage else each for each in stages)


def _extended(stage: StageInfo, step: StepInfo) -> StageInfo:
    spans = [(stage.start_time, stage.duration_milliseconds)]
    spans.append((step.start_time, step.duration_milliseconds))
    starts = [(parse(start), length * _MILLISECOND) for start, length in spans if start]
    if not starts:
        return replace(stage, steps=(*stage.steps, step))
    first = min(start for start, _ in starts)
    last = max(start + length for start, length in starts)
    began = next(start for start, _ in spans if start and parse(start) == first)
    return replace(
        stage,
        start_time=began,
        duration_milliseconds=(last - first) // _MILLISECOND,
        steps=(*stage.steps, step),
    )
