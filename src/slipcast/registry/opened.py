"""Uploads that are open, by who has begun them: so many each, and no more.

An upload that nobody ends stays for a day, and costs files also when nothing is sent. What another
server, another user or the sweeper has ended is found out when somebody has too many.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from slipcast.ports.blobs import Blobs, NoUpload, UploadState
from slipcast.registry.faults import TOOMANYREQUESTS, RegistryFault

MOST: Final = 1000
"""Uploads of one user that may be open at once."""
LOOKED_AT: Final = 50
"""Uploads of somebody with too many that are looked at, whether they are still open."""
WAIT: Final = 60
"""Seconds after which somebody with too many may try again."""


@dataclass(slots=True)
class Opened:
    """The uploads that this process knows to be open, those of each user the oldest first."""

    most: int = MOST
    known: dict[str, OrderedDict[str, None]] = field(default_factory=dict)
    beginning: Counter[str] = field(default_factory=Counter)

    async def begin(self, blobs: Blobs, user: str, repository: str) -> UploadState:
        """A new upload of somebody.

        Errors: RegistryFault TOOMANYREQUESTS.
        """
        if self._count(user) >= self.most:
            await self._look(blobs, user)
        if self._count(user) >= self.most:
            raise RegistryFault(
                TOOMANYREQUESTS,
                f"{self.most} uploads are open: end or cancel some of them",
                headers={"retry-after": str(WAIT)},
            )
        # What has begun is counted, also when who asked is gone meanwhile.
        self.beginning[user] += 1
        return await asyncio.shield(self._begun(blobs, user, repository))

    def end(self, user: str, upload: str) -> None:
        """An upload that somebody has begun is over."""
        mine = self.known.get(user)
        if mine is not None:
            mine.pop(upload, None)
            if not mine:
                del self.known[user]

    def _count(self, user: str) -> int:
        return len(self.known.get(user, ())) + self.beginning[user]

    async def _begun(self, blobs: Blobs, user: str, repository: str) -> UploadState:
        try:
            state = await blobs.begin(repository)
            self.known.setdefault(user, OrderedDict())[state.id] = None
        finally:
            self.beginning[user] -= 1
            if not self.beginning[user]:
                del self.beginning[user]
        return state

    async def _look(self, blobs: Blobs, user: str) -> None:
        """Forget what is over, of the uploads that were looked at longest ago."""
        for upload in list(islice(self.known.get(user, ()), LOOKED_AT)):
            try:
                await blobs.upload(upload)
            except NoUpload:
                self.end(user, upload)
                continue
            if upload in self.known.get(user, ()):
                self.known[user].move_to_end(upload)
