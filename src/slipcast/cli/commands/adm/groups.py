"""`slipcast adm groups`: groups of people, made, filled and emptied."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import click

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.cli import goflags, granting, serverflags, writing
from slipcast.cli.options import together
from slipcast.cli.output import form as forms
from slipcast.cli.telling import Telling
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.cli.writing import Manner
from slipcast.ports.api import Resource

GROUPS = Resource(kinds.require(kinds.USER, "Group"))

Change = Callable[[Sequence[str], Sequence[str]], list[str]]
"""The members of a group, those there are and those that are named, into those there will be."""

Work = Callable[[Connection, Manner, Telling], Awaitable[None]]

_options = together(
    click.argument("group", metavar="GROUP"), forms.whole, writing.trial, serverflags.options
)


@click.group(cls=goflags.Group)
def groups() -> None:
    """Groups of people, who have the roles that are given to the group."""


@groups.command(cls=serverflags.Command)
@_options
@click.argument("users", metavar="[USER…]", nargs=-1)
@click.pass_context
def new(ctx: click.Context, /, group: str, users: tuple[str, ...], **given: Any) -> None:
    """Make a group."""
    content = {"metadata": {"name": group}, "users": added((), users)}

    async def work(connection: Connection, manner: Manner, telling: Telling) -> None:
        made: JSON = content
        if not manner.is_local:
            answer = await connection.api.create(GROUPS, content, manner.write)
            made = answer.document.content
        telling.became(GROUPS.kind, made, "created")

    _run(ctx, given, work)


@groups.command("add-users", cls=serverflags.Command)
@_options
@click.argument("users", metavar="USER…", nargs=-1, required=True)
@click.pass_context
def add_users(ctx: click.Context, /, group: str, users: tuple[str, ...], **given: Any) -> None:
    """Put people into a group."""
    _change(ctx, given, group, users, "added")


@groups.command("remove-users", cls=serverflags.Command)
@_options
@click.argument("users", metavar="USER…", nargs=-1, required=True)
@click.pass_context
def remove_users(ctx: click.Context, /, group: str, users: tuple[str, ...], **given: Any) -> None:
    """Take people out of a group."""
    _change(ctx, given, group, users, "removed")


def added(held: Sequence[str], named: Sequence[str]) -> list[str]:
    """The members and those that are named, each once."""
    return list(dict.fromkeys((*held, *named)))


def removed(held: Sequence[str], named: Sequence[str]) -> list[str]:
    """The members but for those that are named."""
    return [each for each in held if each not in named]


CHANGES: dict[str, Change] = {"added": added, "removed": removed}


def _change(
    ctx: click.Context, given: dict[str, Any], group: str, users: tuple[str, ...], what: str
) -> None:
    async def work(connection: Connection, manner: Manner, telling: Telling) -> None:
        place = GROUPS.named(group)
        content = (await connection.api.get(place)).content
        content["users"] = CHANGES[what](content.get("users") or (), users)
        if not manner.is_local:
            content = (await connection.api.update(place, content, manner.write)).document.content
        telling.became(GROUPS.kind, content, f"{what}: {granting.targets(users)}")

    _run(ctx, given, work)


def _run(ctx: click.Context, given: dict[str, Any], work: Work) -> None:
    toolbox: Toolbox = ctx.obj
    manner = Manner.of(given)
    form = forms.form_of(given, toolbox.directory)

    async def told(connection: Connection) -> int:
        telling = Telling(form, connection.clock, dry=manner.dry, colour=toolbox.colour)
        await work(connection, manner, telling)
        return telling.code

    serverflags.run(ctx, serverflags.server_flags(given), told)
