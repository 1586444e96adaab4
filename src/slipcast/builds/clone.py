"""Another Build like an earlier one: the same images and revision, a new name.

Source: build-api.md section 9.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec.structs import replace

from slipcast.api.build import Build, BuildConfig, BuildRequest, BuildStatus
from slipcast.api.meta import ObjectMeta
from slipcast.builds import naming
from slipcast.builds.generate import Made, paused, place_of, with_binary
from slipcast.builds.options import with_env, with_options
from slipcast.builds.phases import Phase
from slipcast.values.apifaults import InternalError

_LEFT_BEHIND = frozenset(
    {
        naming.BUILD_NUMBER,
        naming.POD_NAME,
        naming.ACCEPTED,
        # What was sent is not built again: nothing waits for whoever has it.
        naming.UPLOAD,
        naming.UPLOAD_SERVER,
        *naming.JENKINS,
    }
)


def cloned(build: Build, request: BuildRequest, config: BuildConfig | None, now: datetime) -> Made:
    """The Build that does an earlier one again (BA-131 to BA-134).

    Shape:  config is the BuildConfig of the build, None when it is gone: then nothing is counted.
    Errors: InternalError when the BuildConfig is paused; BadRequest for options of another
            strategy.
    """
    number: int | None = None
    if config is not None:
        if naming.is_paused(config.metadata.annotations):
            raise InternalError(
                "Internal error occurred: fatal error generating Build from BuildConfig: "
                + paused(config)
            )
        number = config.status.last_version + 1
        config = replace(config, status=replace(config.status, last_version=number))
    where = place_of(build.metadata)
    strategy = with_env(build.spec.strategy, request.env)
    strategy = with_options(strategy, request, where, args="build args")
    spec = replace(
        build.spec,
        source=with_binary(build.spec.source, None),
        strategy=strategy,
        triggered_by=request.triggered_by,
    )
    status = BuildStatus(phase=Phase.NEW, config=build.status.config)
    metadata = _metadata(build, config, number, now)
    return Made(build=Build(metadata=metadata, spec=spec, status=status), config=config)


def _metadata(
    build: Build, config: BuildConfig | None, number: int | None, now: datetime
) -> ObjectMeta:
    was = build.metadata
    name = naming.unnumbered_name(was.name, now)
    if config is not None and number is not None:
        name = naming.build_name(config.metadata.name, number)
    return ObjectMeta(
        name=name,
        namespace=was.namespace,
        labels=was.labels,
        annotations=_annotations(was, number),
        owner_references=was.owner_references,
    )


def _annotations(was: ObjectMeta, number: int | None) -> Mapping[str, str]:
    kept = {key: value for key, value in was.annotations.items() if key not in _LEFT_BEHIND}
    kept[naming.CLONE_OF] = was.name
    if number is not None:
        kept[naming.BUILD_NUMBER] = str(number)
    return kept
