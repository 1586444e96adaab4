"""`builds/clone`: an earlier Build once more, with the same images and revision.

Source: build-api.md 9.4; build-lifecycle.md BL-140 to BL-142.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from slipcast.api.build import Build, BuildConfig, BuildRequest
from slipcast.api.document import JSON, Document
from slipcast.builds import naming
from slipcast.builds.clone import cloned
from slipcast.builds.generate import Made
from slipcast.ports.api import Answer, Resource, WriteOptions
from slipcast.ports.clock import Clock
from slipcast.store.actions.buildrequests import request_for
from slipcast.store.actions.counting import BUILD, CONFIG, Counting
from slipcast.store.admission import check_strategy
from slipcast.store.authorize import Guard
from slipcast.store.typed import seen
from slipcast.store.verbs import Verbs
from slipcast.values.apifaults import Conflict, NotFound, changed_meanwhile

TRIES: Final = 16
"""How often a build is made anew when its BuildConfig was written meanwhile."""


class Cloning:
    """Makes Builds of Builds."""

    def __init__(self, verbs: Verbs, clock: Clock) -> None:
        self._rows = verbs.rows
        self._counting = Counting(verbs)
        self._clock = clock

    async def __call__(
        self,
        guard: Guard,
        resource: Resource,
        content: JSON,
        parameters: Mapping[str, str],
        options: WriteOptions,
    ) -> Answer:
        """The Build that does an earlier one again.

        Errors: Forbidden, also where there is no such Build (BL-142); BadRequest; Invalid;
                InternalError when its BuildConfig is paused; AlreadyExists.
        """
        del parameters
        request = await request_for(self._rows, resource, content)
        document = await self._rows.get(BUILD, resource.namespace, resource.name)
        if document is None:
            raise NotFound(BUILD.plural, BUILD.group, resource.name)
        await check_strategy(guard, resource, document.content)
        build: Build = seen(BUILD, document)
        for _ in range(TRIES):
            of = await self._config_of(build)
            config = None if of is None else seen(CONFIG, of)
            made = await self._made(build, request, config)
            try:
                return await self._counting.kept(of, config, made, options, legacy=resource.legacy)
            except Conflict:
                continue
        raise changed_meanwhile(CONFIG.plural, CONFIG.group, naming.config_name(build))

    async def _config_of(self, build: Build) -> Document | None:
        """The BuildConfig that numbers a build; None when it is gone, or there was none."""
        name = naming.config_name(build)
        return await self._rows.get(CONFIG, build.metadata.namespace, name) if name else None

    async def _made(self, build: Build, request: BuildRequest, config: BuildConfig | None) -> Made:
        now = self._clock.now()
        if config is None:
            return cloned(build, request, None, now)
        newest = await self._counting.newest_unless_counted(config)
        made = cloned(build, request, _from(config, newest), now)
        if not await self._counting.is_taken(made.build):
            return made
        return cloned(build, request, _from(config, await self._counting.newest(config)), now)


def _from(config: BuildConfig, newest: int) -> BuildConfig:
    """The BuildConfig as it counts on from a number."""
    last = max(config.status.last_version, newest)
    return replace(config, status=replace(config.status, last_version=last))
