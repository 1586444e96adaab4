"""The program: THE TABLE of commands, and what every command's end becomes.

A command's module is imported when the command is called; nothing here may import one, nor what
only commands need, so that help is fast.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, NamedTuple

import click
from typing_extensions import override

from slipcast import __version__
from slipcast.cli import faults, leading
from slipcast.cli.faults import Manner
from slipcast.values.faults import Fault, Interrupted

if TYPE_CHECKING:
    from slipcast.cli.toolbox import Toolbox

WIDTH = 100


class Row(NamedTuple):
    """A command: its name, where it is, and what it does."""

    name: str
    place: str
    summary: str
    manner: Manner = Manner.OWN


COMMANDS = (
    Row("build", "slipcast.cli.commands.build:build", "Build an image from source code."),
    Row("run", "slipcast.cli.commands.run:run", "Start an image and print where it answers."),
    Row("detect", "slipcast.cli.commands.detect:detect", "Say what a source is, and why."),
    Row("builders", "slipcast.cli.commands.builders:builders", "List and make builder images."),
    Row("demo", "slipcast.cli.commands.demo:demo", "Show all of it with an example application."),
    Row("get", "slipcast.cli.commands.get:get", "Show objects, and how they change.", Manner.API),
    Row(
        "describe",
        "slipcast.cli.commands.describe:describe",
        "Describe objects in detail.",
        Manner.API,
    ),
    Row(
        "status",
        "slipcast.cli.commands.status:status",
        "Show a project as a whole, and what is wrong in it.",
        Manner.API,
    ),
    Row(
        "api-resources",
        "slipcast.cli.commands.apiresources:apiresources",
        "Show the types of objects.",
        Manner.API,
    ),
    Row(
        "api-versions",
        "slipcast.cli.commands.apiresources:apiversions",
        "Show the groups of the API.",
        Manner.API,
    ),
    Row(
        "whoami",
        "slipcast.cli.commands.whoami:whoami",
        "Show as whom you are logged in.",
        Manner.API,
    ),
    Row(
        "version",
        "slipcast.cli.commands.version:version",
        "Show the versions of client and server.",
        Manner.API,
    ),
    Row(
        "new-app",
        "slipcast.cli.commands.newapp:newapp",
        "Make an application of source, images and templates.",
        Manner.API,
    ),
    Row(
        "new-build",
        "slipcast.cli.commands.newbuild:newbuild",
        "Make what builds an image of source.",
        Manner.API,
    ),
    Row("create", "slipcast.cli.commands.create:create", "Create objects.", Manner.API),
    Row(
        "apply", "slipcast.cli.commands.apply:apply", "Bring objects to what files say.", Manner.API
    ),
    Row("diff", "slipcast.cli.commands.diff:diff", "Show what apply would change.", Manner.API),
    Row("replace", "slipcast.cli.commands.replace:replace", "Replace objects whole.", Manner.API),
    Row("edit", "slipcast.cli.commands.edit:edit", "Change objects in an editor.", Manner.API),
    Row("patch", "slipcast.cli.commands.patch:patch", "Change objects in part.", Manner.API),
    Row(
        "scale",
        "slipcast.cli.commands.scale:scale",
        "Say how many pods there should be.",
        Manner.API,
    ),
    Row("label", "slipcast.cli.commands.label:label", "Label objects.", Manner.API),
    Row("annotate", "slipcast.cli.commands.annotate:annotate", "Annotate objects.", Manner.API),
    Row("delete", "slipcast.cli.commands.delete:delete", "Delete objects.", Manner.API),
    Row(
        "start-build",
        "slipcast.cli.commands.startbuild:startbuild",
        "Start a build, of what the server knows or of what is sent.",
        Manner.API,
    ),
    Row(
        "cancel-build",
        "slipcast.cli.commands.cancelbuild:cancelbuild",
        "End builds.",
        Manner.API,
    ),
    Row("logs", "slipcast.cli.commands.logs:logs", "Show what builds said.", Manner.API),
    Row(
        "build-logs",
        "slipcast.cli.commands.buildlogs:buildlogs",
        "What logs was called before.",
        Manner.API,
    ),
    Row("tag", "slipcast.cli.commands.tag:tag", "Set tags of image streams.", Manner.API),
    Row(
        "import-image",
        "slipcast.cli.commands.importimage:importimage",
        "Look images up, and take them into a stream.",
        Manner.API,
    ),
    Row(
        "process",
        "slipcast.cli.commands.process:process",
        "Fill in a template.",
        Manner.API,
    ),
    Row(
        "export",
        "slipcast.cli.commands.export:export",
        "Print objects as they can be made again elsewhere.",
        Manner.API,
    ),
    Row(
        "expose",
        "slipcast.cli.commands.expose:expose",
        "Lead to what is there, by a route or a service.",
        Manner.API,
    ),
    Row("set", "slipcast.cli.commands.set:set_", "Change parts of objects.", Manner.API),
    Row("wait", "slipcast.cli.commands.wait:wait", "Wait for objects.", Manner.API),
    Row("login", "slipcast.cli.commands.login:login", "Log in to a server.", Manner.API),
    Row("logout", "slipcast.cli.commands.logout:logout", "End the session.", Manner.API),
    Row(
        "registry",
        "slipcast.cli.commands.registry:registry",
        "Reach the integrated registry.",
        Manner.API,
    ),
    Row(
        "project",
        "slipcast.cli.commands.project:project",
        "Show or change the project.",
        Manner.API,
    ),
    Row("projects", "slipcast.cli.commands.project:every", "Show the projects.", Manner.API),
    Row("new-project", "slipcast.cli.commands.project:new", "Ask for a project.", Manner.API),
    Row("config", "slipcast.cli.commands.config:config", "Change the kubeconfig.", Manner.API),
    Row("auth", "slipcast.cli.commands.auth:auth", "Ask what may be done.", Manner.API),
    Row("policy", "slipcast.cli.commands.policy:policy", "Give and take roles.", Manner.API),
    Row("adm", "slipcast.cli.commands.adm:adm", "What administrators do.", Manner.API),
    Row(
        "serviceaccounts",
        "slipcast.cli.commands.serviceaccounts:serviceaccounts",
        "Tokens of service accounts.",
        Manner.API,
    ),
    Row(
        "secrets",
        "slipcast.cli.commands.secrets:secrets",
        "Secrets of service accounts.",
        Manner.API,
    ),
    Row("server", "slipcast.cli.commands.server:server", "Serve the API that all this is kept in."),
    Row(
        "s2i",
        "slipcast.cli.commands.s2i:s2i",
        "Everything the s2i tool does, with its flags.",
        Manner.S2I,
    ),
    Row("doctor", "slipcast.cli.commands.doctor:doctor", "Look at what this machine allows."),
)
"""THE TABLE of commands, in the order help lists them."""


class Program(click.Group):
    """The group of all commands, imported one by one."""

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return [row.name for row in COMMANDS]

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        row = next((row for row in COMMANDS if row.name == cmd_name), None)
        if row is None:
            return None
        module, _, name = row.place.partition(":")
        command = getattr(importlib.import_module(module), name)
        assert isinstance(command, click.Command)  # noqa: S101 -- the table names commands only
        return command

    @override
    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except Interrupted as fault:
            # Click would say of a KeyboardInterrupt that somebody aborted.
            raise faults.Ended(fault, ctx) from fault

    @override
    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(row.name, row.summary) for row in COMMANDS])


@click.group(
    cls=Program,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "terminal_width": WIDTH,
        "max_content_width": WIDTH,
    },
    invoke_without_command=True,
)
@click.version_option(__version__, prog_name="slipcast", message="%(prog)s %(version)s")
@click.pass_context
def slipcast(ctx: click.Context) -> None:
    """Source code in, running container images out."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def run(argv: list[str], toolbox: Toolbox) -> int:
    """Run a command line to its end; the exit code."""
    moved = leading.behind(argv)
    manner = next((row.manner for row in COMMANDS if moved[:1] == [row.name]), Manner.OWN)
    argv = moved if manner is Manner.API else argv
    try:
        code = slipcast.main(argv, prog_name="slipcast", standalone_mode=False, obj=toolbox)
    except Exception as fault:  # noqa: BLE001 -- one of the places where faults end
        return _ended(fault, manner, toolbox)
    return code if isinstance(code, int) else 0


