"""A Build, new or changed.

Source: build-api.md BA-105, BA-140.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from slipcast.api.build import Build, BuildSpec, ObjectReference
from slipcast.builds.phases import is_terminal
from slipcast.builds.validate.common_spec import common_spec
from slipcast.values.causes import Cause, invalid
from slipcast.values.patch import merge_three_way

_ONLY_IMAGES = "only DockerImage references are supported for Builds"
_HIDDEN = "content of spec is not printed out, please refer to the details"
_TERMINAL = "phase cannot be updated from a terminal state"


def build(new: Build, old: Build | None) -> tuple[Cause, ...]:
    """What is wrong with a Build; metadata is looked at elsewhere.

    Shape:  old is the stored one, None for a new one.
    """
    return (
        *common_spec(new.spec, "spec"),
        *_resolved(new.spec, "spec"),
        *(_changed(new, old) if old is not None else ()),
    )


def _resolved(spec: BuildSpec, path: str) -> Iterator[Cause]:
    """Every image that a Build reads is named where it can be pulled (BA-105)."""
    for where, reference in _images(spec, path):
        if reference.kind != "DockerImage":
            yield invalid(f"{where}.kind", reference.kind, _ONLY_IMAGES)


def _images(spec: BuildSpec, path: str) -> Iterator[tuple[str, ObjectReference]]:
    for number, image in enumerate(spec.source.images):
        yield f"{path}.source.images[{number}].from", image.from_
    how = spec.strategy
    if how.source_strategy is not None:
        where = f"{path}.strategy.sourceStrategy"
        yield f"{where}.from", how.source_strategy.from_
        if how.source_strategy.runtime_image is not None:
            yield f"{where}.runtimeImage", how.source_strategy.runtime_image
    if how.docker_strategy is not None and how.docker_strategy.from_ is not None:
        yield f"{path}.strategy.dockerStrategy.from", how.docker_strategy.from_
    if how.custom_strategy is not None:
        yield f"{path}.strategy.customStrategy.from", how.custom_strategy.from_


def _changed(new: Build, old: Build) -> Iterator[Cause]:
    if new.spec != old.spec:
        what = f"spec is immutable, diff: {_difference(old.spec, new.spec)}"
        yield invalid("spec", _HIDDEN, what)
    if is_terminal(old.status.phase) and new.status.phase != old.status.phase:
        yield invalid("status.phase", new.status.phase, _TERMINAL)


def _difference(old: BuildSpec, new: BuildSpec) -> str:
    before, after = msgspec.to_builtins(old), msgspec.to_builtins(new)
    return msgspec.json.encode(merge_three_way(before, after, before)).decode()
