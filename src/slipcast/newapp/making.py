"""Making of plans: an image and a source become a build, a container, and their names.

Source: generated-objects.md sections 2 to 5, GO-20 to GO-104.
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec.structs import replace

from slipcast.newapp.component import (
    BuildPlan,
    ContainerPlan,
    CopiedImage,
    InputImage,
    NewStream,
    Output,
    SourceInput,
    StrategyKind,
)
from slipcast.newapp.facts import Source
from slipcast.newapp.matches import Match
from slipcast.newapp.naming import base_name, unique
from slipcast.newapp.pairing import Use
from slipcast.newapp.ports import Port, ports_of
from slipcast.newapp.request import NewAppRequest, Pair, by_name
from slipcast.values.faults import Fault
from slipcast.values.imageref import ImageRef

LATEST: Final = "latest"


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is built or deployed, with what led to it.

    Shape:  build None for an image that is deployed as it is; container None where nothing is
            deployed. strategy and reasons are for people; warnings are sentences.
    """

    name: str
    group: str
    image: InputImage | None = None
    build: BuildPlan | None = None
    container: ContainerPlan | None = None
    match: Match | None = None
    source: Source | None = None
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class Making:
    """Makes the parts of one plan; no two get the same name."""

    def __init__(self, request: NewAppRequest, env: tuple[Pair, ...]) -> None:
        self._request = request
        self._env = env
        self._taken: set[str] = set()
        self._streams: dict[str, NewStream] = {}

    def built(
        self,
        source: Source,
        kind: StrategyKind,
        match: Match | None,
        group: str,
        ports: tuple[Port, ...] = (),
        copied: CopiedImage | None = None,
    ) -> Planned:
        """A source that is built with an image, and perhaps deployed.

        Shape:  ports are those of a Dockerfile, which stand for the image's.
        Errors: Fault where no name can be found, or it would start from what it makes.
        """
        request = self._request
        image = input_of(match) if match is not None else None
        name = self._name(source.name, match.name if match is not None else "")
        output = self._output(name, kind)
        build = BuildPlan(
            name=name,
            strategy=kind,
            source=self._input_of(source, copied),
            image=image,
            env=by_name((*request.build_env, *(self._env if request.builds else ()))),
            args=request.build_args if kind == "Docker" else (),
            output=output,
        )
        container = None
        if kind != "JenkinsPipeline" and not request.builds:
            facts = image.facts if image is not None else None
            exposed = ports or (ports_of(facts.ports).ports if facts is not None else ())
            container = ContainerPlan(
                name=name,
                image=f"{name}:{LATEST}",
                trigger=f"{name}:{LATEST}",
                ports=exposed,
                volumes=facts.volumes if facts is not None else (),
                env=self._env,
            )
        return Planned(
            name=name,
            group=group,
            image=image,
            build=build,
            container=container,
            match=match,
            source=source,
        )

    def deployed(self, use: Use) -> Planned:
        """An image that is deployed as it is (GO-28)."""
        match = use.match
        image = input_of(match)
        name = self._name("", match.name)
        if image.stream is not None:
            # Who asks for an image twice has it imported once, as he will find it next time.
            stream = self._streams.setdefault(
                image.stream.pull_spec, replace(image.stream, name=name)
            )
            image = replace(image, stream=stream, name=f"{stream.name}:{stream.tag}")
        container = ContainerPlan(
            name=name,
            image=image.shown,
            trigger=image.name if image.is_tag else "",
            trigger_namespace=image.namespace if image.is_tag else "",
            ports=ports_of(image.facts.ports).ports,
            volumes=image.facts.volumes,
            env=self._env,
        )
        return Planned(
            name=name, group=use.reference.group, image=image, container=container, match=match
        )

    def _name(self, source: str, image: str) -> str:
        """The name of a component (GO-20 to GO-25)."""
        request = self._request
        of_output = _bare(request.to) if request.to else ""
        name = request.name or base_name((source, of_output, image.rpartition("/")[2]))
        if not name:
            raise Fault(
                "no name could be found for what is to be made", hint="Give it one with --name."
            )
        return unique(name, self._taken)

    def _output(self, name: str, kind: StrategyKind) -> Output:
        """Where a build's image goes (GO-60 to GO-68)."""
        request = self._request
        if request.no_output or kind == "JenkinsPipeline":
            return Output()
        to = request.to or f"{name}:{LATEST}"
        if request.to_docker:
            tagged = to if ":" in to.rpartition("/")[2] else f"{to}:{LATEST}"
            return Output(name=tagged, is_tag=False, push_secret=request.push_secret)
        ref = ImageRef.parse(to, "--to")
        tag = f"{ref.name}:{ref.tag or LATEST}"
        return Output(name=tag, stream=ref.name, push_secret=request.push_secret)

    def _input_of(self, source: Source, copied: CopiedImage | None) -> SourceInput:
        request = self._request
        is_inline = request.dockerfile is not None
        is_said = source.uri or is_inline or copied is not None
        is_sent = request.binary or bool(source.directory) or not is_said
        return SourceInput(
            uri=source.uri,
            ref=source.ref,
            context_dir=request.context_dir,
            is_binary=is_sent,
            dockerfile=request.dockerfile if is_inline else None,
            copied=copied,
            secrets=request.build_secrets,
            config_maps=request.build_config_maps,
            credentials=request.source_secret or source.secret,
        )


def _bare(image: str) -> str:
    """The last part of an image's name."""
    return ImageRef.parse(image, "--to").name


def input_of(match: Match) -> InputImage:
    """A match as the image that something starts from (GO-53)."""
    if match.origin == "stream":
        return InputImage(
            name=f"{match.name}:{match.tag or LATEST}",
            namespace=match.namespace,
            facts=match.image,
            shown=match.pull_spec or match.shown,
        )
    if match.origin == "image":
        name, tag = match.name.rpartition("/")[2], match.tag or LATEST
        stream = NewStream(
            name=name,
            tag=tag,
            pull_spec=match.term,
            imported_from=match.term,
            insecure=match.insecure,
            mode=match.import_mode,
        )
        return InputImage(name=f"{name}:{tag}", stream=stream, facts=match.image, shown=match.term)
    shown = match.pull_spec or match.name
    return InputImage(name=shown, is_tag=False, facts=match.image, shown=shown)
