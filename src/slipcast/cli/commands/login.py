"""`slipcast login`: to a server, by password, browser or token; kept in the kubeconfig."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import click
import msgspec
from msgspec.structs import replace

from slipcast.api import kinds
from slipcast.api import kubeconfig as documents
from slipcast.api.document import JSON
from slipcast.api.kubeconfig import Access
from slipcast.cli import contextnames, projects, serverflags
from slipcast.cli.toolbox import ServerFlags, Toolbox
from slipcast.ports.api import Resource
from slipcast.values.apifaults import Unauthorized
from slipcast.values.faults import Fault, PortFault, UsageFault
from slipcast.values.sensitive import Sensitive

UNKNOWN = (
    "The server's certificate is signed by an authority that this machine does not know. "
    "--certificate-authority FILE names the one to believe; --insecure-skip-tls-verify believes "
    "whoever answers, and what is typed can then be read by others."
)

ANOTHER = "Get another at SERVER/oauth/token/request, or log in by name and password: -u NAME."


class _Login(msgspec.Struct, frozen=True, kw_only=True):
    toolbox: Toolbox
    flags: ServerFlags
    before: Access

    @property
    def way(self) -> Access:
        """The way to the server, without anybody who takes it.

        Errors: Fault when the authority cannot be read.
        """
        flags, before = self.flags, self.before
        same = flags.server == before.server
        authority = before.authority if same else b""
        if flags.authority is not None:
            file = self.toolbox.directory / flags.authority
            try:
                authority = file.read_bytes()
            except OSError as fault:
                raise Fault(f"unable to read {file}: {fault.strerror}") from fault
        insecure = flags.insecure or (same and before.insecure and not flags.authority)
        return Access(
            server=flags.server,
            authority=authority,
            authority_file=before.authority_file if same and not authority else "",
            insecure=insecure,
            server_name=before.server_name if same else "",
        )

    async def token(self, user: str, password: str) -> str:
        """A token for a user and a password; what is not said is asked for.

        Errors: Fault.
        """
        user = user or click.prompt("Username", err=True)
        secret = Sensitive(password or click.prompt("Password", hide_input=True, err=True))
        try:
            return await self.toolbox.entrance.token(self.way, user, secret)
        except Unauthorized as wrong:
            raise Fault(
                "Login failed (401 Unauthorized)",
                hint="Verify you have provided the correct credentials.",
            ) from wrong

    async def browsed(self, port: int) -> str:
        """A token of whoever logs in with a browser.

        Errors: Fault.
        """
        try:
            return await self.toolbox.entrance.browsed(self.way, self._show, port)
        except Unauthorized as wrong:
            raise Fault(
                f"Login failed: {wrong.message}",
                hint="`slipcast login --web` begins again.",
            ) from wrong

    def _show(self, address: str) -> None:
        click.echo(f"Opening login URL in the default browser: {address}", err=True)
        self.toolbox.programs.show(address)

    async def done(self, token: str) -> None:
        """Look who that is, choose a project, and keep both.

        Errors: ApiFault, PortFault.
        """
        shown = replace(self.flags, token=token, namespace="")
        if self.flags.server != self.before.server:
            # What the kubeconfig says of another server is not believed of this one.
            shown = replace(shown, kubeconfig=Path(os.devnull), context="")
        async with self.toolbox.connect(shown) as connection:
            myself = Resource(kinds.require(kinds.USER, "User"), name="~")
            user = (await connection.api.get(myself)).names.name
            names = await projects.seen(connection)
        wanted = self.flags.namespace or self.before.namespace
        namespace = projects.chosen(names, wanted)
        way = replace(self.way, token=token)
        contexts = self.toolbox.contexts(self.flags)
        contexts.save(contextnames.logged_in(contexts.load(), way, user, namespace))
        click.echo("Login successful." if token != self.flags.token else _by_token(way, user))
        click.echo("\n" + "\n".join(projects.told(names, namespace)) + "\n")
        if names:
            click.echo(f'Using project "{namespace}".')


@click.command(cls=serverflags.Command)
@click.argument("url", metavar="[URL]", default="")
@click.option("-u", "--username", default="", metavar="NAME", help="As whom; asked for otherwise.")
@click.option(
    "-p",
    "--password",
    default="",
    metavar="PASSWORD",
    help="The password; asked for, and not shown, otherwise.",
)
@click.option("-w", "--web", is_flag=True, help="Log in with a browser on this machine.")
@click.option(
    "--callback-port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="PORT",
    help="Where the browser comes back to, with --web; any free port otherwise.",
)
@serverflags.options
@click.pass_context
def login(ctx: click.Context, /, url: str, **given: Any) -> None:
    """Log in to a server, and keep the way to it in the kubeconfig."""
    toolbox: Toolbox = ctx.obj
    flags = serverflags.server_flags(given)
    config: JSON = toolbox.contexts(flags).load()
    before = documents.access(config, flags.context) or Access()
    server = address(url or flags.server or before.server)
    attempt = _Login(toolbox=toolbox, flags=replace(flags, server=server), before=before)

    if given["web"] and (flags.token or given["username"] or given["password"]):
        raise UsageFault("--web goes with neither --token nor --username and --password")

    async def work() -> None:
        token = await _token(attempt, given)
        try:
            await attempt.done(token)
        except Unauthorized as wrong:
            raise Fault("The token provided is invalid or expired.", hint=ANOTHER) from wrong

    try:
        asyncio.run(work())
    except PortFault as fault:
        raise _explained(fault) from fault


async def _token(attempt: _Login, given: dict[str, Any]) -> str:
    if attempt.flags.token:
        return attempt.flags.token
    if given["web"]:
        return await attempt.browsed(given["callback_port"])
    return await attempt.token(given["username"], given["password"])


def address(text: str) -> str:
    """A server's address: https where nothing else is said.

    Errors: UsageFault when there is none.
    """
    if not text:
        raise UsageFault(
            "no server is known",
            hint="Say which: slipcast login https://HOST:8443. `slipcast server --background` "
            "starts one on this machine.",
        )
    return (text if "://" in text else f"https://{text}").rstrip("/")


def _by_token(way: Access, user: str) -> str:
    return f'Logged into "{way.server}" as "{user}" using the token provided.'


def _explained(fault: PortFault) -> Fault:
    """An authority that is not known is worth a word more."""
    if "certificate" not in fault.message.lower():
        return fault
    return PortFault(fault.message, reason=fault.reason, hint=UNKNOWN)
