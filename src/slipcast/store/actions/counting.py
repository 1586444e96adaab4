"""Numbers of builds: a BuildConfig counts one more, and the Build is created, in one write.

So no start is lost, none is made twice, and nobody sees one without the other. Builds that outlived
the BuildConfig that made them are counted on from (UP-27).

Source: build-api.md BA-22, BA-118.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from slipcast.api import kinds
from slipcast.api.build import Build, BuildConfig
from slipcast.api.document import JSON, Document
from slipcast.api.lens import content_of, overlay
from slipcast.builds import naming
from slipcast.builds.generate import Made
from slipcast.ports.api import Answer, ListOptions, Resource, WriteOptions
from slipcast.store.typed import seen
from slipcast.store.verbs import Verbs
from slipcast.store.writing import Change
from slipcast.values.apifaults import AlreadyExists
from slipcast.values.names import shortened

CONFIG: Final = kinds.require(kinds.BUILD, "BuildConfig")
BUILD: Final = kinds.require(kinds.BUILD, "Build")

Beside = Sequence[tuple[Resource, JSON]]
"""Other new objects, with names, that are true only with the Build."""


class Counting:
    """Writes what a request made: the BuildConfig that counted it, and the Build."""

    def __init__(self, verbs: Verbs) -> None:
        self._rows = verbs.rows
        self._reading = verbs.reading
        self._writing = verbs.writing

    async def kept(
        self,
        document: Document | None,
        config: BuildConfig | None,
        made: Made,
        options: WriteOptions,
        *,
        legacy: bool = False,
        beside: Beside = (),
    ) -> Answer:
        """The Build as it is kept.

        Shape:  document and config are the BuildConfig as it was read, None where none is left.
        Errors: Conflict when somebody else has written the BuildConfig; Invalid; AlreadyExists,
                of the Build or of what is made beside it: then nothing was written.
        """
        namespace, change = made.build.metadata.namespace, None
        if document is not None and config is not None and made.config is not None:
            content = overlay(document.content, config, made.config)
            place = Resource(CONFIG, namespace, config.metadata.name)
            change = Change(resource=place, old=document, content=content)
        place = Resource(BUILD, namespace, legacy=legacy)
        new = ((place, content_of(made.build, BUILD)), *beside)
        try:
            answer, *_ = await self._writing.together(change, new, options)
        except AlreadyExists as fault:
            if change is not None and fault.plural == BUILD.plural and not options.dry_run:
                await self._pass_over(change, made)
            raise
        return Answer(answer.document, warnings=made.warnings, created=True)

    async def _pass_over(self, change: Change, made: Made) -> None:
        """Give up a number whose name another build has, for the next who asks (BA-118)."""
        if made.config is not None:
            status = change.old.content.get("status") or {}
            counted = {**status, "lastVersion": made.config.status.last_version}
            content = {**change.old.content, "status": counted}
            await self._writing.update(change.resource, content, WriteOptions())

    async def is_taken(self, build: Build) -> bool:
        """Whether there is another Build of that name."""
        names = build.metadata
        return await self._rows.get(BUILD, names.namespace, names.name) is not None

    async def newest_unless_counted(self, config: BuildConfig) -> int:
        """The highest number among the builds of a BuildConfig that has counted none yet."""
        return 0 if config.status.last_version else await self.newest(config)

    async def newest(self, config: BuildConfig) -> int:
        """The highest number among the builds of a BuildConfig, 0 where it has none."""
        name, namespace = config.metadata.name, config.metadata.namespace
        labelled = ListOptions(labels=f"{naming.BUILD_CONFIG}={shortened(name)}")
        listing = await self._reading.list(Resource(BUILD, namespace), labelled)
        builds: list[Build] = [seen(BUILD, each) for each in listing.documents]
        own = (naming.number(each) or 0 for each in builds if naming.is_of_config(each, name))
        return max(own, default=0)
