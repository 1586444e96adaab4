"""`slipcast start-build`: a build is started, from what the server knows or from what is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import click
import msgspec

from slipcast.api import kinds
from slipcast.api.build import Build, BuildConfig
from slipcast.api.document import JSON
from slipcast.api.lens import read
from slipcast.builds import naming
from slipcast.cli import (
    buildfollowing,
    parameters,
    plainsecrets,
    posthooks,
    resources,
    serverflags,
    starting,
    uploading,
    webhookurls,
)
from slipcast.cli.options import together
from slipcast.cli.raw import out
from slipcast.cli.selection import resource_of
from slipcast.cli.setting import variables
from slipcast.cli.setting.variables import Env
from slipcast.cli.telling import warn
from slipcast.cli.toolbox import Connection, ServerFlags, Toolbox
from slipcast.cli.webhookcalling import Hook
from slipcast.ports.api import Resource
from slipcast.values.apifaults import ApiFault, Invalid
from slipcast.values.faults import Fault, Interrupted, PortFault, UsageFault

BUILD: Final = kinds.require(kinds.BUILD, "Build")
CONFIG: Final = kinds.require(kinds.BUILD, "BuildConfig")
UNHOOKED: Final = (
    *("from_build", "from_dir", "from_archive", "from_file", "from_repo", "commit", "exclude"),
    *("env", "build_arg", "build_loglevel", "incremental", "no_cache"),
    *("follow", "wait", "list_webhooks"),
)
"""Flags of what a webhook says or is not told."""
OF_NOTHING: Final = (
    "the build has no source: --from-dir, --from-repo, --from-archive or --from-file sends one"
)
"""What is said of the build of a configuration that waits for something to be sent (SB-23)."""
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
        with buildfollowing.left_alone(build):
            if given["follow"]:
                return await _followed(connection, build, toolbox)
            return await _ended(connection, build) if given["wait"] else 0

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
    _check_output(flags)
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


def _check_output(flags: Mapping[str, Any]) -> None:
    if flags["output"] not in {"", "name"}:
        raise UsageFault("only --output=name is supported")


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """What is started, and how.

    Shape:  request is what a BuildRequest says beside the name.
    """

    config: str = ""
    build: str = ""
    given: uploading.Given
    request: JSON

    @classmethod
    def of(cls, words: Sequence[str], flags: Mapping[str, Any]) -> Start:
        """What the command line says (section 3.2).

        Errors: UsageFault.
        """
        _check_output(flags)
        config, build = _named(words, flags)
        given = uploading.Given(
            directory=flags["from_dir"],
            archive=flags["from_archive"],
            file=flags["from_file"],
            repository=flags["from_repo"],
            commit=flags["commit"],
            exclude=flags["exclude"],
        )
        given.check()
        if build and given.is_any:
            raise UsageFault("Cannot use '--from-build' flag with binary builds")
        return cls(config=config, build=build, given=given, request=dict(_request(flags)))

    async def start(self, connection: Connection, toolbox: Toolbox) -> str:
        """Start it; the name of the build.

        Errors: Fault.
        """
        try:
            if self.given.is_any:
                return await starting.sent(
                    connection, self.config, self.given, toolbox, self.request
                )
            kind, name = (BUILD, self.build) if self.build else (CONFIG, self.config)
            subresource = "clone" if self.build else "instantiate"
            where = Resource(kind, connection.namespace, name, subresource)
            made = (await connection.api.act(where, self._body(name))).document
        except Invalid as fault:
            raise self._explained(fault, connection) from fault
        if _is_of_nothing(read(made.content, Build)):
            warn([OF_NOTHING], colour=toolbox.colour)
        return made.names.name

    def _body(self, name: str) -> JSON:
        return {
            "kind": "BuildRequest",
            "apiVersion": BUILD.api_version,
            "metadata": {"name": name},
            "triggeredBy": [{"message": "Manually triggered"}],
            **self.request,
        }

    def _explained(self, fault: Invalid, connection: Connection) -> Fault:
        """What to do about a source that is none (SB-23)."""
        if not any(cause.field == "spec.source" for cause in fault.causes):
            return fault
        if self.build:
            return Fault(
                f"Build {connection.namespace}/{self.build} has no valid source inputs and "
                "'--from-build' cannot be used for binary builds"
            )
        return Fault(
            f"Build configuration {connection.namespace}/{self.config} has no valid source inputs, "
            "if this is a binary build you must specify one of '--from-dir', '--from-repo', or "
            "'--from-file'"
        )


def _is_of_nothing(build: Build) -> bool:
    spec = build.spec
    return spec.strategy.source_strategy is not None and spec.source.type == "None"


def _named(words: Sequence[str], flags: Mapping[str, Any]) -> tuple[str, str]:
    """The BuildConfig or the build that is meant (SB-2, SB-3, SB-7, SB-8).

    Errors: UsageFault.
    """
    if flags["from_build"]:
        if words:
            raise UsageFault("a build config and --from-build may not be used together")
        return "", flags["from_build"].removeprefix("build/").removeprefix("builds/")
    if len(words) != 1:
        raise UsageFault(
            "must pass a name of a build config or specify build name with '--from-build' flag",
            hint="`slipcast get bc` shows what there is.",
        )
    if "/" not in words[0]:
        return words[0], ""
    (found,) = resources.parse(words)
    if found.kind is CONFIG:
        return found.name, ""
    if found.kind is not BUILD:
        raise UsageFault(f"invalid resource provided: {words[0]}")
    if not flags["list_webhooks"]:
        raise UsageFault("use --from-build to rerun your builds")
    return "", found.name


def _request(flags: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What a BuildRequest says (SB-14, SB-20, SB-26).

    Errors: UsageFault.
    """
    env = list(variables.assigned(flags["env"]))
    _warn(env, "slipcast set env bc/NAME --from=secret/SECRET")
    for word in flags["env"]:
        parameters.warn_of_list(word, "--env")
    if flags["build_loglevel"]:
        env.append({"name": "BUILD_LOGLEVEL", "value": flags["build_loglevel"]})
    if env:
        yield "env", env
    if flags["commit"]:
        yield "revision", {"type": "Git", "git": {"commit": flags["commit"]}}
    docker: dict[str, Any] = {}
    if flags["build_arg"]:
        docker["buildArgs"] = list(variables.assigned(flags["build_arg"]))
        _warn(docker["buildArgs"], "valueFrom.secretKeyRef of buildArgs in the BuildConfig")
    if flags["no_cache"] is not None:
        docker["noCache"] = flags["no_cache"]
    if docker:
        yield "dockerStrategyOptions", docker
    if flags["incremental"] is not None:
        yield "sourceStrategyOptions", {"incremental": flags["incremental"]}


def _warn(values: Iterable[Env], instead: str) -> None:
    plainsecrets.warn(
        ((each["name"], each["value"]) for each in values),
        "in the Build and in its image",
        f"{plainsecrets.REFER_INSTEAD}{instead}",
    )


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
