"""Secrets of the project, for fetching what new-app looks at.

Only who may read them uses them; whoever may not is told by the repository.

Source: build-lifecycle.md BL-22 to BL-24; user-pain UP-4.
"""

from __future__ import annotations

from typing import Final

from slipcast.api import kinds
from slipcast.api.core import Secret
from slipcast.api.lens import read
from slipcast.builds.sourcesecrets import source_secret, why_unfit
from slipcast.cli.toolbox import Connection
from slipcast.newapp.facts import Lent, SecretFor
from slipcast.ports.api import Resource
from slipcast.values.apifaults import Forbidden, NotFound
from slipcast.values.sensitive import Sensitive

SECRET: Final = kinds.require(kinds.CORE, "Secret")


async def lent(connection: Connection, question: SecretFor) -> Lent:
    """The Secret that a repository is fetched with."""
    if not question.name:
        return Lent(name=await _matching(connection, question.uri))
    secret = await _one(connection, question.name)
    if secret is None:
        return Lent(name=question.name, is_missing=True)
    return Lent(name=question.name, wrong=why_unfit(question.uri, secret))


async def held(connection: Connection, name: str) -> tuple[tuple[str, Sensitive], ...]:
    """What a Secret holds, by its keys; nothing of one that is gone meanwhile."""
    secret = await _one(connection, name)
    if secret is None:
        return ()
    return tuple(
        (key, Sensitive(value.decode("utf-8", "surrogateescape")))
        for key, value in secret.data.items()
    )


async def _one(connection: Connection, name: str) -> Secret | None:
    place = Resource(SECRET, connection.namespace, name)
    try:
        return read((await connection.api.get(place)).content, Secret)
    except (Forbidden, NotFound):
        return None


async def _matching(connection: Connection, uri: str) -> str:
    """The name of a Secret that says of itself that it is for an address; empty for none."""
    try:
        listing = await connection.api.list(Resource(SECRET, connection.namespace))
    except (Forbidden, NotFound):
        return ""
    secrets = [read(each.content, Secret) for each in listing.documents]
    return source_secret(uri, (each for each in secrets if not why_unfit(uri, each)))
