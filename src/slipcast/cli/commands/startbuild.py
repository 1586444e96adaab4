"""`slipcast start-build`: a build is started, from what the server knows or from what is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

import click

from slipcast.api.build import Build, BuildConfig
from slipcast.api.lens import read
from slipcast.builds import naming
from slipcast.cli import (
    buildfollowing,
    buildwaiting,
    posthooks,
    serverflags,
    webhookurls,
)
from slipcast.cli.options import together
from slipcast.cli.raw import out
from slipcast.cli.selection import resource_of
from slipcast.cli.startrequests import BUILD, CONFIG, Start, check_output
from slipcast.cli.telling import warn
from slipcast.cli.toolbox import Connection, ServerFlags, Toolbox
from slipcast.cli.webhookcalling import Hook
from slipcast.values.apifaults import ApiFault
from slipcast.values.faults import Fault, Interrupted, PortFault, UsageFault

UNHOOKED: Final = (
    *("from_build", "from_dir", "from_archive", "from_file", "from_repo", "commit", "exclude"),
    *("env", "build_arg", "build_loglevel", "incremental", "no_cache"),
    *("follow", "wait", "list_webhooks"),
)
"""Flags of what a webhook says or is not told."""
INSTALL: Final = "\0"
"""What --git-post-receive says when nothing stands behind it."""

source_options = together(
    click.option("--from-build", default="", metavar="BUILD", help="Do again what a build did."),
    click.option("--from-dir", default="", metavar="DIR|URL|-", help="Build a directory."),
    click.option("--from-archive", default="", metavar="FILE|URL|-", help="Build an archive."),
    click.option("--from-file", default="", metavar="FILE|URL", help="Build a single file."),
    click.option("--from-repo", default="", metavar="DIR", help="Build a commit of a repository."),
    click.option("--commit", default="", metavar="REF", help="The commit to build."),
    click.option(
        "--exclude",
        metavar="REGEX",
        help="Paths of --from-dir that are not sent. Default: .git; empty: everything is.",
    ),
)
webhook_options = together(
    click.option(
        "--from-webhook",
        default="",
        metavar="URL|@FILE",
        help="Call a generic webhook; its address may be in a file.",
    ),
    click.option(
        "--git-post-receive",
        default="",
        is_flag=False,
        flag_value=INSTALL,
        metavar="FILE|-",
        help="What git told a post-receive hook; goes to --from-webhook. With a name instead, and "
        "nothing behind it: set up such a hook.",
    ),
    click.option(
        "--git-repository",
        default="",
        metavar="DIR",
        help="The repository of that hook. Default: the current directory.",
    ),
)
build_options = together(
    click.option(
        "-e", "--env", multiple=True, metavar="KEY=VALUE", help="Variable of the build. Repeatable."
    ),
    click.option(
        "--build-arg", multiple=True, metavar="KEY=VALUE", help="ARG of the Dockerfile. Repeatable."
    ),
    click.option("--build-loglevel", default="", metavar="N", help="How much the builder says."),
    click.option("--incremental/--no-incremental", default=None, help="Keep what was fetched."),
    click.option("--no-cache/--cache", default=None, help="Use no layer of an earlier build."),
)


@click.command("start-build", cls=serverflags.Command)
@click.argument("words", metavar="[bc/NAME]", nargs=-1)
@source_options
@webhook_options
@build_options
@click.option("-F", "--follow", is_flag=True, help="Show its log; end as it ends.")
@click.option("-w", "--wait", is_flag=True, help="Wait until it is over; end as it ends.")
@click.option("--list-webhooks", default="", metavar="TYPE", help="all, generic, github, …")
@click.option("-o", "--output", default="", metavar="name", help="name: print just its name.")
@serverflags.options
@click.pass_context
def startbuild(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Start a build: `start-build app`, `start-build app --from-dir=. --follow`."""
    toolbox: Toolbox = ctx.obj
    flags = serverflags.server_flags(given)
    hook = _hook(words, given, toolbox)
    if hook is not None:
        asyncio.run(_called(hook, flags, toolbox, given["output"]))
        return
    wanted = Start.of(words, given)

    async def work(connection: Connection) -> int:
        if given["git_post_receive"]:
            repository = posthooks.repository_of(toolbox, given["git_repository"])
            click.echo(await posthooks.set_up(connection, wanted.config, repository))
            return 0
        if given["list_webhooks"]:
            return await _list_webhooks(connection, wanted, given["list_webhooks"])
        build = await wanted.start(connection, toolbox)
        _tell(build, given["output"])
        if not (given["follow"] or given["wait"]):
            return 0
        with buildfollowing.left_alone(build):
            end = (
                _followed(connection, build, toolbox)
                if given["follow"]
                else _ended(connection, build)
            )
            return await buildwaiting.explained(connection, build, _say, end)

    serverflags.run(ctx, flags, work)


