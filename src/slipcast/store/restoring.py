"""Restoring: what service accounts lose is made anew.

A token secret that is deleted takes its token back; its account gets a new one, and with it a new
secret for the registry. The accounts that every namespace has come back when they are deleted.

Source: the token and service account controllers of Kubernetes and OpenShift 3.5.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from slipcast.access.bootstrap import SERVICE_ACCOUNTS
from slipcast.api.document import JSON, Document
from slipcast.ports.api import Api, Resource
from slipcast.store.furnishing import ACCOUNT, SECRET, Furnishing, is_made_for
from slipcast.store.keys import Place
from slipcast.values.apifaults import ApiFault, NotFound

log = logging.getLogger("slipcast.store.restoring")


class Restoring:
    """Looks after service accounts, over an Api that may do everything."""

    def __init__(self, api: Api, furnishing: Furnishing) -> None:
        self._api = api
        self._furnishing = furnishing
        self._gone: dict[Place, None] = {}
        self._news = asyncio.Event()

    def wrote(self, place: Place, document: Document | None, revision: int) -> None:
        """Take in what this process has written; None: it is gone."""
        del revision
        if document is None and place.kind in {ACCOUNT, SECRET}:
            self._gone[place] = None
            self._news.set()

    async def run(self) -> None:
        """Restore, for ever."""
        while True:
            await self._news.wait()
            self._news.clear()
            await self.step()

    async def step(self) -> None:
        """Restore what is gone by now."""
        gone, self._gone = self._gone, {}
        for place in gone:
            try:
                await self._restore(place)
            except ApiFault as fault:
                # Somebody changes the account, or the namespace goes.
                fields = {"namespace": place.namespace, "why": fault.message}
                log.info("account.kept", extra={"fields": fields})

    async def _restore(self, place: Place) -> None:
        if place.kind is SECRET:
            for account in (await self._api.list(Resource(ACCOUNT, place.namespace))).documents:
                await self._reissue(account, place.name)
        elif place.name in SERVICE_ACCOUNTS:
            await self._furnishing.usual_account(place.namespace, place.name)

    async def _reissue(self, account: Document, secret: str) -> None:
        """New credentials of an account, if the secret that is gone was one that it lists."""
        name, content = account.names.name, account.content
        listed = [str(each.get("name", "")) for each in content.get("secrets") or ()]
        if secret not in listed or not is_made_for(name, secret):
            return
        dead = {secret}
        if is_made_for(name, secret, "token"):
            dead |= {each for each in listed if is_made_for(name, each, "dockercfg")}
        place = Resource(ACCOUNT, account.names.namespace, name)
        await self._api.update(place, _without(content, dead))
        for each in dead - {secret}:
            try:
                await self._api.delete(Resource(SECRET, account.names.namespace, each))
            except NotFound:
                continue
        await self._furnishing.anew(account)


def _without(account: JSON, names: set[str]) -> JSON:
    lists: Final = ("secrets", "imagePullSecrets")
    left = {
        field: [each for each in account.get(field) or () if each.get("name") not in names]
        for field in lists
    }
    return {**account, **left}
