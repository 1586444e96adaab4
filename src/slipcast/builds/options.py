"""What a request says about how to build, laid over a strategy.

Source: build-api.md BA-117, BA-134, BA-653 to BA-655.
"""

from __future__ import annotations

from typing import TypeVar

from msgspec.structs import replace

from slipcast.api.build import (
    BuildRequest,
    BuildStrategy,
    CustomBuildStrategy,
    DockerBuildStrategy,
    DockerStrategyOptions,
    EnvVar,
    JenkinsPipelineBuildStrategy,
    SourceBuildStrategy,
)
from slipcast.values.apifaults import BadRequest

_WithEnv = TypeVar(
    "_WithEnv",
    SourceBuildStrategy,
    DockerBuildStrategy,
    CustomBuildStrategy,
    JenkinsPipelineBuildStrategy,
)


def env_of(strategy: BuildStrategy) -> tuple[EnvVar, ...]:
    """The variables of whatever strategy is set."""
    chosen = (
        strategy.source_strategy
        or strategy.docker_strategy
        or strategy.custom_strategy
        or strategy.jenkins_pipeline_strategy
    )
    return chosen.env if chosen is not None else ()


def is_forced(strategy: BuildStrategy) -> bool:
    """Whether images are pulled even when they are there (BLD-70, BLD-121, BLD-149)."""
    chosen = strategy.source_strategy or strategy.docker_strategy or strategy.custom_strategy
    return chosen is not None and chosen.force_pull


def with_env(strategy: BuildStrategy, env: tuple[EnvVar, ...]) -> BuildStrategy:
    """The strategy with variables in place of those of the same name, at the end (BA-117)."""
    if not env:
        return strategy
    named = {each.name for each in env}
    kept = tuple(each for each in env_of(strategy) if each.name not in named)
    return with_all_env(strategy, (*kept, *env))


def with_all_env(strategy: BuildStrategy, env: tuple[EnvVar, ...]) -> BuildStrategy:
    """The strategy with just these variables."""
    return replace(
        strategy,
        source_strategy=_set(strategy.source_strategy, env),
        docker_strategy=_set(strategy.docker_strategy, env),
        custom_strategy=_set(strategy.custom_strategy, env),
        jenkins_pipeline_strategy=_set(strategy.jenkins_pipeline_strategy, env),
    )


def args_of(strategy: BuildStrategy) -> tuple[EnvVar, ...]:
    """The build arguments of a Docker strategy; others have none."""
    docker = strategy.docker_strategy
    return docker.build_args if docker is not None else ()


def with_all_args(strategy: BuildStrategy, args: tuple[EnvVar, ...]) -> BuildStrategy:
    """The strategy with just these build arguments, where it has any."""
    docker = strategy.docker_strategy
    if docker is None:
        return strategy
    return replace(strategy, docker_strategy=replace(docker, build_args=args))


def with_options(
    strategy: BuildStrategy, request: BuildRequest, where: str, *, args: str
) -> BuildStrategy:
    """The strategy with what a request says of it in particular (BA-653 to BA-655).

    Shape:  args is what build arguments are called when they are refused.
    Errors: BadRequest for options of another strategy.
    """
    docker, source = request.docker_strategy_options, request.source_strategy_options
    if docker is not None:
        strategy = _with_docker(strategy, docker, where, args)
    if source is not None and source.incremental is not None:
        if strategy.source_strategy is None:
            raise BadRequest(
                f"Cannot specify Source build specific options on {where}, not a Source build."
            )
        changed = replace(strategy.source_strategy, incremental=source.incremental)
        strategy = replace(strategy, source_strategy=changed)
    return strategy


def _with_docker(
    strategy: BuildStrategy, options: DockerStrategyOptions, where: str, args: str
) -> BuildStrategy:
    if not options.build_args and options.no_cache is None:
        return strategy
    docker = strategy.docker_strategy
    if docker is None:
        what = args if options.build_args else "Docker build specific options"
        raise BadRequest(f"Cannot specify {what} on {where}, not a Docker build.")
    given = {each.name: each for each in options.build_args}
    kept = tuple(given.pop(each.name, each) for each in docker.build_args)
    no_cache = docker.no_cache if options.no_cache is None else options.no_cache
    docker = replace(docker, build_args=(*kept, *given.values()), no_cache=no_cache)
    return replace(strategy, docker_strategy=docker)


def _set(strategy: _WithEnv | None, env: tuple[EnvVar, ...]) -> _WithEnv | None:
    return None if strategy is None else replace(strategy, env=env)