def _tell(build: str, output: str) -> None:
    click.echo(f"build/{build}" if output else f"build.{BUILD.group}/{build} started")


def _hook(words: Sequence[str], flags: Mapping[str, Any], toolbox: Toolbox) -> Hook | None:
    """The webhook that is to be called, if one is (SB-4).

    Errors: UsageFault.
    """
    received = flags["git_post_receive"]
    if not flags["from_webhook"]:
        _check_set_up(words, flags)
        return None
    if received == INSTALL:
        raise UsageFault("--git-post-receive takes a file or - where --from-webhook is given")
    check_output(flags)
    odd = next((name for name in UNHOOKED if flags[name] not in ("", (), None, False)), "")
    if words or odd:
        what = f"--{odd.replace('_', '-')}" if odd else "a build config"
        raise UsageFault(f"{what} and --from-webhook may not be used together")
    return Hook.of(flags["from_webhook"], received, flags["git_repository"], toolbox)


def _check_set_up(words: Sequence[str], flags: Mapping[str, Any]) -> None:
    """See that a hook is set up of one build config and of nothing else, if one is.

    Errors: UsageFault.
    """
    if flags["git_post_receive"] == INSTALL and len(words) == 1:
        odd = next((name for name in UNHOOKED if flags[name] not in ("", (), None, False)), "")
        if odd:
            what = f"--{odd.replace('_', '-')}"
            raise UsageFault(f"{what} does not go with setting up a post-receive hook")
    elif flags["git_post_receive"] or flags["git_repository"]:
        raise UsageFault(
            "--git-post-receive and --git-repository go with --from-webhook",
            hint="To set up a hook: slipcast start-build NAME --git-repository=DIR "
            "--git-post-receive",
        )


async def _called(hook: Hook, flags: ServerFlags, toolbox: Toolbox, output: str) -> None:
    """Call a webhook, and tell what it started (SB-72).

    Errors: Fault.
    """
    warn(hook.warnings, colour=toolbox.colour)
    done = await hook.call(toolbox, flags)
    warn(done.warnings, colour=toolbox.colour)
    if done.build:
        _tell(done.build, output)


def _say(text: str) -> None:
    click.echo(text, err=True)


async def _followed(connection: Connection, name: str, toolbox: Toolbox) -> int:
    """Show the log of a build and end as it ends (SB-60, SB-61)."""
    try:
        await buildfollowing.follow(connection, name, {}, out)
    except (ApiFault, PortFault) as fault:
        # The log is one thing, how the build ends another (UP-1).
        warn([f"the log cannot be shown: {fault.message}"], colour=toolbox.colour)
        return await _ended(connection, name)
    return await _ended(connection, name, shown=True)


async def _ended(connection: Connection, name: str, *, shown: bool = False) -> int:
    """Wait for the end of a build, and end as it did.

    Errors: Fault.
    """
    try:
        build = await buildfollowing.end(connection, name)
        if not shown:
            build = await buildfollowing.with_last_words(connection, build)
    except Interrupted:
        raise
    except (ApiFault, PortFault) as fault:
        raise Fault(
            f"how the build {connection.namespace}/{name} ends cannot be seen: {fault.message}",
            hint=f"`slipcast get build {name}` tells it later.",
            exit_code=buildfollowing.GIVEN_UP,
        ) from fault
    failed = buildfollowing.failure(build)
    if failed is not None:
        raise failed if not shown else Fault(failed.message)
    return 0


async def _list_webhooks(connection: Connection, wanted: Start, sort: str) -> int:
    """Show the addresses that start builds of a BuildConfig (SB-70, SB-71).

    Errors: UsageFault; Fault; ApiFault.
    """
    webhookurls.check(sort)
    name = wanted.config
    if wanted.build:
        where = resource_of(BUILD, connection.namespace, wanted.build)
        name = naming.config_name(read((await connection.api.get(where)).content, Build))
        if not name:
            raise Fault(f"the build {wanted.build} came from no build configuration")
    found = await connection.api.get(resource_of(CONFIG, connection.namespace, name))
    config = read(found.content, BuildConfig)
    for line in webhookurls.lines(config, connection.access.server, sort):
        click.echo(line)
    return 0
