"""Builds counted: what the controllers keep of them, as figures.

The counts are kept as builds come, change and go, so that whoever asks for them waits for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from slipcast.builds.phases import Phase
from slipcast.controllers.cache import Cache
from slipcast.controllers.standing import Going, Standing, phases, sort
from slipcast.ports import figures
from slipcast.ports.figures import Sort

MOST: Final = 500
"""How many builds of one phase are told of one by one."""
_PHASES: Final = (Phase.NEW, Phase.PENDING, Phase.RUNNING)
_INDEX: Final = "phase"


class Tally:
    """The builds of a cache, counted."""

    def __init__(self, builds: Cache[Standing]) -> None:
        """Count what is kept from now on; nothing is yet."""
        self._builds = builds
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
