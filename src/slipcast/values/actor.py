"""Who asks: a user or a service account, as authentication found out and authorization sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

AUTHENTICATED: Final = "system:authenticated"
PEOPLE: Final = "system:authenticated:oauth"
"""The group of those who log in: people, not programs."""
UNAUTHENTICATED: Final = "system:unauthenticated"
MASTERS: Final = "system:masters"
"""The group that may do everything, whatever the roles say."""


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """A name, and the groups it is in.

    Shape:  groups include system:authenticated or system:unauthenticated; scopes empty means all
            that the actor may do (a token can be for less).
    """

    name: str
    uid: str = ""
    groups: tuple[str, ...] = ()
    extra: Mapping[str, tuple[str, ...]] = {}
    scopes: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether anybody vouched for the name."""
        return UNAUTHENTICATED not in self.groups


ANONYMOUS = Actor(name="system:anonymous", groups=(UNAUTHENTICATED,))


def service_account(namespace: str, name: str, uid: str = "") -> Actor:
    """The actor that a service account's token stands for."""
    return Actor(
        name=f"system:serviceaccount:{namespace}:{name}",
        uid=uid,
        groups=(
            "system:serviceaccounts",
            f"system:serviceaccounts:{namespace}",
            AUTHENTICATED,
        ),
    )
