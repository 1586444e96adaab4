"""`slipcast s2i build`.

Source: s2i command reference (S2I-1, S2I-16 to 61, S2I-253, S2I-290).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace
from typing_extensions import override

from slipcast.builds.s2i.request import S2IRequest
from slipcast.cli import flags, local, outputs
from slipcast.cli.building import Building, lines
from slipcast.cli.commands.s2i import request as requests
from slipcast.cli.commands.s2i import saved
from slipcast.cli.faults import Manner
from slipcast.cli.goflags import Command, rewritten
from slipcast.cli.progress import Lines
from slipcast.cli.toolbox import Toolbox, Tools
from slipcast.ports.s2i import S2IResult
from slipcast.values.faults import FieldError, InvalidFault


class SavedCommand(Command):
    """A command that can take what was not given from the last saved command line."""

    @override
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        raw = self._raw(ctx, args)
        if raw.get("use_config"):
            stored = saved.read(ctx.obj.directory)
            args = [*saved.tokens(stored, self, ctx, raw), *args]
            ctx.meta[saved.KEY] = stored
            ctx.meta[saved.RAW] = self._raw(ctx, args)
        return super().parse_args(ctx, args)

    def _raw(self, ctx: click.Context, args: list[str]) -> saved.Raw:
        with click.core.augment_usage_errors(ctx):
            words = rewritten(args, self.get_params(ctx))
        raw, _, _ = self.make_parser(ctx).parse_args(words)
        return raw


@click.command(cls=SavedCommand)
@click.argument("words", metavar="SOURCE IMAGE [TAG]", nargs=-1)
@requests.source
@requests.shared
@click.option("--run", is_flag=True, help="Run the image afterwards, until Ctrl-C.")
@click.option("--as-dockerfile", default="", metavar="FILE", help="Write a Dockerfile instead.")
@click.option("--use-config", is_flag=True, help="Read and write the command line in .s2ifile.")
@outputs.options
@click.option("--watch", is_flag=True, help="Build again whenever the local source changes.")
@click.pass_context
def build(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> None:
    """Build an image from SOURCE with the builder image IMAGE, and call it TAG.

    SOURCE is a Git URL (with #ref), or a directory. Without TAG the image is left untagged and its
    id is printed.
    """
    toolbox: Toolbox = ctx.obj
    progress = lines(toolbox, level=given["loglevel"], quiet=given["quiet"])
    source, image, tag = _words(words, ctx.meta.get(saved.KEY), ctx)
    request = requests.request(
        toolbox, given, progress.warn, source=source, builder_image=image, tag=tag
    )
    _refused(request, given)
    if given["use_config"]:
        saved.write(toolbox.directory, (source, image, tag), build, ctx)
    tools = toolbox.tools(flags.engine_flags(given))
    if given["as_dockerfile"]:
        _dockerfile(toolbox, tools, request, given["as_dockerfile"], progress)
        return
    _answering(tools)
    building = Building(
        toolbox=toolbox,
        tools=tools,
        progress=progress,
        outputs=outputs.chosen(given),
        manner=Manner.S2I,
        watched=_watched(request) if given["watch"] else None,
    )
    result = building.carry_out(
        lambda destination: tools.s2i.build(replace(request, push_to=destination), progress)
    )
    if given["run"]:
        _run(tools, result, progress, image)


def _words(
    words: tuple[str, ...], stored: saved.Stored | None, ctx: click.Context
) -> tuple[str, str, str]:
    if len(words) > 3:  # noqa: PLR2004 - SOURCE, IMAGE and TAG
        raise click.UsageError(f"Too many arguments: {' '.join(words[3:])}", ctx=ctx)
    kept = stored.words if stored is not None else ("", "", "")
    filled = (*words, *kept[len(words) :])
    source, image, tag = filled
    return source, image, tag


def _refused(request: S2IRequest, given: dict[str, Any]) -> None:
    errors = []
    if not request.source:
        errors.append(FieldError(path="source", what="is missing"))
    if not request.builder_image:
        errors.append(FieldError(path="builder image", what="is missing"))
    if request.incremental and request.runtime_image:
        errors.append(
            FieldError(
                path="--incremental", what="Incremental build with runtime image isn't supported"
            )
        )
    if given["as_dockerfile"]:
        errors.extend(
            FieldError(path=f"--{name.replace('_', '-')}", what="cannot go with --as-dockerfile")
            for name in ("run", "runtime_image", "watch", "push", "output")
            if given[name]
        )
    if given["run"] and given["watch"]:
        errors.append(FieldError(path="--run", what="cannot go with --watch"))
    if errors:
        raise InvalidFault(tuple(errors))


def _watched(request: S2IRequest) -> Path:
    found = local.directory_of(request.source, request.directory)
    if found is None:
        raise InvalidFault(
            (FieldError(path="--watch", what="needs a local source", value=request.source),)
        )
    return found


def _dockerfile(
    toolbox: Toolbox, tools: Tools, request: S2IRequest, target: str, progress: Lines
) -> None:
    path = toolbox.directory / target
    if target.endswith("/") or path.is_dir():
        path /= "Dockerfile"
    written = tools.s2i.dockerfile(request, path, progress)
    progress.note(f"Application dockerfile generated in {written}", level=0)


def _answering(tools: Tools) -> None:
    """An engine behind a socket must answer before anything is fetched (S2I-60)."""
    if tools.engine.name == "docker":
        tools.engine.check()


def _run(tools: Tools, result: S2IResult, progress: Lines, image: str) -> None:
    from slipcast.cli import following  # noqa: PLC0415 -- only those who run pay for it

    following.follow_all_ports(tools, result.tag or result.image, image, progress)
