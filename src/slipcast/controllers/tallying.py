"""Builds counted: what the controllers keep of them, as figures; and how long each took.

The counts are kept as builds come, change and go, so that whoever asks for them waits for nothing.
How long a build took is told when it ends before our eyes: what was over before is no news.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

import msgspec

from slipcast.api.document import Document
from slipcast.api.lens import read
from slipcast.builds.phases import Phase
from slipcast.controllers.cache import Cache
from slipcast.controllers.standing import Going, Over, Standing, phases, sort
from slipcast.ports import figures
from slipcast.ports.figures import Sort, Took, nobody_asks
from slipcast.values import instant
from slipcast.values.apifaults import BadRequest

MOST: Final = 500
"""How many builds of one phase are told of one by one."""
LONGEST: Final = 7 * 24 * 3600.0
"""Seconds that a build takes at most: whoever makes builds may have written other days."""
_PHASES: Final = (Phase.NEW, Phase.PENDING, Phase.RUNNING)
_INDEX: Final = "phase"


class Tally:
    """The builds of a cache, counted."""

    def __init__(self, builds: Cache[Standing], took: Took = nobody_asks) -> None:
        """Count what is kept from now on, and say how long it took; nothing is yet."""
        self._builds = builds
        self._took = took
        builds.follow(self._changed)
        self._counts = builds.count_by(sort)
        builds.index_by(_INDEX, phases)

    def counts(self) -> Mapping[Sort, int]:
        """See figures.Builds."""
        return dict(self._counts)

    def going(self) -> Iterator[figures.Going]:
        """See figures.Builds; first those that have not changed for longest."""
        for phase in _PHASES:
            for (namespace, name), kept in islice(self._builds.named(_INDEX, phase.value), MOST):
                if isinstance(kept, Going):
                    build = kept.build
                    since = build.status.start_timestamp if phase is Phase.RUNNING else ""
                    yield figures.Going(
                        namespace=namespace,
                        name=name,
                        sort=sort(kept),
                        since=since or build.metadata.creation_timestamp,
                    )

    def _changed(self, was: Standing, now: Standing, document: Document) -> None:
        if isinstance(was, Going) and isinstance(now, Over) and was.build.metadata.uid == now.uid:
            seconds = _seconds(document)
            # One that never ran is said to have begun when it ended.
            ran = was.build.status.phase == Phase.RUNNING or now.sort.phase == Phase.COMPLETE
            if seconds is not None and (ran or seconds):
                self._took(now.sort.strategy, now.sort.phase, seconds)


class _Status(msgspec.Struct, frozen=True, rename="camel"):
    start_timestamp: str = ""
    completion_timestamp: str = ""


class _Times(msgspec.Struct, frozen=True):
    status: _Status = _Status()


def _seconds(document: Document) -> float | None:
    """How long a build ran; None of one that never did, or whose days are made up."""
    try:
        status = read(document, _Times).status
        began = instant.parse(status.start_timestamp)
        ended = instant.parse(status.completion_timestamp)
    except BadRequest:
        return None
    seconds = (ended - began).total_seconds()
    return seconds if 0 <= seconds <= LONGEST else None
