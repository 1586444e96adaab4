"""One object from flags: what every command below `create` does with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import click

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.cli import applying, serverflags, writing
from slipcast.cli.options import together
from slipcast.cli.output import form as forms
from slipcast.cli.selection import resource_of
from slipcast.cli.telling import Telling
from slipcast.cli.toolbox import Connection, Toolbox
from slipcast.cli.writing import Manner
from slipcast.values.apifaults import ApiFault
from slipcast.values.faults import Fault

MANAGER: Final = "kubectl-create"

saving = click.option(
    "--save-config", is_flag=True, help="Keep the configuration in the object, for apply."
)
options = together(
    forms.whole,
    writing.options(MANAGER),
    writing.strictness,
    saving,
    serverflags.options,
    click.pass_context,
)
"""The flags of a command that makes one object."""

name = click.argument("name", metavar="NAME")
"""What the object is to be called."""


def from_flags(ctx: click.Context, given: dict[str, Any], content: JSON) -> None:
    """Make the object, or show what would be made."""
    run(ctx, given, lambda _namespace: content)


def run(ctx: click.Context, given: dict[str, Any], content_in: Callable[[str], JSON]) -> None:
    """Make the object, which may depend on the namespace it is made in."""
    toolbox: Toolbox = ctx.obj
    given = inherited(ctx, given)
    flags = serverflags.server_flags(given)
    manner = Manner.of(given)
    form = forms.form_of(given, toolbox.directory)

    async def work(connection: Connection) -> int:
        content = content_in(connection.namespace)
        kind = kinds.of(content["apiVersion"], content["kind"])
        assert kind is not None  # noqa: S101 -- generators make kinds of the table only
        if kind.namespaced and flags.namespace:
            content = applying.placed(content, connection.namespace)
        if given["save_config"]:
            content = applying.remembered(content)
        telling = Telling(form, connection.clock, dry=manner.dry, colour=toolbox.colour)
        if manner.is_local:
            telling.became(kind, content, "created")
            return 0
        try:
            where = resource_of(kind, connection.namespace)
            answer = await connection.api.create(where, content, manner.write)
        except ApiFault as refused:
            if kind.name in {"Namespace", "Role"}:
                raise
            raise Fault(f"failed to create {kind.singular}: {refused.message}") from refused
        telling.warn(*answer.warnings)
        telling.did(answer.document, "created")
        return telling.code

    serverflags.run(ctx, flags, work)


def inherited(ctx: click.Context, given: dict[str, Any]) -> dict[str, Any]:
    """The flags of a command, and those that were said before its name."""
    parent = ctx.parent
    if parent is None:
        return given
    said = {
        field: value
        for field, value in parent.params.items()
        if field in given and _was_said(parent, field) and not _was_said(ctx, field)
    }
    return {**given, **said}


def _was_said(ctx: click.Context, field: str) -> bool:
    return ctx.get_parameter_source(field) is click.core.ParameterSource.COMMANDLINE
