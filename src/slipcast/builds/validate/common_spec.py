"""What BuildConfigs and Builds have in common.

Source: build-api.md sections 3.2, 4.2 and 7.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from slipcast.api.build import BuildPostCommitSpec, CommonSpec
from slipcast.builds.validate.output import output
from slipcast.builds.validate.source import source
from slipcast.builds.validate.strategy import strategy
from slipcast.values.causes import Cause, invalid
from slipcast.values.names import label_value, qualified_name

_NOTHING = "must provide a value for at least one source input(git, binary, dockerfile, images)."
_DEADLINE = "completionDeadlineSeconds must be a positive integer greater than 0"


def common_spec(spec: CommonSpec, path: str) -> tuple[Cause, ...]:
    """What is wrong with the common parts of a spec."""
    how, pipeline = spec.strategy, spec.strategy.jenkins_pipeline_strategy
    return (
        *_no_input(spec, f"{path}.source"),
        *source(
            spec.source,
            f"{path}.source",
            is_docker=how.docker_strategy is not None,
            is_custom=how.custom_strategy is not None,
            needs_git=pipeline is not None and not pipeline.jenkinsfile,
        ),
        *_deadline(spec.completion_deadline_seconds, f"{path}.completionDeadlineSeconds"),
        *output(spec.output, f"{path}.output"),
        *strategy(how, f"{path}.strategy"),
        *_post_commit(spec.post_commit, f"{path}.postCommit"),
        *_node_selector(spec.node_selector, f"{path}.nodeSelector"),
    )


def _no_input(spec: CommonSpec, path: str) -> tuple[Cause, ...]:
    how, what = spec.strategy, spec.source
    if how.docker_strategy is None or how.jenkins_pipeline_strategy is not None:
        return ()
    inputs = (what.git, what.binary, what.dockerfile)
    if what.images or any(each is not None for each in inputs):
        return ()
    return (invalid(path, "", _NOTHING),)


def _deadline(seconds: int | None, path: str) -> tuple[Cause, ...]:
    return (invalid(path, seconds, _DEADLINE),) if seconds is not None and seconds <= 0 else ()


def _post_commit(hook: BuildPostCommitSpec, path: str) -> tuple[Cause, ...]:
    if not hook.script or not hook.command:
        return ()
    return (invalid(path, hook.script, "cannot use command and script together"),)


def _node_selector(labels: Mapping[str, str] | None, path: str) -> Iterator[Cause]:
    for key, value in (labels or {}).items():
        if qualified_name(key) or label_value(value):
            yield invalid(f"{path}[{key}]", value, "must be a valid node selector")
