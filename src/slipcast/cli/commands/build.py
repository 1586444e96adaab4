"""`slipcast build`: the short way from source code to an image.

Without a builder image the source is looked at, and one is chosen from the catalogue; what was
found and why is said. A local path is built as it is, uncommitted work included (UP-5).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec
from msgspec.structs import replace

from slipcast.builds.s2i import platform as platforms
from slipcast.builds.s2i.request import PreparedSource, S2IRequest
from slipcast.cli import choosing, flags, local, outputs
from slipcast.cli.building import Building, lines
from slipcast.cli.choosing import Found
from slipcast.cli.faults import Manner
from slipcast.cli.goflags import Command
from slipcast.cli.progress import Lines
from slipcast.cli.toolbox import Toolbox, Tools
from slipcast.ports.engine import BuildSpec
from slipcast.ports.s2i import S2IResult, Surveyed
from slipcast.values.faults import Fault, FieldError, InvalidFault, UsageFault


@click.command(cls=Command)
@click.argument("source")
@click.argument("builder", required=False, default="")
@click.option("-t", "--tag", default="", help="Name of the image. Default: the source's name.")
@click.option(
    "--strategy",
    type=click.Choice(["auto", "s2i", "docker"]),
    default="auto",
    show_default=True,
    help="s2i: a builder image. docker: the source's Dockerfile. auto: a builder image where a "
    "language is found, else the Dockerfile.",
)
@click.option("-e", "--env", type=flags.VARIABLE, multiple=True, help="Variable. Repeatable.")
@click.option("-r", "--ref", default="", help="Branch, tag or commit to build.")
@click.option("--context-dir", default="", help="Sub-directory that becomes the source.")
@click.option(
    "--committed", is_flag=True, help="Build the last commit of a local path, not the path."
)
@click.option("--incremental", is_flag=True, help="Reuse artifacts of the previous image.")
@click.option(
    "-p",
    "--pull-policy",
    type=flags.POLICY,
    default="if-not-present",
    show_default=True,
    help="When to pull images.",
)
@click.option("-s", "--scripts-url", default="", help="First place to look for s2i scripts.")
@click.option("--runtime-image", default="", help="Second image of a two-image build.")
@click.option(
    "-a",
    "--runtime-artifact",
    multiple=True,
    metavar="SRC[:DST]",
    help="What the runtime image receives. Repeatable.",
)
@click.option("--network", default="", metavar="MODE", help="Network of the containers.")
@click.option("--dockerfile", default="", metavar="PATH", help="Dockerfile below the source.")
@click.option("--build-arg", type=flags.VARIABLE, multiple=True, help="Argument of a Dockerfile.")
@click.option("--no-cache", is_flag=True, help="Make every step of a Dockerfile anew.")
@click.option("-q", "--quiet", is_flag=True, help="Hide the standard output of scripts.")
@outputs.options
@click.option("--watch", is_flag=True, help="Build again whenever the local source changes.")
@flags.credentials
@flags.engine
@flags.loglevel
@click.pass_context
def build(ctx: click.Context, /, source: str, builder: str, **given: Any) -> None:
    """Build an image from SOURCE, a directory or a Git URL (with #ref).

    BUILDER is a name of `slipcast builders list`, such as python or python:3.11, or the reference
    of any S2I builder image. Without it, the language of the source decides.
    """
    toolbox: Toolbox = ctx.obj
    _consistent(builder, given)
    progress = lines(toolbox, level=given["loglevel"], quiet=given["quiet"])
    tools = toolbox.tools(flags.engine_flags(given))
    here = local.directory_of(source, toolbox.directory)
    if given["watch"] and here is None:
        raise UsageFault(f"--watch needs a local source, and {source} is none")
    request = _request(toolbox, source, here, given)
    short = ShortWay(
        toolbox=toolbox, tools=tools, progress=progress, request=request, given=given, here=here
    )
    building = Building(
        toolbox=toolbox,
        tools=tools,
        progress=progress,
        outputs=outputs.chosen(given),
        manner=Manner.OWN,
        watched=here if given["watch"] else None,
    )
    result = building.carry_out(lambda destination: short.build(builder, destination))
    if not building.outputs.json:
        click.echo(result.tag or result.image)


def _consistent(builder: str, given: dict[str, Any]) -> None:
    wrong = [
        FieldError(path=path, what=what)
        for path, what, here in (
            ("BUILDER", "cannot go with --strategy docker", builder),
            ("--dockerfile", "needs --strategy docker or auto", given["dockerfile"]),
        )
        if here and given["strategy"] == ("docker" if path == "BUILDER" else "s2i")
    ]
    if wrong:
        raise InvalidFault(tuple(wrong))


def _request(toolbox: Toolbox, source: str, here: Path | None, given: dict[str, Any]) -> S2IRequest:
    cloned = given["committed"] or bool(given["ref"]) or local.has_fragment(source)
    return S2IRequest(
        source=source,
        tag=given["tag"] or local.proposed_tag(source, toolbox.directory),
        directory=toolbox.directory,
        ref=given["ref"],
        context_dir=given["context_dir"],
        copy=here is not None and not cloned,
        env=given["env"],
        scripts_url=given["scripts_url"],
        runtime_image=given["runtime_image"],
        runtime_artifacts=given["runtime_artifact"],
        network=given["network"],
        incremental=given["incremental"],
        pull_policy=flags.policy(given["pull_policy"]),
        quiet=given["quiet"],
        platform=toolbox.platform,
    )


class ShortWay(msgspec.Struct, frozen=True, kw_only=True):
    """One `slipcast build`, maybe repeated."""

    toolbox: Toolbox
    tools: Tools
    progress: Lines
    request: S2IRequest
    given: dict[str, Any]
    here: Path | None

    def build(self, builder: str, destination: str) -> S2IResult:
        """Build with the builder named, or with what suits the source."""
        request = replace(self.request, push_to=destination)
        self._say_what_is_not_committed()
        if builder:
            return self._with(self._image(builder), request)
        with self.tools.s2i.survey(request, self.progress) as surveyed:
            found = choosing.look(surveyed, self.tools.catalogue)
            prepared = PreparedSource(root=surveyed.root, revision=surveyed.revision)
            request = replace(request, prepared=prepared)
            if self._is_dockerfile_build(found):
                return self._dockerfile(surveyed, request)
            return self._with(self._chosen(found), request)

    def _say_what_is_not_committed(self) -> None:
        """Uncommitted work is built, which nobody should have to guess (UP-5)."""
        if self.here is not None and self.request.copy:
            count = local.uncommitted(self.toolbox.git, self.here)
            if count:
                self.progress.note(f"{self.here}: {count}; all of it is built", level=0)

    def _is_dockerfile_build(self, found: Found) -> bool:
        strategy = self.given["strategy"]
        if strategy == "docker" or self.given["dockerfile"]:
            return True
        if strategy == "s2i" or found.choice is not None or not found.facts.dockerfile:
            return False
        self.progress.note(
            f"Found {found.facts.dockerfile} and no language; building the Dockerfile", level=0
        )
        return True

    def _chosen(self, found: Found) -> str:
        if found.choice is None:
            assert found.why_not is not None  # noqa: S101 -- no choice has a reason
            raise found.why_not
        choice = found.choice
        said = choice.explanation
        self.progress.note(f"{said[:1].upper()}{said[1:]}", level=0)
        if choice.alternatives:
            also = ", ".join(row.name for row in choice.alternatives)
            self.progress.note(f"Also possible: {also}", level=0)
        for text in choice.warnings:
            self.progress.warn(text)
        return self.tools.builders.ensure(choice.builder.name, self.progress).image

    def _image(self, builder: str) -> str:
        """A catalogue name's image, made when it is not here; else the reference as typed."""
        row = self.tools.catalogue.find(builder)
        if row is None:
            return builder
        return self.tools.builders.ensure(row.name, self.progress).image

    def _with(self, image: str, request: S2IRequest) -> S2IResult:
        return self.tools.s2i.build(replace(request, builder_image=image), self.progress)

    def _dockerfile(self, surveyed: Surveyed, request: S2IRequest) -> S2IResult:
        spec = BuildSpec(
            context=surveyed.root,
            dockerfile=self._dockerfile_path(surveyed.root),
            tag=request.tag,
            build_args=dict(self.given["build_arg"]),
            mounts=platforms.mounts(request.platform),
            network=request.network,
            no_cache=self.given["no_cache"],
            policy=request.pull_policy,
            timestamp=surveyed.revision.timestamp or None,
        )
        with self.progress.stage("Build", "BuildDockerImage", "Building the Dockerfile"):
            facts = self.tools.engine.build(
                spec, log=lambda data: self.progress.output("stdout", data)
            )
        return S2IResult(
            success=True,
            image=facts.id,
            tag=request.tag,
            digest=facts.digest,
            labels=facts.config.labels,
            revision=surveyed.revision,
            stages=tuple(self.progress.stages),
            size=facts.size,
        )

    def _dockerfile_path(self, root: Path) -> Path | None:
        asked: str = self.given["dockerfile"]
        if not asked:
            return None
        path = (root / asked).resolve()
        if not path.is_relative_to(root.resolve()) or not path.is_file():
            raise Fault(
                f"there is no Dockerfile {asked} in the source",
                reason="DockerFileMissing",
                hint="The path counts from the source, or from its --context-dir.",
            )
        return path