def _ended(fault: Exception, manner: Manner, toolbox: Toolbox) -> int:
    code = 1
    match fault:
        case click.exceptions.Exit():
            code = fault.exit_code
        case click.Abort():
            code = Interrupted.default_exit_code
        case BrokenPipeError():
            pass
        case faults.Ended():
            code = _told(fault.fault, fault.ctx, manner)
        case Fault():
            code = _told(fault, None, manner)
        case click.ClickException():
            faults.report_click(fault, manner)
            _show_help(getattr(fault, "ctx", None), manner)
            code = faults.exit_code(fault, manner)
        case _:
            code = faults.report_bug(fault, toolbox.record_bug)
    return code


def _told(fault: Fault, ctx: click.Context | None, manner: Manner) -> int:
    level = ctx.params.get("loglevel", 0) if ctx else 0
    faults.report(fault, manner, level=level if isinstance(level, int) else 0)
    if faults.is_usage(fault, manner):
        _show_help(ctx, manner)
    code = faults.exit_code(fault, manner)
    if ctx is None:
        return code
    from slipcast.cli import outputs  # noqa: PLC0415 -- only a command that ran needs it

    if outputs.is_json(ctx):
        outputs.emit(outputs.failure_document(fault, ctx.meta.get(outputs.STAGES, ()), code))
    return code


def _show_help(ctx: click.Context | None, manner: Manner) -> None:
    if ctx is None:
        return
    if manner is Manner.S2I:
        click.echo(ctx.get_help(), err=True)
    elif manner is Manner.API:
        click.echo(f"See '{ctx.command_path} --help' for usage.", err=True)
    else:
        click.echo(f"Try '{ctx.command_path} --help'.", err=True)
