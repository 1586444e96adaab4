"""`slipcast logs`: what a build or a pod said, and goes on to say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import aclosing
from typing import Any, Final

import click

from slipcast.api import kinds
from slipcast.api.kinds import Kind
from slipcast.builds import naming
from slipcast.cli import buildfollowing, resources, serverflags
from slipcast.cli.configbuilds import builds_of
from slipcast.cli.raw import out
from slipcast.cli.resources import Wanted
from slipcast.cli.selection import resource_of
from slipcast.cli.toolbox import Connection
from slipcast.ports.api import Resource
from slipcast.values.faults import Fault, UsageFault

BUILD: Final = kinds.require(kinds.BUILD, "Build")
POD: Final = kinds.require(kinds.CORE, "Pod")


@click.command(cls=serverflags.Command)
@click.argument("words", metavar="POD | bc/NAME | build/NAME | pod/NAME", nargs=-1)
@click.option("-f", "--follow", is_flag=True, help="Go on until the build or the pod is over.")
@click.option("--tail", type=int, default=-1, help="Only that many lines from the end.")
@click.option("--since", type=serverflags.DURATION, default="0", help="Only what is not older.")
@click.option("--since-time", default="", metavar="TIME", help="Only what is not older than that.")
@click.option("--limit-bytes", type=int, default=0, help="At most so many bytes.")
@click.option("--timestamps", is_flag=True, help="Begin each line with when it was said.")
@click.option("-p", "--previous", is_flag=True, help="The log of the build before that one.")
@click.option("--version", "number", type=int, help="Of a BuildConfig: the build of that number.")
@click.option("--nowait", is_flag=True, help="Do not wait for a build to begin.")
@click.option("-c", "--container", default="", metavar="NAME", help="The container of a pod.")
@serverflags.options
@click.pass_context
def logs(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Show logs: `logs bc/app -f` of the newest build, `logs build/app-3`, `logs POD`."""
    wanted = _wanted(words)
    _check(wanted.kind, given)
    parameters = dict(_parameters(given))

    async def work(connection: Connection) -> int:
        where = await _found(connection, wanted, given)
        if where.kind is BUILD and given["follow"]:
            await buildfollowing.follow(connection, where.name, parameters, out)
            return 0
        pieces = await connection.api.open(where, parameters)
        async with aclosing(pieces):
            async for piece in pieces:
                out(piece)
        return 0

    serverflags.run(ctx, serverflags.server_flags(given), work)


def _wanted(words: tuple[str, ...]) -> Wanted:
    """What is asked for; a bare name is a pod's.

    Errors: UsageFault.
    """
    if len(words) == 1 and "/" not in words[0]:
        return Wanted(POD, words[0])
    found = resources.parse(words)
    if len(found) != 1 or not found[0].name:
        raise UsageFault("logs of one thing are shown: POD, bc/NAME, build/NAME or pod/NAME")
    if found[0].kind.name not in {"BuildConfig", "Build", "Pod"}:
        raise UsageFault(f"cannot get the logs from {resources.said(found[0].kind)}")
    return found[0]


def _check(kind: Kind, given: dict[str, Any]) -> None:
    """See that flags go together (LG-2, LG-3).

    Errors: UsageFault.
    """
    if given["number"] is None:
        return
    if kind.name != "BuildConfig":
        raise UsageFault("cannot specify a version and a build")
    if given["previous"]:
        raise UsageFault("cannot use previous when a version is specified")
    if given["number"] <= 0:
        raise UsageFault("build version must be greater than 0")


def _parameters(given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    said = {
        "follow": given["follow"],
        "timestamps": given["timestamps"],
        "previous": given["previous"],
        "nowait": given["nowait"],
    }
    yield from ((name, "true") for name, value in said.items() if value)
    if given["since"]:
        yield "sinceSeconds", str(max(1, round(given["since"])))
    if given["since_time"]:
        yield "sinceTime", given["since_time"]
    if given["tail"] >= 0:
        yield "tailLines", str(given["tail"])
    if given["limit_bytes"]:
        yield "limitBytes", str(given["limit_bytes"])
    if given["container"]:
        yield "container", given["container"]


async def _found(connection: Connection, wanted: Wanted, given: dict[str, Any]) -> Resource:
    """Where the log is; of a BuildConfig that of its newest build (LG-1, BA-156).

    Errors: Fault; ApiFault.
    """
    if wanted.kind.name != "BuildConfig":
        return Resource(wanted.kind, connection.namespace, wanted.name, "log")
    number = given["number"]
    if number is not None:
        name = naming.build_name(wanted.name, number)
        return Resource(BUILD, connection.namespace, name, "log")
    own = await builds_of(connection, wanted.name)
    if not own:
        await connection.api.get(resource_of(wanted.kind, connection.namespace, wanted.name))
        raise Fault(f"no builds found for {wanted.name!r}")
    newest = max(own, key=lambda each: (naming.number(each) or 0, each.metadata.creation_timestamp))
    return Resource(BUILD, connection.namespace, newest.metadata.name, "log")
