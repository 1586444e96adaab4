"""What new-app tells: what was found, what will be made of it, and what to do next.

Source: generated-objects.md section 10, HO-1 to HO-24; user-pain UP-5, UP-20, UP-21.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from slipcast.api.document import JSON
from slipcast.newapp.component import BuildPlan, ContainerPlan
from slipcast.newapp.facts import Source
from slipcast.newapp.making import Planned
from slipcast.newapp.matches import Match
from slipcast.newapp.naming import service_name
from slipcast.newapp.planning import Plan

_SHORT = 7
_TITLE = "io.k8s.display-name"
_WORDS = "io.k8s.description"
_TAGS = "io.openshift.tags"


def found(plan: Plan, age: Callable[[str], str], inside: str = "") -> Iterator[str]:
    """What was found and will be made, before it is; age tells how old what was made then is.

    Shape:  inside are the flags that name the namespace of what is made, where commands need them.
    """
    for part in plan.parts:
        yield from _head(part, age)
        yield from _match(part)
        yield from _build(part, inside)
        yield from _deployment(plan, part)
        yield ""
    for template in plan.templates:
        yield from _template(template)
        yield ""


def afterwards(plan: Plan, made: list[JSON], inside: str = "") -> Iterator[str]:
    """What can be done with what was made; inside is as `found` has it."""
    configs = {each["metadata"].get("name") for each in made if each["kind"] == "BuildConfig"}
    for part in plan.parts:
        if part.build is None or part.build.name not in configs:
            continue
        name = part.build.name
        is_here = source_is_here(part)
        if part.build.source.is_binary and not is_here:
            yield f"Use 'slipcast start-build {name}{inside} --from-dir=DIR' to build."
        elif not is_here:
            follow = f"slipcast logs -f bc/{name}{inside}"
            yield f"Build scheduled, use '{follow}' to track its progress."


def _head(part: Planned, age: Callable[[str], str]) -> Iterator[str]:
    match = part.match
    if match is None:
        yield f"--> {part.name}: built by its own Dockerfile, or pipeline"
        return
    of = f" for {match.term!r}"
    if match.origin == "stream":
        image = _image(match, age)
        place = f"{match.namespace}/{match.name}"
        yield f'--> Found {image}in image stream "{place}" under tag "{match.tag}"{of}'
    elif match.origin == "image":
        yield f"--> Found {_image(match, age)}{match.shown} in its registry{of}"
    elif match.origin == "host":
        yield f"--> Found {_image(match, age)}{match.pull_spec} on this machine{of}"
        yield "    * WARNING: it is in no registry, and has to be where builds and pods run"
    else:
        yield f"--> {match.shown} is taken for granted{of}"


def _image(match: Match, age: Callable[[str], str]) -> str:
    if not match.image.id:
        return ""
    old = f" ({age(match.image.created)} old)" if match.image.created else ""
    return f"image {match.image.id.rpartition(':')[2][:_SHORT]}{old} "


def _match(part: Planned) -> Iterator[str]:
    match = part.match
    if match is not None:
        labels = match.image.labels
        title = match.annotations.get("openshift.io/display-name") or labels.get(_TITLE)
        words = match.annotations.get("description") or labels.get(_WORDS)
        tags = match.annotations.get("tags") or labels.get(_TAGS)
        if title:
            yield ""
            yield f"    {title}"
            yield f"    {'-' * len(title)}"
        if words:
            yield f"    {words}"
        if tags:
            yield f"    Tags: {tags}"
        if title or words or tags:
            yield ""
    if part.image is not None and part.image.stream is not None:
        stream = part.image.stream
        tag = f"{stream.name}:{stream.tag}"
        yield f'    * An image stream tag will be created as "{tag}" that will track the image'
    platforms = part.source.facts.platforms if part.source and part.source.facts else ()
    if platforms and part.build is not None and part.build.strategy == "Source":
        names = ", ".join(hit.platform for hit in platforms)
        yield f"    * The source appears to match: {names}"
    yield from (f"    * {reason}" for reason in part.reasons)


def _build(part: Planned, inside: str) -> Iterator[str]:
    build = part.build
    if build is None:
        return
    yield f"    * A {_kind(build)} build using {_source(part.source, build)} will be created"
    output = build.output
    if output.name and output.is_tag:
        yield f'      * The resulting image will be pushed to image stream tag "{output.name}"'
    elif output.name:
        yield f'      * The resulting image will be pushed to "{output.name}"'
    if source_is_here(part):
        yield f"      * It is sent now; 'slipcast start-build{inside} --from-dir' sends it again"
    elif build.source.is_binary:
        yield (
            f"      * The source is sent along: use 'slipcast start-build{inside} --from-dir'"
            " to build"
        )
    elif part.image is not None and part.image.stream is not None:
        yield f'      * Every time "{part.image.name}" changes a new build will be triggered'
    source = part.source
    if source is not None and source.secret:
        yield f'      * The source is fetched with the secret "{source.secret}"'
    if source is not None and source.needs_credentials and not build.source.credentials:
        yield "      * WARNING: the repository wants credentials; those in a URL, and your own, are"
        yield "        not kept: put them into a Secret, and say which with"
        yield f"        'slipcast set build-secret --source bc/{build.name} SECRET{inside}'"
    if source is not None and source.unpushed:
        yield f"      * What is sent holds {source.unpushed}"


def source_is_here(part: Planned) -> bool:
    """Whether a directory is built as it lies here."""
    return part.source is not None and bool(part.source.directory)


def _kind(build: BuildPlan) -> str:
    return {"Source": "source", "Docker": "Docker", "JenkinsPipeline": "pipeline"}[build.strategy]


def _source(source: Source | None, build: BuildPlan) -> str:
    if build.source.uri:
        ref = f"#{build.source.ref}" if build.source.ref else ""
        return f"source code from {build.source.uri}{ref}"
    if build.source.dockerfile is not None:
        return "a predefined Dockerfile"
    if source is not None and source.directory:
        at = f" at {source.ref}" if source.ref else ""
        return f"the directory {source.directory}{at}"
    return "binary input"


def _deployment(plan: Plan, part: Planned) -> Iterator[str]:
    container = part.container
    if container is None:
        return
    groups = [each for each in plan.deployments if container in each.containers]
    for group in groups:
        what = "deployment config" if group.is_config else "deployment"
        kind = f"{what} (test)" if group.is_test else what
        alone = "This image will be deployed in" if len(group.containers) == 1 else "Part of"
        yield f'    * {alone} {kind} "{group.name}"'
        yield from _ports(container, service_name(group.name))
    for path in container.volumes:
        yield f"    * What is written to {path} is kept only as long as its pod"
    if part.image is not None and part.image.facts.runs_as_root:
        name = part.image.name
        yield f'    * WARNING: Image "{name}" runs as the root user, which may not be permitted'
    yield from (f"    * WARNING: {warning}" for warning in part.warnings)


def _ports(container: ContainerPlan, service: str) -> Iterator[str]:
    if not container.ports:
        yield "    * The image does not expose any ports: no service will be created"
        return
    ports = [
        str(port.number) if port.protocol == "TCP" else f"{port.number}/{port.protocol.lower()}"
        for port in container.ports
    ]
    noun = "Port" if len(ports) == 1 else "Ports"
    yield f'    * {noun} {", ".join(ports)} will be load balanced by service "{service}"'


def _template(match: Match) -> Iterator[str]:
    where = f" in project {match.namespace}" if match.namespace else ""
    yield f'--> Deploying template "{match.name}"{where}'
