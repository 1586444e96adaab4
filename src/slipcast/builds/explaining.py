"""What is told of a build that has no log: why it ended, in a line, or who runs it.

Source: build-api.md BA-152, BA-153; cli.md LG-7, LG-9; pipeline.md PL-73.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from slipcast.api.build import Build
from slipcast.builds import naming
from slipcast.builds.phases import Phase

ENDINGS: Final = {
    Phase.FAILED: "failed",
    Phase.ERROR: "encountered an error",
    Phase.CANCELLED: "was cancelled",
}
"""THE TABLE of phases that need an explanation, and what is said of a build in them."""


def explained(build: Build) -> str:
    """Why a build ended, as a line with its break; empty where nothing went wrong.

    Shape:  `build app-1 failed: OutOfMemoryKilled: The build pod was killed...`
    """
    ending = next((said for phase, said in ENDINGS.items() if phase == build.status.phase), "")
    if not ending:
        return ""
    why = (build.status.reason, build.status.message)
    parts = (f"build {build.metadata.name} {ending}", *(each for each in why if each))
    return f"{': '.join(parts)}\n" if len(parts) > 1 else f"{parts[0]}. No logs are available.\n"


def elsewhere(annotations: Mapping[str, str]) -> str:
    """Where a pipeline runs, as far as Jenkins has said it in a Build's annotations."""
    log, run = (annotations.get(each, "") for each in naming.JENKINS[1:])
    if log or run:
        return f"logs available at {log or run}"
    return "Jenkins runs pipelines, and none has taken this one up"
