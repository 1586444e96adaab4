"""Quotas as writers meet them: whether there is room for what is about to be kept.

Asked of every write that may need more of what quotas can limit, so that where a namespace has no
quota the answer is known: its quotas are remembered for a second, and forgotten when this process
writes one. While there is a quota on what is asked for, one write after the other has its answer
and is kept, so that two that ask at once do not both get the last place. Other processes over the
same journal do the same for themselves: what they write is counted, not booked.

Source: Kubernetes, the admission of resource quotas.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from fractions import Fraction
from typing import Final
from weakref import WeakValueDictionary

import msgspec

from slipcast.api import kinds
from slipcast.api.document import JSON, Document
from slipcast.api.kinds import Kind
from slipcast.api.limits import ResourceQuota
from slipcast.builds import quotas as rules
from slipcast.builds.quotas import Asked, Meaning
from slipcast.ports.api import ListOptions, Resource
from slipcast.store.keys import Place, prefix_of
from slipcast.store.reading import Reading
from slipcast.store.rows import Rows
from slipcast.store.typed import seen
from slipcast.values.apifaults import refused

QUOTA: Final = kinds.require("", "ResourceQuota")

REMEMBERED: Final = 1.0
"""Seconds; another process may have written a quota meanwhile."""
MOST: Final = 10_000
"""Namespaces whose quotas are remembered; then all are forgotten and read anew."""

_ALL: Final = ListOptions()
_FREE: Final = nullcontext()
_UNKNOWN: Final[tuple[float, tuple[ResourceQuota, ...]]] = (0.0, ())


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is about to be written, under which name, and what it replaces."""

    resource: Resource
    name: str
    content: JSON
    before: Document | None = None


class Quotas:
    """What namespaces have room for."""

    def __init__(self, rows: Rows, reading: Reading) -> None:
        self._rows = rows
        self._reading = reading
        self._known: dict[str, tuple[float, tuple[ResourceQuota, ...]]] = {}
        self._changes = 0
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def wrote(self, place: Place, document: object, revision: int) -> None:
        """Take in what this process has written."""
        del document, revision
        if place.kind is QUOTA:
            self._changes += 1
            self._known.pop(place.namespace, None)

    def room(self, *wanted: Wanted) -> AbstractAsyncContextManager[None]:
        """While this lasts, there is room for what is to be written in one namespace.

        Errors: Forbidden.
        """
        now = asyncio.get_running_loop().time()
        until, found = self._known.get(wanted[0].resource.namespace, _UNKNOWN)
        # Most namespaces have no quota: nothing more is spent on them.
        return _FREE if until > now and not found else self._room(wanted)

    @asynccontextmanager
    async def _room(self, wanted: Sequence[Wanted]) -> AsyncGenerator[None]:
        asking = [each for each in wanted if _may_ask(each)]
        over = await self._over(asking) if asking else ()
        if not over:
            yield
            return
        namespace = asking[0].resource.namespace
        lock = self._locks.setdefault(namespace, asyncio.Lock())
        async with lock:
            await self._check(over, namespace, asking)
            yield

    async def _over(self, asking: Sequence[Wanted]) -> tuple[ResourceQuota, ...]:
        """The quotas of the namespace that limit what is asked for."""
        found = await self._of(asking[0].resource.namespace)
        if not found:
            return ()
        asked = [_asked(each) for each in asking]
        return tuple(
            quota for quota in found if rules.demanded(quota, asked) or rules.unsaid(quota, asked)
        )

    async def _of(self, namespace: str) -> tuple[ResourceQuota, ...]:
        now = asyncio.get_running_loop().time()
        until, found = self._known.get(namespace, _UNKNOWN)
        if until > now:
            return found
        before = self._changes
        listing = await self._reading.list(Resource(QUOTA, namespace), _ALL)
        found = tuple(seen(QUOTA, each) for each in listing.documents)
        if before == self._changes:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[namespace] = (now + REMEMBERED, found)
        return found

    async def _check(
        self, quotas: Sequence[ResourceQuota], namespace: str, asking: Sequence[Wanted]
    ) -> None:
        asked = [_asked(each) for each in asking]
        contents: dict[Kind, tuple[JSON, ...]] = {}
        for quota in quotas:
            why = rules.unsaid(quota, asked)
            if not why:
                more = rules.demanded(quota, asked)
                there = await self._there(quota, more, namespace, contents)
                why = rules.exceeded(quota, more, there)
            if why:
                kind = asking[0].resource.kind
                raise refused(kind.plural, kind.group, asking[0].name, why)

    async def _there(
        self,
        quota: ResourceQuota,
        more: Mapping[str, Fraction],
        namespace: str,
        contents: dict[Kind, tuple[JSON, ...]],
    ) -> Mapping[str, Fraction]:
        """How much there is of what is asked for; objects are read once for all quotas."""
        limited = rules.limited(quota)
        return {name: await self._used(quota, limited[name], namespace, contents) for name in more}

    async def _used(
        self,
        quota: ResourceQuota,
        means: Meaning,
        namespace: str,
        contents: dict[Kind, tuple[JSON, ...]],
    ) -> Fraction:
        kind = means.kind
        if rules.is_number(quota, means):
            page = await self._rows.page(prefix_of(kind, namespace), limit=1)
            return Fraction(len(page.entries) + page.remaining)
        if kind not in contents:
            listing = await self._reading.list(Resource(kind, namespace), _ALL)
            contents[kind] = tuple(each.content for each in listing.documents)
        return rules.used(quota, means, contents[kind])


def _may_ask(wanted: Wanted) -> bool:
    """Whether a write may ask for more of what is counted in a namespace."""
    resource = wanted.resource
    if not resource.namespace or resource.subresource:
        return False
    return wanted.before is None or resource.kind in rules.UPDATED


def _asked(wanted: Wanted) -> Asked:
    before = None if wanted.before is None else wanted.before.content
    return Asked(kind=wanted.resource.kind, content=wanted.content, before=before)
