"""What is filled in, tidied and dropped of BuildConfigs and Builds before they are looked at.

Whatever is done here is done to a stored object again without changing it (BA-168).

Source: build-api.md BA-30 to BA-33, BA-76, BA-107, section 11; triggers.md TR-500, TR-501.
"""

from __future__ import annotations

from typing import Final, TypeVar

from msgspec.structs import replace

from slipcast.api.build import (
    BinaryBuildSource,
    Build,
    BuildConfig,
    BuildConfigSpec,
    BuildSource,
    BuildStrategy,
    BuildTriggerPolicy,
    CommonSpec,
    CustomBuildStrategy,
    DockerBuildStrategy,
    ImageChangeTrigger,
    ObjectReference,
    SourceBuildStrategy,
)
from slipcast.builds.paths import cleaned, cleaned_file, cleaned_relative
from slipcast.builds.strategy import image_of, source_type, strategy_type

DEFAULT_HISTORY: Final = 5
"""How many finished builds of each sort are kept unless said otherwise (BA-515, BA-516)."""

LEGACY_TRIGGERS: Final = {
    "github": "GitHub",
    "generic": "Generic",
    "imageChange": "ImageChange",
}
"""THE TABLE of old spellings of trigger types (BA-32)."""

TRIGGERS: Final = ("GitHub", "Generic", "GitLab", "Bitbucket", "ImageChange", "ConfigChange")
"""The types of triggers (TR-500, TR-501)."""

_Spec = TypeVar("_Spec", bound=CommonSpec)


def defaulted_config(config: BuildConfig, *, creating: bool, legacy: bool) -> BuildConfig:
    """The BuildConfig with everything filled in that is not said.

    Shape:  history limits are filled in for new objects of the group API only (BA-30).
    """
    spec = config.spec
    if not creating:
        spec = replace(spec, strategy=_retyped(spec.strategy))
    spec = _with_triggers(_common(spec))
    spec = replace(spec, run_policy=spec.run_policy or "Serial")
    if creating and not legacy:
        spec = _with_history(spec)
    return replace(config, spec=spec)


def defaulted_build(build: Build) -> Build:
    """The Build with everything filled in that is not said (BA-107)."""
    status = build.status if build.status.phase else replace(build.status, phase="New")
    return replace(build, spec=_common(build.spec), status=status)


def _with_history(spec: BuildConfigSpec) -> BuildConfigSpec:
    good, bad = spec.successful_builds_history_limit, spec.failed_builds_history_limit
    return replace(
        spec,
        successful_builds_history_limit=DEFAULT_HISTORY if good is None else good,
        failed_builds_history_limit=DEFAULT_HISTORY if bad is None else bad,
    )


def _common(spec: _Spec) -> _Spec:
    """The parts that BuildConfigs and Builds share."""
    strategy = _strategy(spec.strategy)
    output = spec.output
    if output.to is not None and output.to.kind in {"", "ImageStream"}:
        output = replace(output, to=_latest(output.to))
    revision = spec.revision
    if revision is not None:
        revision = replace(revision, type="Git")
    return replace(
        spec, source=_source(spec.source), strategy=strategy, output=output, revision=revision
    )


def _source(source: BuildSource) -> BuildSource:
    binary = source.binary
    if binary is None and source.type == "Binary":
        binary = BinaryBuildSource()
    if binary is not None:
        binary = replace(binary, as_file=cleaned_file(binary.as_file))
    source = replace(source, binary=binary, context_dir=cleaned(source.context_dir))
    return replace(source, type=source_type(source))


def _retyped(strategy: BuildStrategy) -> BuildStrategy:
    """A strategy put in the place of another, whose type its writer never saw, has its own."""
    own = strategy_type(strategy)
    return replace(strategy, type=own) if own else strategy


def _strategy(strategy: BuildStrategy) -> BuildStrategy:
    docker, pipeline = strategy.docker_strategy, strategy.jenkins_pipeline_strategy
    if docker is None and strategy.type == "Docker":
        docker = DockerBuildStrategy()
    if docker is not None:
        from_ = _image(docker.from_) if docker.from_ is not None else None
        path = cleaned_relative(docker.dockerfile_path)
        docker = replace(docker, from_=from_, dockerfile_path=path)
    if pipeline is not None:
        path = cleaned_relative(pipeline.jenkinsfile_path)
        pipeline = replace(pipeline, jenkinsfile_path=path)
    strategy = replace(
        strategy,
        docker_strategy=docker,
        jenkins_pipeline_strategy=pipeline,
        source_strategy=_from(strategy.source_strategy),
        custom_strategy=_from(strategy.custom_strategy),
    )
    return replace(strategy, type=strategy_type(strategy))


_FromImage = TypeVar("_FromImage", SourceBuildStrategy, CustomBuildStrategy)


def _from(strategy: _FromImage | None) -> _FromImage | None:
    return replace(strategy, from_=_image(strategy.from_)) if strategy is not None else None


def _image(reference: ObjectReference) -> ObjectReference:
    """The reference of a strategy: a tag unless another kind is said (BA-76, BA-163)."""
    if reference.kind == "ImageStream":
        return _latest(reference)
    return reference if reference.kind else replace(reference, kind="ImageStreamTag")


def _latest(reference: ObjectReference) -> ObjectReference:
    """The tag that a reference to a stream means (BA-76); one that is said is kept."""
    name = reference.name
    if name and ":" not in name:
        name = f"{name}:latest"
    return replace(reference, kind="ImageStreamTag", name=name)


def _with_triggers(spec: BuildConfigSpec) -> BuildConfigSpec:
    image = image_of(spec.strategy)
    watchable = image is not None and image.kind == "ImageStreamTag"
    triggers = (_trigger(trigger) for trigger in spec.triggers)
    kept = (
        trigger
        for trigger in triggers
        if trigger.type in TRIGGERS and (watchable or not _watches_strategy(trigger))
    )
    return replace(spec, triggers=tuple(kept))


def _trigger(trigger: BuildTriggerPolicy) -> BuildTriggerPolicy:
    type_ = LEGACY_TRIGGERS.get(trigger.type, trigger.type)
    change = trigger.image_change
    if type_ == "ImageChange" and change is None:
        change = ImageChangeTrigger()
    return replace(trigger, type=type_, image_change=change)


def _watches_strategy(trigger: BuildTriggerPolicy) -> bool:
    """Whether a trigger watches whatever image the strategy names (BA-33)."""
    change = trigger.image_change
    return trigger.type == "ImageChange" and change is not None and change.from_ is None
