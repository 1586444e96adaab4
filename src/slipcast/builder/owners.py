"""Which numbers a user has in a container's image."""

from __future__ import annotations

from slipcast.builder import reading
from slipcast.builds.s2i import users
from slipcast.builds.s2i.reasons import Reason, failure
from slipcast.ports.engine import Container
from slipcast.values.container import Owner


def of(container: Container, image: str, user: str) -> Owner:
    """The owner that user's files have there; no user is root.

    Errors: BuildFault when the image does not know the name.
    """
    name, _, group = user.partition(":")
    if name.isdecimal() and group.isdecimal():
        return Owner(int(name), int(group))
    passwd = reading.text(container, "/etc/passwd")
    groups = reading.text(container, "/etc/group") if group else ""
    found = users.owner_of(user, passwd, groups)
    if found is None:
        raise failure(
            Reason.ASSEMBLE_FAILED,
            f"image {image!r} does not know the user {user!r}",
            hint="Give a user of the image with --assemble-user, best as a number.",
        )
    return found
