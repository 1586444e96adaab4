"""Logins of service accounts follow the integrated registry to the addresses that it has now.

Done before the first request is answered, since the address may be another after a start.

Source: the docker registry service controller of OpenShift 3.5.
"""

from __future__ import annotations

from typing import Final

from slipcast.api import kinds
from slipcast.ports.api import Api, ListOptions, Resource, WriteOptions
from slipcast.ports.issuer import Issuer
from slipcast.values.apifaults import ApiFault

SECRET: Final = kinds.require("", "Secret")
PAGE: Final = 500
_BY_US: Final = WriteOptions(manager="slipcast")


async def follow(api: Api, issuer: Issuer) -> int:
    """Bring every registry secret of a service account up to date; how many were not.

    Shape:  api is of an actor who may do everything. What somebody else changes or removes
            meanwhile is left to them.
    """
    changed, token = 0, ""
    while True:
        options = ListOptions(fields="type=kubernetes.io/dockercfg", limit=PAGE, from_token=token)
        page = await api.list(Resource(SECRET), options)
        for document in page.documents:
            secret, names = document.content, document.names
            wanted = issuer.readdressed(secret)
            if wanted == secret:
                continue
            try:
                await api.update(Resource(SECRET, names.namespace, names.name), wanted, _BY_US)
            except ApiFault:
                continue
            changed += 1
        token = page.token
        if not token:
            return changed
