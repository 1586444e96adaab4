"""What a build waits for that does not begin, told to who follows it.

Source: user-pain.md UP-30.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Final

from slipcast.api.build import Build
from slipcast.api.lens import read
from slipcast.builds.phases import Phase
from slipcast.cli import buildfollowing
from slipcast.cli.buildfollowing import BUILD
from slipcast.cli.selection import resource_of
from slipcast.cli.toolbox import Connection
from slipcast.ports.api import WatchOptions
from slipcast.values.faults import Fault, Interrupted

WAITING: Final = frozenset({Phase.NEW, Phase.PENDING})

Tell = Callable[[str], None]


async def explained(
    connection: Connection, name: str, tell: Tell, following: Awaitable[int]
) -> int:
    """Tell what a build waits for while it is followed; what the following comes to.

    Shape:  where it cannot be seen, nothing is told.
    Errors: those of the following.
    """
    ended: int | Fault
    async with asyncio.TaskGroup() as tasks:
        telling = tasks.create_task(_explain(connection, name, tell))
        try:
            ended = await following
        except Fault as fault:
            # A group would wrap it up.
            ended = fault
        finally:
            telling.cancel()
    if isinstance(ended, Fault):
        raise ended
    return ended


async def explain(connection: Connection, build: Build, tell: Tell) -> None:
    """Tell what a build waits for, each reason once, until it waits no more.

    Errors: ApiFault; PortFault.
    """
    said = _news(build, "", tell)
    if build.status.phase not in WAITING:
        return
    metadata = build.metadata
    options = WatchOptions(
        fields=f"metadata.name={metadata.name}", resource_version=metadata.resource_version
    )
    where = resource_of(BUILD, metadata.namespace)
    async with aclosing(await connection.api.watch(where, options)) as events:
        async for event in events:
            if event.type == "BOOKMARK":
                continue
            now = read(event.document.content, Build)
            if event.type == "DELETED" or now.status.phase not in WAITING:
                return
            said = _news(now, said, tell)


async def _explain(connection: Connection, name: str, tell: Tell) -> None:
    try:
        await explain(connection, await buildfollowing.look(connection, name), tell)
    except Interrupted:
        raise
    except Fault:
        # How the build goes is told by who follows it; this is said beside it.
        return


def _news(build: Build, said: str, tell: Tell) -> str:
    message = build.status.message
    if build.status.phase in WAITING and message not in {"", said}:
        tell(f"the build waits: {message}")
    return message
