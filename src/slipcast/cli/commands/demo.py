"""`slipcast demo`: from an example's source to its answer, by the commands one would use."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, TypeVar

import click
import msgspec

from slipcast.cli import answering, demonstrating
from slipcast.cli.demonstrating import APPLICATION, EXAMPLE, LANGUAGE, PROJECT, shown
from slipcast.cli.goflags import Command
from slipcast.cli.printable import printable
from slipcast.cli.toolbox import Connection, EngineFlags, ServerFlags, Toolbox, Tools
from slipcast.ports.launcher import Launched
from slipcast.ports.running import Running
from slipcast.values.faults import Fault

T = TypeVar("T")

NAME: Final = "slipcast"
USUAL_PORT: Final = 8443


@click.command(cls=Command)
@click.option("--remove", is_flag=True, help="Take away what an earlier demonstration made.")
@click.pass_context
def demo(ctx: click.Context, /, *, remove: bool) -> None:
    """Build an example application, run it, and print what it answers.

    Starts the server if none runs, and shows each command that it uses.
    """
    toolbox: Toolbox = ctx.obj
    stage = Stage(ctx=ctx, toolbox=toolbox, program=_program())
    if remove:
        _remove(stage)
    else:
        _demonstrate(stage)


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """Where commands are shown and carried out; program is how ours is called here."""

    ctx: click.Context
    toolbox: Toolbox
    program: str

    @property
    def server(self) -> Running | None:
        """The server of this machine."""
        state = self.toolbox.environment.get("SLIPCAST_STATE_DIR")
        return self.toolbox.daemon.status(Path(state).absolute() if state else None)

    @property
    def way(self) -> tuple[str, ...]:
        """The flags by which a command finds that server, where it would find another."""
        server = self.server
        if server is None or not self.toolbox.environment.get("KUBECONFIG"):
            return ()
        return ("--kubeconfig", str(server.kubeconfig))

    def tell(self, text: str) -> None:
        """A line of our own."""
        click.secho(f"\n{text}", bold=self.toolbox.colour or None)

    def do(self, *words: str) -> None:
        """Show a command and carry it out.

        Errors: Fault when it does not succeed.
        """
        self.tell(f"$ {shown(self.program, words)}")
        root = self.ctx.find_root().command
        code = root.main(words, prog_name=NAME, standalone_mode=False, obj=self.toolbox)
        if code:
            raise Fault(f"{shown(NAME, words)} ended with status {code}")

    def asked(self, ask: Callable[[Connection], Awaitable[T]]) -> T:
        """The answer to a question to that server.

        Errors: Fault.
        """
        server = self.server
        flags = ServerFlags(
            kubeconfig=server.kubeconfig if server is not None else None, namespace=PROJECT
        )

        async def answered() -> T:
            async with self.toolbox.connect(flags) as connection:
                return await ask(connection)

        return asyncio.run(answered())


def _demonstrate(stage: Stage) -> None:
    tools = stage.toolbox.tools(EngineFlags())
    demonstrating.check(stage.toolbox.host, tools.engine)
    tree = stage.toolbox.examples.lay_out(EXAMPLE, APPLICATION)
    offers = [each for each in tools.builders.list() if LANGUAGE in each.builder.supports]
    if not any(each.present for each in offers):
        stage.do("builders", "build", offers[0].builder.name)
    if stage.server is None:
        free = answering.is_free(USUAL_PORT)
        stage.do("server", "--background", *(() if free else ("--listen", "127.0.0.1:0")))
    else:
        stage.do("server", "--status")
    if stage.asked(demonstrating.made):
        stage.tell(f"The project {PROJECT} is made, where all of it will be.")
    here = ("-n", PROJECT, *stage.way)
    stage.do("new-app", str(tree), *here)
    stage.do("logs", "-f", f"bc/{APPLICATION}", *here)
    stage.do("get", "build", stage.asked(demonstrating.built), *here)
    before = _container(tools)
    # Of the usual port it cannot be known whether another engine's container has it.
    stage.do("run", f"is/{APPLICATION}", "--name", PROJECT, "--port", "0", *here)
    started = _container(tools)
    if started is None or not started.ports:
        raise Fault(f"the container {PROJECT} has no port")
    if before is not None and before.image != started.image:
        tools.engine.remove(before.image)
    port = started.ports[0][0]
    stage.tell(f"GET http://{answering.LOOPBACK}:{port}/")
    click.echo(printable(answering.said(port)))
    done, *rest = demonstrating.how_to_go_on(stage.program, tree, stage.way)
    stage.tell(done)
    click.echo("\n".join(rest))


def _remove(stage: Stage) -> None:
    """Take everything away but the builder image and the server."""
    tools = stage.toolbox.tools(EngineFlags())
    container = _container(tools)
    if container is not None:
        tools.launcher.stop(container.name)
        tools.engine.remove(container.image)
        click.echo(f"The container {container.name} is gone, and its image.")
    if stage.toolbox.examples.take_away(APPLICATION):
        click.echo("The example's repository is gone.")
    if stage.server is None:
        click.echo(
            f"No server runs. What it may have of the project {PROJECT} goes by "
            f"`{shown(stage.program, ('server', '--background'))}` and this command.",
            err=True,
        )
    elif stage.asked(demonstrating.there):
        stage.do("delete", "namespace", PROJECT, *stage.way)
    click.echo("Builder images stay, and so does the server.")


def _container(tools: Tools) -> Launched | None:
    return next((each for each in tools.launcher.list() if each.name == PROJECT), None)


def _program() -> str:
    """How the program is called where this one was."""
    called = sys.argv[0]
    return called if Path(called).name == NAME and shutil.which(NAME) != called else NAME
