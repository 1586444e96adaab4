"""The flags of every command that speaks to a server, and the running of such a command.

A command is written like this:

    @click.command(cls=serverflags.Command)
    @serverflags.options
    @click.pass_context
    def thing(ctx: click.Context, /, **given: Any) -> None:
        flags = serverflags.server_flags(given)

        async def work(connection: Connection) -> int: ...

        serverflags.run(ctx, flags, work)

Source: kubectl options.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import click

from slipcast.cli.goflags import Command as Command  # noqa: PLC0414 -- said again on purpose
from slipcast.cli.options import FILE, Parsed, together
from slipcast.cli.toolbox import Connection, ServerFlags, Toolbox
from slipcast.values import patterns
from slipcast.values.faults import UsageFault

Work = Callable[[Connection], Awaitable[int]]

_PART: Final = patterns.lazy(r"([0-9]+(?:\.[0-9]*)?)(ms|s|m|h)")
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def duration(text: str) -> float:
    """A duration as Go programs take it: `5s`, `1m30s`, `0`; bare digits are seconds.

    Errors: UsageFault.
    """
    if text.isdecimal():
        return float(text)
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise UsageFault(f"invalid duration {text!r}", hint="Write it like 30s or 2m.")
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


DURATION: Final = Parsed("DURATION", duration)

options = together(
    click.option("--kubeconfig", type=FILE, help="The kubeconfig to use."),
    click.option("--context", default="", help="The context of the kubeconfig to use."),
    click.option("-n", "--namespace", default="", help="The namespace. Default: the context's."),
    click.option("-s", "--server", default="", metavar="URL", help="The server to speak to."),
    click.option("--token", default="", help="The bearer token to show."),
    click.option(
        "--certificate-authority", type=FILE, help="Certificates that vouch for the server."
    ),
    click.option(
        "--insecure-skip-tls-verify", is_flag=True, help="Believe the server whatever it shows."
    ),
    click.option("--as", "impersonate", default="", metavar="USER", help="Act as another user."),
    click.option(
        "--as-group", metavar="GROUP", multiple=True, help="Act as in a group. Repeatable."
    ),
    click.option(
        "--request-timeout",
        type=DURATION,
        default="0",
        help="How long one answer may take, such as 5s or 2m; 0: as long as usual.",
    ),
)
"""Which server, as whom, in which namespace."""

everywhere = click.option("-A", "--all-namespaces", is_flag=True, help="In all namespaces.")


def server_flags(given: dict[str, Any]) -> ServerFlags:
    """What the flags of `options` said."""
    return ServerFlags(
        kubeconfig=given["kubeconfig"],
        context=given["context"],
        namespace=given["namespace"],
        server=given["server"],
        token=given["token"],
        authority=given["certificate_authority"],
        insecure=given["insecure_skip_tls_verify"],
        impersonate=given["impersonate"],
        groups=given["as_group"],
        timeout=given["request_timeout"],
    )


def run(ctx: click.Context, flags: ServerFlags, work: Work) -> None:
    """Connect, do the work, and end the command with the exit code that it returns."""
    toolbox: Toolbox = ctx.obj

    async def connected() -> int:
        async with toolbox.connect(flags) as connection:
            return await work(connection)

    code = asyncio.run(connected())
    if code:
        ctx.exit(code)
