"""How a build makes its image.

Source: build-api.md sections 5 to 5.4.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from slipcast.api.build import (
    BuildStrategy,
    CustomBuildStrategy,
    DockerBuildStrategy,
    EnvVar,
    JenkinsPipelineBuildStrategy,
    SourceBuildStrategy,
)
from slipcast.builds.paths import leads_out
from slipcast.builds.validate import references
from slipcast.builds.validate.volumes import volumes
from slipcast.values.causes import Cause, invalid, required
from slipcast.values.names import variable_name

MOST_JENKINSFILE = 100_000
"""Units: bytes (BA-581)."""

OPTIMIZATIONS = ("None", "SkipLayers", "SkipLayersAndWarn")
"""What `imageOptimizationPolicy` may say (BA-572)."""

_ONE = (
    "must provide a value for exactly one of sourceStrategy, customStrategy, dockerStrategy, or"
    " jenkinsPipelineStrategy"
)
_ENV = (
    "must be a C identifier (mixed-case letters, numbers, and underscores): e.g."
    ' "my_name" or "MyName"'
)


def unrecognized(value: BuildStrategy) -> str:
    """Why nobody may use a strategy: there is none (BA-80); empty when there is one.

    Shape:  admission asks this before anything else is looked at, and answers Forbidden.
    """
    return "" if any(_set(value)) else f"unrecognized build strategy: {_ONE}"


def strategy(value: BuildStrategy, path: str) -> tuple[Cause, ...]:
    """What is wrong with a strategy; nothing more is said when there is not exactly one."""
    match _set(value):
        case [SourceBuildStrategy() as only]:
            return tuple(_source(only, f"{path}.sourceStrategy"))
        case [DockerBuildStrategy() as only]:
            return tuple(_docker(only, f"{path}.dockerStrategy"))
        case [CustomBuildStrategy() as only]:
            return tuple(_custom(only, f"{path}.customStrategy"))
        case [JenkinsPipelineBuildStrategy() as only]:
            return tuple(_pipeline(only, f"{path}.jenkinsPipelineStrategy"))
        case _:
            # Their names only: variables may hold secrets.
            return (invalid(path, [_NAMES[type(each)] for each in _set(value)], _ONE),)


def environment(variables: tuple[EnvVar, ...], path: str) -> Iterator[Cause]:
    """What is wrong with the variables of a build (BA-82, BA-83)."""
    for number, variable in enumerate(variables):
        where = f"{path}[{number}]"
        if not variable.name:
            yield required(f"{where}.name")
        elif variable_name(variable.name):
            yield invalid(f"{where}.name", variable.name, _ENV)
        source = variable.value_from
        if source is not None and source.resource_field_ref is not None:
            what = "resource fields are not supported in build strategy environment variables"
            field = f"{where}.valueFrom.ResourceFieldRef"
            yield invalid(field, source.resource_field_ref, what)


_Strategy = (
    SourceBuildStrategy | DockerBuildStrategy | CustomBuildStrategy | JenkinsPipelineBuildStrategy
)


_NAMES: Mapping[type[_Strategy], str] = {
    SourceBuildStrategy: "sourceStrategy",
    DockerBuildStrategy: "dockerStrategy",
    CustomBuildStrategy: "customStrategy",
    JenkinsPipelineBuildStrategy: "jenkinsPipelineStrategy",
}


def _set(value: BuildStrategy) -> list[_Strategy]:
    each = (
        value.source_strategy,
        value.docker_strategy,
        value.custom_strategy,
        value.jenkins_pipeline_strategy,
    )
    return [strategy for strategy in each if strategy is not None]


def _source(value: SourceBuildStrategy, path: str) -> Iterator[Cause]:
    yield from references.source_image(value.from_, f"{path}.from")
    yield from references.secret(value.pull_secret, f"{path}.pullSecret")
    yield from environment(value.env, f"{path}.env")
    runtime = value.runtime_image
    if runtime is not None and not runtime.name:
        yield required(f"{path}.runtimeImage", "name")
    if runtime is not None and value.incremental:
        what = "incremental cannot be set to true with extended builds"
        yield invalid(f"{path}.runtimeImage", value.incremental, what)
    yield from volumes(value.volumes, f"{path}.volumes")


def _docker(value: DockerBuildStrategy, path: str) -> Iterator[Cause]:
    if value.from_ is not None:
        yield from references.source_image(value.from_, f"{path}.from")
    yield from references.secret(value.pull_secret, f"{path}.pullSecret")
    yield from environment(value.env, f"{path}.env")
    yield from _relative(value.dockerfile_path, path, "dockerfilePath")
    policy = value.image_optimization_policy
    if policy is not None and policy not in OPTIMIZATIONS:
        what = "must be unset, 'None', 'SkipLayers', or 'SkipLayersAndWarn'"
        yield invalid(f"{path}.imageOptimizationPolicy", policy, what)
    yield from volumes(value.volumes, f"{path}.volumes")


def _custom(value: CustomBuildStrategy, path: str) -> Iterator[Cause]:
    yield from references.source_image(value.from_, f"{path}.from")
    yield from references.secret(value.pull_secret, f"{path}.pullSecret")
    yield from environment(value.env, f"{path}.env")


def _pipeline(value: JenkinsPipelineBuildStrategy, path: str) -> Iterator[Cause]:
    if value.jenkinsfile and value.jenkinsfile_path:
        what = "must provide a value for at most one of jenkinsfilePath, or jenkinsfile"
        yield invalid(path, "", what)
        return
    if len(value.jenkinsfile.encode()) > MOST_JENKINSFILE:
        what = f"must be smaller than {MOST_JENKINSFILE} bytes"
        yield invalid(f"{path}.jenkinsfile", "", what)
    yield from _relative(value.jenkinsfile_path, path, "jenkinsfilePath")
    yield from environment(value.env, f"{path}.env")


def _relative(value: str, path: str, field: str) -> tuple[Cause, ...]:
    if not value.startswith("/") and not leads_out(value):
        return ()
    what = f"{field} must be a relative path within your source location"
    return (invalid(f"{path}.{field}", value, what),)
