"""States of a Build, waited for: that it has started, that it is over."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing

from slipcast.api.build import Build
from slipcast.api.document import Document
from slipcast.builds.phases import Phase, is_terminal
from slipcast.ports.api import Resource, WatchOptions
from slipcast.store.actions.counting import BUILD
from slipcast.store.typed import seen
from slipcast.store.verbs import Verbs
from slipcast.values.apifaults import Expired

Holds = Callable[[Build], bool]


def has_started(build: Build) -> bool:
    """Whether a build is past waiting: it runs, or has run, or never will."""
    return build.status.phase not in {"", Phase.NEW, Phase.PENDING}


def is_over(build: Build) -> bool:
    """Whether a build has ended."""
    return is_terminal(build.status.phase)


class BuildStates:
    """Waits for Builds."""

    def __init__(self, verbs: Verbs) -> None:
        self._rows = verbs.rows
        self._watching = verbs.watching

    async def now(self, build: Build) -> Build | None:
        """A build as it is now; None when it is gone, though there be another of its name."""
        metadata = build.metadata
        document = await self._rows.get(BUILD, metadata.namespace, metadata.name)
        return None if document is None else _same(build, document)

    async def until(self, build: Build, holds: Holds) -> Build | None:
        """A build as it is when something holds of it; None when it goes before.

        Errors: Unavailable when the server stops.
        """
        resource = Resource(BUILD, build.metadata.namespace, build.metadata.name)
        while True:
            document = await self._rows.get(BUILD, resource.namespace, resource.name)
            found = None if document is None else _same(build, document)
            if document is None or found is None or holds(found):
                return found
            since = WatchOptions(resource_version=str(document.revision))
            try:
                async with aclosing(await self._watching.watch(resource, since)) as events:
                    async for event in events:
                        found = _same(build, event.document)
                        if event.type == "DELETED" or found is None:
                            return None
                        if holds(found):
                            return found
            except Expired:
                continue  # we slept too long: look again


def _same(build: Build, document: Document) -> Build | None:
    found: Build = seen(BUILD, document)
    return found if found.metadata.uid == build.metadata.uid else None
