"""What of a stored object stays when it is written again.

Source: build-api.md BA-31, BA-141, BA-142.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from slipcast.api.build import Build, BuildConfig, BuildConfigStatus
from slipcast.builds.phases import Phase, is_terminal

OUT_OF_MEMORY: Final = "OutOfMemoryKilled"
"""The reason that may stand for another one, since it is only known afterwards (BA-142)."""


def updated_config(config: BuildConfig, stored: BuildConfig) -> BuildConfig:
    """The BuildConfig as it replaces the stored one: its lastVersion never falls (BA-31).

    Shape:  a manifest that says nothing of the status does not make it forget either which images
            were built with (UP-17).
    """
    if config.status.last_version >= stored.status.last_version:
        return config
    says_nothing = config.status == BuildConfigStatus()
    kept = stored.status if says_nothing else config.status
    return replace(config, status=replace(kept, last_version=stored.status.last_version))


def updated_build(build: Build, stored: Build) -> Build:
    """The Build as it replaces the stored one: why it failed is not said anew (BA-142)."""
    was = stored.status
    if was.phase != Phase.FAILED or build.status.reason == OUT_OF_MEMORY:
        return build
    status = replace(build.status, reason=was.reason, message=was.message)
    return replace(build, status=status)


def reported_build(report: Build, stored: Build) -> Build:
    """The stored Build with what its builder may report of it (BA-141).

    Shape:  a phase is taken when it is terminal; a Build that is over keeps everything else.
    """
    told, was = report.status, stored.status
    status = replace(
        was,
        reason=told.reason,
        message=told.message,
        output=replace(was.output, to=told.output.to),
        stages=told.stages,
        phase=told.phase if is_terminal(told.phase) else was.phase,
    )
    revision = report.spec.revision
    if revision is not None:
        revision = replace(revision, type="Git")
    spec = replace(stored.spec, revision=revision)
    return replace(stored, spec=spec, status=status)
