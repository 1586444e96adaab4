"""How builds of a BuildConfig go, a line for each that matters.

Source: cli.md ST-3; user-pain.md UP-2, UP-30.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from slipcast.api.build import Build, BuildConfig, GitSourceRevision
from slipcast.builds import naming
from slipcast.builds.phases import Phase, is_terminal
from slipcast.builds.runpolicy import RunPolicy, policy_of
from slipcast.views import age as ages

ENDINGS: Final = {
    Phase.COMPLETE: "succeeded",
    Phase.FAILED: "failed",
    Phase.ERROR: "stopped with an error",
}
"""THE TABLE of ends that are told, and their words; who cancelled a build knows it."""
_SHORT: Final = 7
_SENTENCE: Final = 72


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """The builds of a BuildConfig that matter now.

    Shape:  active ones the newest first; failed is there only when nothing succeeded after it.
    """

    active: tuple[Build, ...] = ()
    failed: Build | None = None
    succeeded: Build | None = None


def course(builds: Sequence[Build]) -> Course:
    """What matters of builds, which are given the newest first."""
    ended = [each for each in builds if each.status.phase in ENDINGS]
    newest = ended[0] if ended else None
    has_failed = newest is not None and newest.status.phase != Phase.COMPLETE
    return Course(
        active=tuple(each for each in builds if not is_terminal(each.status.phase)),
        failed=newest if has_failed else None,
        succeeded=next((each for each in ended if each.status.phase == Phase.COMPLETE), None),
    )


def lines(
    config: BuildConfig, builds: Sequence[Build], now: datetime, *, pushes: bool
) -> Iterator[str]:
    """What is told of the builds of a BuildConfig; pushes says that there is where to push to."""
    found = course(builds)
    shown = [*found.active, *filter(None, (found.failed, found.succeeded))]
    suffix = "" if pushes else " (can't push to image)"
    for each in shown:
        yield line(each, config.metadata.name, now, _waits_for(each, found)) + suffix
    if not shown:
        yield f"not built yet{suffix}"


def line(build: Build, config: str, now: datetime, waits: str = "") -> str:
    """How a build goes: `build #3 running for 5s - 1a2b3c4: Fix it (Ada)`."""
    commit = _commit(build)
    said = f"{name(build, config)} {_state(build, now)}{_why(build, waits)}"
    return f"{said} - {commit}" if commit else said


def name(build: Build, config: str) -> str:
    """A build as its BuildConfig's own, or by its name."""
    number = naming.number(build)
    if config and number is not None and naming.build_name(config, number) == build.metadata.name:
        return f"build #{number}"
    return f"build/{build.metadata.name}"


def _state(build: Build, now: datetime) -> str:
    status = build.status
    ending = next((said for phase, said in ENDINGS.items() if phase == status.phase), "")
    if ending:
        return f"{ending} {_since(build, status.completion_timestamp, now)} ago"
    phase = (status.phase or Phase.NEW).lower()
    return f"{phase} for {_since(build, status.start_timestamp, now)}"


def _since(build: Build, stamp: str, now: datetime) -> str:
    """The time since a moment, or since the build was asked for, in the middle of a sentence."""
    passed = ages.elapsed(stamp or build.metadata.creation_timestamp, now)
    words = ages.words(passed or timedelta())
    return f"{words[:1].lower()}{words[1:]}"


def _why(build: Build, waits: str) -> str:
    """Why a build is where it is: the word for those that ended, the sentence for who waits."""
    status = build.status
    if status.phase in ENDINGS:
        return f" ({status.reason})" if status.reason else ""
    if status.message or status.reason:
        return f": {first_line(status.message or status.reason).rstrip('.')}"
    return f", after {waits}" if waits else ""


def _waits_for(build: Build, found: Course) -> str:
    """The build that another waits for, as long as one is built after another."""
    if build.status.phase not in {"", Phase.NEW} or policy_of(build) is RunPolicy.PARALLEL:
        return ""
    later = found.active[found.active.index(build) + 1 :]
    return name(later[0], naming.config_name(build)) if later else ""


def _commit(build: Build) -> str:
    revision = build.spec.revision
    git = revision.git if revision is not None else None
    return told(git) if git is not None and git.commit else ""


def told(git: GitSourceRevision) -> str:
    """A commit: `1a2b3c4: Fix it (Ada)`."""
    message = first_line(git.message)
    author = f" ({git.author.name})" if git.author.name else ""
    return f"{git.commit[:_SHORT]}{f': {message}' if message else ''}{author}"


def first_line(text: str) -> str:
    """The first line of a text, cut where it is long."""
    first = text.strip().partition("\n")[0]
    return first if len(first) <= _SENTENCE else f"{first[: _SENTENCE - 3]}..."
