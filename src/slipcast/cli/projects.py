"""The projects somebody sees, and how they are told.

Source: oc projects, oc login.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slipcast.api import kinds
from slipcast.cli.toolbox import Connection
from slipcast.ports.api import Resource
from slipcast.values.apifaults import Forbidden, NotFound

PROJECT = kinds.require(kinds.PROJECT, "Project")


async def seen(connection: Connection) -> tuple[str, ...]:
    """The names of the projects, sorted.

    Errors: ApiFault.
    """
    listing = await connection.api.list(Resource(PROJECT))
    return tuple(sorted(document.names.name for document in listing.documents))


async def is_seen(connection: Connection, name: str) -> bool:
    """Whether there is such a project for whoever asks.

    Errors: ApiFault.
    """
    try:
        await connection.api.get(Resource(PROJECT, name=name))
    except (NotFound, Forbidden):
        return False
    return True


def chosen(names: Sequence[str], wanted: str) -> str:
    """The project to use after a login: the one before, else `default`, else the first."""
    if wanted in names:
        return wanted
    return "default" if "default" in names else (names[0] if names else "default")


def told(names: Sequence[str], current: str) -> Iterator[str]:
    """The projects, line by line."""
    if not names:
        yield "You don't have any projects. You can try to create a new project, by running"
        yield ""
        yield "    slipcast new-project <projectname>"
    elif len(names) == 1:
        yield f'You have one project on this server: "{names[0]}"'
    else:
        yield (
            "You have access to the following projects and can switch between them with "
            "'slipcast project <projectname>':"
        )
        yield ""
        yield from (f"  {'*' if name == current else ' '} {name}" for name in names)
