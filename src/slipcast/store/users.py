"""The user `~`: whoever asks, also when no User of that name is kept.

Source: the user API of OpenShift 3.5.
"""

from __future__ import annotations

from typing import Final

from slipcast.api import kinds
from slipcast.api.document import JSON, Document
from slipcast.ports.api import Resource
from slipcast.store.rows import Rows
from slipcast.values import usernames
from slipcast.values.actor import Actor

USER: Final = kinds.require(kinds.USER, "User")
SELF: Final = "~"


def is_self(resource: Resource) -> bool:
    """Whether a request is about whoever asks."""
    return resource.kind is USER and resource.name == SELF


async def own(rows: Rows, actor: Actor) -> Document:
    """The User that an actor is.

    Shape:  groups are those that authentication found.
    """
    kept = await rows.get(USER, "", usernames.kept_as(actor.name))
    content: JSON = kept.content if kept else {"metadata": {"name": actor.name}}
    if kept is None and actor.uid:
        content["metadata"]["uid"] = actor.uid
    content["metadata"]["name"] = actor.name
    content.setdefault("identities", None)
    content["groups"] = list(actor.groups)
    return Document.of(USER, content, kept.revision if kept else 0)
