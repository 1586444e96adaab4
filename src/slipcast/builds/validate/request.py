"""A request for a build.

Whether there is such a BuildConfig, and what becomes of the request, is found out when the build is
made.

Source: build-api.md BA-645.
"""

from __future__ import annotations

from slipcast.api.build import BuildRequest
from slipcast.values.causes import Cause, invalid, required
from slipcast.values.names import path_segment


def build_request(request: BuildRequest) -> tuple[Cause, ...]:
    """What is wrong with a request: it names a BuildConfig or a Build."""
    name = request.metadata.name
    if not name:
        return (required("metadata.name", "name or generateName is required"),)
    return tuple(invalid("metadata.name", name, what) for what in path_segment(name))
