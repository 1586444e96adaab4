"""People: the actor that a name stands for, with what is kept of them.

Source: the user API of OpenShift 3.5.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from slipcast.api import kinds
from slipcast.ports.api import Api, Resource
from slipcast.values import usernames
from slipcast.values.actor import AUTHENTICATED, PEOPLE, Actor
from slipcast.values.apifaults import NotFound

USER: Final = kinds.require(kinds.USER, "User")
RESERVED: Final = "system:"
"""What names of people and of their groups must not begin with."""


async def person(api: Api, name: str) -> Actor:
    """Somebody of that name; the uid is empty when no User is kept."""
    try:
        content = (await api.get(Resource(USER, "", usernames.kept_as(name)))).content
    except NotFound:
        return Actor(name=name, groups=(AUTHENTICATED, PEOPLE))
    groups = allowed(str(each) for each in content.get("groups") or ())
    uid = content["metadata"].get("uid", "")
    return Actor(name=name, uid=uid, groups=(*groups, AUTHENTICATED, PEOPLE))


def allowed(groups: Iterable[str]) -> tuple[str, ...]:
    """The groups that somebody outside may put people into: none of the server's own."""
    return tuple(dict.fromkeys(each for each in groups if each and not each.startswith(RESERVED)))
