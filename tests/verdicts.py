"""Objects written as JSON, and what the rules say of them, in a form that tests can compare."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec

from slipcast.api.build import Build, BuildConfig
from slipcast.builds.defaults import defaulted_build, defaulted_config
from slipcast.builds.validate.build import build
from slipcast.builds.validate.config import build_config
from slipcast.values.causes import Cause

S = TypeVar("S", bound=msgspec.Struct)

IMAGE = {"kind": "ImageStreamTag", "name": "ruby:2.3"}
PULLED = {"kind": "DockerImage", "name": "registry.example.com/ruby@sha256:" + "a" * 64}
GIT = {"git": {"uri": "https://example.com/x.git"}}
SOURCE_STRATEGY = {"sourceStrategy": {"from": IMAGE}}


def seen(struct: type[S], **content: Any) -> S:
    """An object of a type, from JSON."""
    return msgspec.convert(content, struct)


def a_config(**spec: Any) -> BuildConfig:
    """A BuildConfig that is fine but for what is said, with its defaults."""
    given = {"source": GIT, "strategy": SOURCE_STRATEGY, **spec}
    metadata = {"name": "frontend", "namespace": "shop"}
    config = seen(BuildConfig, metadata=metadata, spec=given)
    return defaulted_config(config, creating=True, legacy=True)


def a_build(status: dict[str, Any] | None = None, **spec: Any) -> Build:
    """A Build that is fine but for what is said, with its defaults."""
    given = {"source": GIT, "strategy": {"sourceStrategy": {"from": PULLED}}, **spec}
    metadata = {"name": "frontend-1", "namespace": "shop"}
    return defaulted_build(seen(Build, metadata=metadata, spec=given, status=status or {}))


def of_config(**spec: Any) -> list[str]:
    """What is wrong with a BuildConfig, shortly."""
    return brief(build_config(a_config(**spec), None))


def of_build(**spec: Any) -> list[str]:
    """What is wrong with a new Build, shortly."""
    return brief(build(a_build(**spec), None))


def brief(causes: Iterable[Cause]) -> list[str]:
    """Causes as `path reason`, the reason without what all reasons begin with."""
    return [f"{cause.field} {cause.reason.removeprefix('FieldValue')}" for cause in causes]


def of(
    rule: Callable[[S, S | None], Iterable[Cause]], struct: type[S], **content: Any
) -> list[str]:
    """What a rule says of a new object, shortly."""
    return brief(rule(seen(struct, **content), None))


def of_change(rule: Callable[[S, S | None], Iterable[Cause]], old: S, **content: Any) -> list[str]:
    """What a rule says of an object in the place of another, shortly."""
    return brief(rule(seen(type(old), **content), old))
