"""What a builder reports of its Build.

Source: build-api.md BA-141.
"""

from __future__ import annotations

from slipcast.api.build import Build
from slipcast.values.causes import Cause, duplicate, invalid

_EMPTY = "cannot set an empty revision in build spec"


def build_details(new: Build, old: Build) -> tuple[Cause, ...]:
    """What is wrong with a report: the revision of a Build is told once."""
    known, told = old.spec.revision, new.spec.revision
    if known is None or told == known:
        return ()
    if told is None:
        return (invalid("spec.revision", None, _EMPTY),)
    return (duplicate("spec.revision", told),)
