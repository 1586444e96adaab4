"""Which finished builds of a BuildConfig are more than it keeps.

Source: build-lifecycle.md BL-130; build-api.md BA-30.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from slipcast.api.build import Build, BuildConfig
from slipcast.builds import naming
from slipcast.builds.phases import Phase, is_terminal


def exceeding(config: BuildConfig, builds: Sequence[Build]) -> tuple[Build, ...]:
    """The finished builds past the limits, the oldest last.

    Shape:  builds of the BuildConfig, any order; a limit that is absent keeps all.
    """
    over = [each for each in builds if is_terminal(each.status.phase)]
    good = (each for each in over if each.status.phase == Phase.COMPLETE)
    bad = (each for each in over if each.status.phase != Phase.COMPLETE)
    return (
        *_past(good, config.spec.successful_builds_history_limit),
        *_past(bad, config.spec.failed_builds_history_limit),
    )


def _past(builds: Iterable[Build], limit: int | None) -> tuple[Build, ...]:
    if limit is None:
        return ()
    return tuple(sorted(builds, key=_age, reverse=True)[max(limit, 0) :])


def _age(build: Build) -> tuple[str, int]:
    """What newer builds have more of; the number decides within a second."""
    return build.metadata.creation_timestamp, naming.number(build) or 0
