"""The variables a build's container is given.

The value of a Secret or ConfigMap is never written out: where a strategy's variable refers to one,
the container has a variable `BUILD_STRATEGY_ENV_<i>` with that reference, i being the variable's
place in the strategy, and the builder puts it where the BUILD has the reference. Build arguments
are passed on likewise, as `BUILD_ARGUMENT_<i>`.

Source: build-lifecycle.md section 5.2, BL-47; build-api.md section 12.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
from msgspec.structs import replace

from slipcast.api import kinds
from slipcast.api.build import Build, EnvVar
from slipcast.api.lens import content_of
from slipcast.api.metafields import metadata_field
from slipcast.builds.options import args_of, env_of, with_all_args, with_all_env

TRUSTED: Final = frozenset(
    {
        *("BUILD_LOGLEVEL", "GIT_SSL_NO_VERIFY", "GIT_LFS_SKIP_SMUDGE", "LANG"),
        *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
    }
)
"""The variables of a strategy that the builder itself sees (BL-526, BL-527)."""

BUILD_KIND: Final = kinds.require(kinds.BUILD, "Build")
REFERRED: Final = "BUILD_STRATEGY_ENV_"
"""How variables begin that hold what a strategy's variable refers to."""

REFERRED_ARGUMENT: Final = "BUILD_ARGUMENT_"
"""How variables begin that hold what a build argument refers to."""

_LOG_LEVEL: Final = "BUILD_LOGLEVEL"


def build_text(build: Build, api_version: str = "v1") -> str:
    """The Build as the builder reads it (BL-520)."""
    # Who wrote which field is of no use to the builder, and may be longer than all the rest.
    bare = replace(build, metadata=replace(build.metadata, managed_fields=()))
    content = {**content_of(bare, BUILD_KIND), "apiVersion": api_version}
    # Whoever starts the pod expands $(NAME) in its variables; what the Build says stays as it is.
    return msgspec.json.encode(content).decode().replace("$", "\\u0024")


def of_source(build: Build) -> Iterator[EnvVar]:
    """What is built, for builders that do not read the Build (BL-521 to BL-524)."""
    source = build.spec.source
    if source.git is not None:
        yield EnvVar(name="SOURCE_REPOSITORY", value=source.git.uri)
        yield EnvVar(name="SOURCE_URI", value=source.git.uri)
    if source.context_dir and (source.git is not None or not build.spec.strategy.custom_strategy):
        yield EnvVar(name="SOURCE_CONTEXT_DIR", value=source.context_dir)
    if source.git is not None and source.git.ref:
        yield EnvVar(name="SOURCE_REF", value=source.git.ref)


def of_strategy(build: Build) -> Iterator[EnvVar]:
    """What the builder sees of the strategy's variables; of several the last counts (BL-526)."""
    trusted = {each.name: each for each in env_of(build.spec.strategy) if each.name in TRUSTED}
    yield from trusted.values()
    for index, each in enumerate(env_of(build.spec.strategy)):
        if each.value_from is not None:
            yield replace(each, name=f"{REFERRED}{index}", value="")
    for index, each in enumerate(args_of(build.spec.strategy)):
        if each.value_from is not None:
            yield replace(each, name=f"{REFERRED_ARGUMENT}{index}", value="")


def log_level(build: Build) -> str:
    """How much the builder says (BL-518)."""
    said = {each.name: each.value for each in env_of(build.spec.strategy)}
    return said.get(_LOG_LEVEL) or "0"


def with_fields(build: Build) -> Build | str:
    """The build whose variables hold the fields of it that they refer to, or what is not there.

    Shape:  paths are of the Build, not of its pod (BL-47).
    """
    env = _with_fields(build, env_of(build.spec.strategy))
    args = _with_fields(build, args_of(build.spec.strategy))
    if isinstance(env, str):
        return env
    if isinstance(args, str):
        return args
    strategy = with_all_args(with_all_env(build.spec.strategy, env), args)
    return replace(build, spec=replace(build.spec, strategy=strategy))


def _with_fields(build: Build, variables: Iterable[EnvVar]) -> tuple[EnvVar, ...] | str:
    found: list[EnvVar] = []
    for each in variables:
        ref = each.value_from.field_ref if each.value_from is not None else None
        if ref is None:
            found.append(each)
            continue
        value = metadata_field(build.metadata, ref.field_path)
        if value is None:
            return f"{each.name} refers to {ref.field_path!r}, which a build does not have."
        found.append(EnvVar(name=each.name, value=value))
    return tuple(found)
