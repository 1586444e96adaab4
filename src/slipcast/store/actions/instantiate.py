"""`buildconfigs/instantiate`: a Build of a BuildConfig, with the next number and its images pinned.

Whoever else starts builds of BuildConfigs in the store calls

    document = await instantiation.make(guard, namespace, name, request, overlay, beside=...)

which answers with the Build as it is kept, in phase New. `overlay` changes the Build that is about
to be created, such as by an annotation that tells where its source was stored; without it the
Build stays as it was made. `beside` are other new objects, each with a name, that are created in
the same write: where one of them is there already, there is no Build, and AlreadyExists is about
it. The strategy of the BuildConfig must be allowed to the guard's actor,
unless source is sent along (`request.binary`); what is started by the system, such as by webhooks,
is started with the system's guard (BL-143, BL-149).

The BuildConfig that counted a Build is written with it, all or nothing. A lost race is begun again.

Source: build-api.md 9.1 to 9.3, BA-118; build-lifecycle.md section 2.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Final
from weakref import WeakValueDictionary

import msgspec
from msgspec.structs import replace

from slipcast.api.build import Build, BuildConfig, BuildRequest
from slipcast.api.document import JSON, Document
from slipcast.builds.generate import Made, generated, wanted
from slipcast.builds.naming import DEFAULT_ACCOUNT
from slipcast.builds.triggers import MANUAL
from slipcast.ports.api import Answer, Resource, WriteOptions
from slipcast.ports.clock import Clock
from slipcast.store.actions.buildinputs import BuildInputs
from slipcast.store.actions.buildrequests import request_for
from slipcast.store.actions.counting import CONFIG, Beside, Counting
from slipcast.store.admission import check_strategy
from slipcast.store.authorize import Guard
from slipcast.store.typed import seen
from slipcast.store.verbs import Verbs
from slipcast.values.apifaults import Conflict, NotFound, changed_meanwhile

Overlay = Callable[[Build], Build]
"""Changes a Build before it is created."""

TRIES: Final = 16
"""How often a build is made anew when its BuildConfig was written meanwhile."""

_WRITE: Final = WriteOptions()


def as_made(build: Build) -> Build:
    """The Build as it is."""
    return build


class Manner(msgspec.Struct, frozen=True, kw_only=True):
    """How a Build is made: whether its strategy is looked at, what is made beside it, and so on.

    Shape:  legacy says that it was asked for by an older path.
    """

    is_checked: bool = True
    overlay: Overlay = as_made
    beside: Beside = ()
    options: WriteOptions = _WRITE
    legacy: bool = False


class Instantiation:
    """Makes Builds of BuildConfigs."""

    def __init__(self, verbs: Verbs, clock: Clock, account: str = DEFAULT_ACCOUNT) -> None:
        self._rows = verbs.rows
        self._inputs = BuildInputs(verbs.rows)
        self._counting = Counting(verbs)
        self._clock = clock
        self._account = account
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def __call__(
        self,
        guard: Guard,
        resource: Resource,
        content: JSON,
        parameters: Mapping[str, str],
        options: WriteOptions,
    ) -> Answer:
        """The Build that a request makes.

        Errors: those of `make`; Forbidden where there is no such BuildConfig (BL-142).
        """
        del parameters
        request = await request_for(self._rows, resource, content)
        request = replace(request, triggered_by=request.triggered_by or (MANUAL,))
        manner = Manner(options=options, legacy=resource.legacy)
        return await self._made(guard, resource, request, manner)

    async def make(
        self,
        guard: Guard,
        namespace: str,
        name: str,
        request: BuildRequest,
        overlay: Overlay = as_made,
        *,
        beside: Beside = (),
        legacy: bool = False,
    ) -> Document:
        """The Build of a BuildConfig that a request makes, as it is kept.

        Shape:  beside is read after overlay was called; legacy as in Manner.
        Errors: NotFound; Forbidden; BadRequest when paused, of another lastVersion or with options
                of another strategy; Invalid when an image is not found, or the Build is wrong;
                InternalError when its image was built already, or the service account is missing;
                AlreadyExists, also of what is to be made beside it.
        """
        resource = Resource(CONFIG, namespace, name)
        manner = Manner(
            is_checked=request.binary is None, overlay=overlay, beside=beside, legacy=legacy
        )
        return (await self._made(guard, resource, request, manner)).document

    async def check(self, guard: Guard, resource: Resource, request: BuildRequest) -> None:
        """Nothing, when a request could make a Build now.

        Errors: those of `make`.
        """
        await self._made(guard, resource, request, Manner(options=WriteOptions(dry_run=True)))

    async def _made(
        self, guard: Guard, resource: Resource, request: BuildRequest, manner: Manner
    ) -> Answer:
        place = (resource.namespace, resource.name)
        # Those who start builds of one BuildConfig at once would make each other begin again.
        lock = self._locks.setdefault(place, asyncio.Lock())
        async with lock:
            for _ in range(TRIES):
                document = await self._rows.get(CONFIG, *place)
                if document is None:
                    raise NotFound(CONFIG.plural, CONFIG.group, resource.name)
                if manner.is_checked:
                    await check_strategy(guard, resource, document.content)
                try:
                    return await self._kept(document, request, manner)
                except Conflict:
                    continue
        raise changed_meanwhile(CONFIG.plural, CONFIG.group, resource.name)

    async def _kept(self, document: Document, request: BuildRequest, manner: Manner) -> Answer:
        config: BuildConfig = seen(CONFIG, document)
        made = await self._generated(config, request)
        build = manner.overlay(await self._inputs.with_credentials(made.build))
        made = replace(made, build=_owned_as_of_old(build) if manner.legacy else build)
        return await self._counting.kept(
            document,
            config,
            made,
            manner.options,
            legacy=manner.legacy,
            beside=manner.beside,
        )

    async def _generated(self, config: BuildConfig, request: BuildRequest) -> Made:
        images = await self._inputs.images(wanted(config, request))
        now, newest = self._clock.now(), await self._counting.newest_unless_counted(config)
        made = generated(config, request, images, now, account=self._account, newest=newest)
        if not await self._counting.is_taken(made.build):
            return made
        newest = await self._counting.newest(config)
        return generated(config, request, images, now, account=self._account, newest=newest)


def _owned_as_of_old(build: Build) -> Build:
    """The build with its owner in the version of the legacy paths, as their clients expect it."""
    owners = tuple(replace(each, api_version="v1") for each in build.metadata.owner_references)
    return replace(build, metadata=replace(build.metadata, owner_references=owners))
