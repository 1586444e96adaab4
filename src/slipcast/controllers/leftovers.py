"""What builds leave behind: uploads go as soon as their Build is over, logs and images with it.

What nobody was there to see is found by a look at everything, now and then. A log or an image goes
only when it was found without its Build twice, since a list is true at its moment only. An image
that a container uses is tried again at the next look.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final, NamedTuple

import msgspec

from slipcast.api import kinds
from slipcast.api.document import Document
from slipcast.api.kinds import Kind
from slipcast.builds.naming import UPLOAD
from slipcast.builds.phases import is_terminal
from slipcast.controllers.cache import Cache
from slipcast.controllers.informer import Informer
from slipcast.ports.api import Api
from slipcast.ports.clock import Clock
from slipcast.ports.nodeimages import BuildKey, NodeImages
from slipcast.ports.podlogs import PodLogs
from slipcast.ports.uploads import Uploads
from slipcast.values.faults import PortFault

log = logging.getLogger("slipcast.controllers.leftovers")

BUILD: Final = kinds.require(kinds.BUILD, "Build")

UNWANTED: Final = timedelta(hours=1)
"""How long an upload may lie there that no build is made of."""
SECOND: Final = timedelta(seconds=1)
SOON: Final = timedelta(minutes=1)
SELDOM: Final = timedelta(hours=1)
"""Between the first two looks at everything, and between all others."""

NO_WORDS: Mapping[str, str] = {}


class _Metadata(msgspec.Struct, frozen=True):
    uid: str = ""
    annotations: Mapping[str, str] = NO_WORDS


class _Status(msgspec.Struct, frozen=True):
    phase: str = ""


class _Glance(msgspec.Struct, frozen=True):
    metadata: _Metadata
    status: _Status = _Status()


_glance = msgspec.json.Decoder(_Glance).decode


class Left(msgspec.Struct, frozen=True, gc=False):
    """What a build has here: a log under its uid, an upload or none."""

    uid: str
    upload: str
    is_over: bool


class _Useless(NamedTuple):
    """What is of no more use: the key of a log, an upload, the image of a build; or none of it."""

    log: str
    upload: str
    image: BuildKey | None = None


class Leftovers:
    """Removes what nobody needs any more."""

    def __init__(
        self, api: Api, clock: Clock, logs: PodLogs, uploads: Uploads, images: NodeImages
    ) -> None:
        self._api = api
        self._clock = clock
        self._logs = logs
        self._uploads = uploads
        self._images = images
        # Names of uploads have whole seconds.
        self._since = clock.now().replace(microsecond=0)
        self._builds: Cache[Left] = Cache(_left)
        self._doubtful: frozenset[str] = frozenset()
        self._doubtful_images: frozenset[BuildKey] = frozenset()
        self._useless: asyncio.Queue[_Useless] = asyncio.Queue()
        self._is_listed = asyncio.Event()

    async def run(self) -> None:
        """Remove, for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(Informer(self._api, self._clock, BUILD, self).run())
            tasks.create_task(self._follow())
            await self._is_listed.wait()
            pause = SOON
            while True:
                await self.sweep()
                await self._clock.until(self._clock.now() + pause)
                pause = SELDOM

    async def sweep(self) -> None:
        """Look at everything that is kept here."""
        try:
            await self._sweep_logs()
            await self._sweep_uploads()
            await self._sweep_images()
        except PortFault as fault:
            log.warning("leftovers.unseen", extra={"fields": {"why": fault.message}})

    def saw(self, document: Document) -> None:
        """See Listener."""
        if self._builds.saw(document):
            self._over(_left(document))

    def lost(self, document: Document) -> None:
        """See Listener."""
        self._builds.lost(document)
        gone = _left(document)
        if gone is not None:
            names = document.names
            image = BuildKey(namespace=names.namespace, name=names.name, uid=gone.uid)
            self._useless.put_nowait(_Useless(gone.uid, gone.upload, image))

    def listed(self, kind: Kind, there: set[tuple[str, str]] | None, revision: int) -> None:
        """See Listener."""
        del kind
        if there is not None:
            self._builds.left_out(there, revision)
        self._is_listed.set()

    def reached(self, kind: Kind, revision: int) -> None:
        """See Listener."""
        del kind
        self._builds.reached(revision)

    def _over(self, left: Left | None) -> None:
        if left is not None and left.is_over and left.upload:
            self._useless.put_nowait(_Useless("", left.upload))

    async def _follow(self) -> None:
        """Remove what is told to be of no more use."""
        while True:
            key, upload, image = await self._useless.get()
            await self._remove((key,) if key else (), (upload,) if upload else ())
            await self._remove_images((image,) if image else ())

    async def _sweep_logs(self) -> None:
        keys = await self._logs.list()
        there = {left.uid for _, left in self._builds.values()}
        alone = frozenset(key for key in keys if key not in there)
        await self._remove(alone & self._doubtful, ())
        self._doubtful = alone

    async def _sweep_uploads(self) -> None:
        # Whoever sent something to a server before us waits no longer for a build of it.
        since = max(self._clock.now() - UNWANTED, self._since - SECOND)
        lefts = [left for _, left in self._builds.values() if left.upload]
        wanted = {left.upload for left in lefts if not left.is_over}
        used = {left.upload for left in lefts} - wanted
        found = await self._uploads.list()
        old = (each.id for each in found if each.received <= since or each.id in used)
        await self._remove((), [each for each in old if each not in wanted])

    async def _sweep_images(self) -> None:
        images = await self._images.list()
        there = {left.uid for _, left in self._builds.values()}
        alone = frozenset(image for image in images if image.uid not in there)
        await self._remove_images(alone & self._doubtful_images)
        self._doubtful_images = alone

    async def _remove_images(self, images: Iterable[BuildKey]) -> None:
        for image in images:
            try:
                await self._images.remove(image)
            except PortFault as fault:
                # Of many, one that is in use keeps none of the others.
                _tell_what_stays(fault)

    async def _remove(self, keys: Iterable[str], uploads: Iterable[str]) -> None:
        try:
            for key in keys:
                await self._logs.remove(key)
            for upload in uploads:
                await self._uploads.remove(upload)
        except PortFault as fault:
            _tell_what_stays(fault)


def _tell_what_stays(fault: PortFault) -> None:
    # The next look at everything finds it again.
    log.warning("leftovers.stay", extra={"fields": {"why": fault.message}})


def _left(document: Document) -> Left | None:
    try:
        seen = _glance(document.body)
    except msgspec.ValidationError:
        return Left(document.names.uid, "", is_over=False)
    metadata = seen.metadata
    upload = metadata.annotations.get(UPLOAD, "")
    return Left(metadata.uid, upload, is_terminal(seen.status.phase))
