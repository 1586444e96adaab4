"""What is wrong with groups of people.

Source: OpenShift's validation of user.openshift.io/v1.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from slipcast.api.user import Group
from slipcast.values.causes import Cause, invalid, required

RESERVED: Final = "system:"


def group(new: Group, old: Group | None) -> tuple[Cause, ...]:
    """What is wrong with a Group: names of the server's own are nobody else's to give."""
    del old
    return tuple(_group(new))


def _group(new: Group) -> Iterator[Cause]:
    name = new.metadata.name
    if ":" in name or name == "~":
        yield invalid("metadata.name", name, 'may not be "~" or contain ":"')
    for number, user in enumerate(new.users):
        path = f"users[{number}]"
        if not user:
            yield required(path)
        if user.startswith(RESERVED):
            yield invalid(path, user, f'may not begin with "{RESERVED}"')
