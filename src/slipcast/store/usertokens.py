"""Tokens of one's own: those OAuthAccessTokens that were given to whoever asks.

Nobody is shown another's, nor told that there is one. Whose a token is, is decided by the name and
the uid of its user, as logging in does: a user of the same name who came later is somebody else.

Source: the user OAuth access token API of OpenShift 4.6.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from msgspec.structs import replace
from typing_extensions import override

from slipcast.api import kinds
from slipcast.api.document import Document
from slipcast.ports.api import (
    Answer,
    DeleteOptions,
    Listing,
    ListOptions,
    Resource,
    WatchEvent,
    WatchOptions,
)
from slipcast.store.authorize import Guard
from slipcast.store.verbs import Verbs
from slipcast.store.virtual import Virtual
from slipcast.values.actor import Actor
from slipcast.values.apifaults import NotFound

TOKEN: Final = kinds.require(kinds.OAUTH, "OAuthAccessToken")
OWN: Final = kinds.require(kinds.OAUTH, "UserOAuthAccessToken")


class UserTokens(Virtual):
    """OAuthAccessTokens of whoever asks, under another kind."""

    def __init__(self, verbs: Verbs) -> None:
        self._verbs = verbs

    @override
    async def get(self, guard: Guard, resource: Resource) -> Document:
        """One token."""
        await guard.check("get", resource)
        return _shown(await self._token(guard, resource))

    @override
    async def list(self, guard: Guard, resource: Resource, options: ListOptions) -> Listing:
        """All of the actor's, on one page: tokens of pages name what is there."""
        await guard.check("list", resource)
        whole = replace(options, limit=0, from_token="")
        listing = await self._verbs.reading.list(Resource(TOKEN), whole)
        theirs = [_shown(each) for each in listing.documents if _is_of(guard.actor, each)]
        return replace(listing, documents=tuple(theirs))

    @override
    async def watch(
        self, guard: Guard, resource: Resource, options: WatchOptions
    ) -> AsyncGenerator[WatchEvent, None]:
        """Changes of the actor's."""
        await guard.check("watch", resource)
        named = Resource(TOKEN, name=resource.name)
        return _of_theirs(guard.actor, await self._verbs.watching.watch(named, options))

    @override
    async def delete(self, guard: Guard, resource: Resource, options: DeleteOptions) -> Answer:
        """The token ended."""
        await guard.check("delete", resource)
        await self._token(guard, resource)
        named = Resource(TOKEN, name=resource.name)
        answer = await self._verbs.deleting.delete(named, options)
        return replace(answer, document=_shown(answer.document))

    async def _token(self, guard: Guard, resource: Resource) -> Document:
        found = await self._verbs.rows.get(TOKEN, "", resource.name)
        if found is None or not _is_of(guard.actor, found):
            raise NotFound(OWN.plural, OWN.group, resource.name)
        return found


async def _of_theirs(
    actor: Actor, events: AsyncGenerator[WatchEvent, None]
) -> AsyncGenerator[WatchEvent, None]:
    async with aclosing(events):
        async for event in events:
            if event.type == "BOOKMARK" or _is_of(actor, event.document):
                yield replace(event, document=_shown(event.document))


def _is_of(actor: Actor, token: Document) -> bool:
    content = token.content
    return bool(actor.uid) and (content.get("userName"), content.get("userUID")) == (
        actor.name,
        actor.uid,
    )


def _shown(token: Document) -> Document:
    """A token under the kind that is asked for: the same document."""
    return Document(OWN, token.body, token.revision)
