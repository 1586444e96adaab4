"""What new-app tells: what was found, what will be made of it, and what to do next.

Source: generated-objects.md section 10, HO-1 to HO-24; user-pain UP-5, UP-20, UP-21.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from slipcast.api.document import JSON
from slipcast.newapp.component import BuildPlan, ContainerPlan, DeploymentPlan
from slipcast.newapp.facts import Source
from slipcast.newapp.making import Planned
from slipcast.newapp.matches import Match
from slipcast.newapp.naming import service_name
from slipcast.newapp.planning import Plan

_SHORT = 7
_TITLE = "io.k8s.display-name"
_WORDS = "io.k8s.description"
_TAGS = "io.openshift.tags"
_HUB = "Docker Hub"


def found(plan: Plan, age: Callable[[str], str], inside: str = "") -> Iterator[str]:
    """What was found and will be made, before it is; age tells how old what was made then is.

    Shape:  inside are the flags that name the namespace of what is made, where commands need them.
    """
    for part in plan.parts:
        yield from _head(part, age)
        yield from _match(part)
        yield from _build(part, inside)
        yield from _deployment(plan, part, inside)
        yield ""


def afterwards(
    plan: Plan, made: list[JSON], inside: str = "", *, builds: bool = False
) -> Iterator[str]:
    """What can be done with what was made (HO-20 to HO-23); inside is as `found` has it."""
    here = {part.name for part in plan.parts if source_is_here(part)}
    for config in made:
        name = str(config["metadata"].get("name") or "")
        if config["kind"] != "BuildConfig" or name in here:
            continue
        spec = config.get("spec") or {}
        follow = f"slipcast logs -f bc/{name}{inside}"
        if (spec.get("source") or {}).get("binary") is not None:
            yield f"Use 'slipcast start-build {name}{inside} --from-dir=DIR' to build."
        elif not any(each.get("type") == "ConfigChange" for each in spec.get("triggers") or ()):
            yield f"Use 'slipcast start-build {name}{inside}' to start a build."
        elif builds:
            yield f'Build configuration "{name}" created and build triggered.'
            yield f"Run '{follow}' to stream the build progress."
        else:
            yield f"Build scheduled, use '{follow}' to track its progress."
    if not builds:
        yield f"Run 'slipcast status{inside}' to view your app."


def _head(part: Planned, age: Callable[[str], str]) -> Iterator[str]:
    match = part.match
    if match is None:
        is_pipeline = part.build is not None and part.build.strategy == "JenkinsPipeline"
        by = "its Jenkinsfile" if is_pipeline else "the Dockerfile that is sent"
        yield f"--> {part.name}: built by {by}"
        return
    of = f' for "{match.term}"'
    if match.origin == "stream":
        image = _image(match, age)
        place = f"{match.namespace}/{match.name}"
        yield f'--> Found {image}in image stream "{place}" under tag "{match.tag}"{of}'
    elif match.origin == "image":
        registry = match.name.partition("/")[0] if "/" in match.name else ""
        is_host = any(mark in registry for mark in ".:") or registry == "localhost"
        yield f"--> Found {_image(match, age)}from {registry if is_host else _HUB}{of}"
    elif match.origin == "host":
        yield f"--> Found {_image(match, age)}{match.pull_spec} on this machine{of}"
        yield "    * WARNING: it is in no registry, and has to be where builds and pods run"
    elif match.origin == "scratch":
        yield f"--> Starting from an empty image{of}"
    else:
        yield f"--> {match.shown} is taken for granted{of}"


def _image(match: Match, age: Callable[[str], str]) -> str:
    if not match.image.id:
        return ""
    old = f" ({age(match.image.created)} old)" if match.image.created else ""
    what = "container image" if match.origin == "image" else "image"
    return f"{what} {match.image.id.rpartition(':')[2][:_SHORT]}{old} "


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
            yield ""
        if tags:
            yield f"    Tags: {', '.join(filter(None, tags.replace(' ', '').split(',')))}"
        if title or tags or not words:
            yield ""
    if part.image is not None and part.image.stream is not None:
        stream = part.image.stream
        tag = f"{stream.name}:{stream.tag}"
        which = "this image" if part.build is None else "the source image"
        yield f'    * An image stream tag will be created as "{tag}" that will track {which}'
    platforms = part.source.facts.platforms if part.source and part.source.facts else ()
    if platforms and part.build is not None and part.build.strategy == "Source":
        names = ", ".join(hit.platform for hit in platforms)
        yield f"    * The source repository appears to match: {names}"
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
    yield f"      * {_how_to_build(part, build, inside)}"
    source = part.source
    if source is not None and source.secret:
        yield f'      * The source is fetched with the secret "{source.secret}"'
    if source is not None and source.needs_credentials and not build.source.credentials:
        yield "      * WARNING: the repository wants credentials; those in a URL, and your own, are"
        yield "        not kept: put them into a Secret, and say which with"
        yield f"        'slipcast set build-secret --source bc/{build.name} SECRET{inside}'"
    if source is not None and source.unpushed:
        yield f"      * What is sent holds {source.unpushed}"


def _how_to_build(part: Planned, build: BuildPlan, inside: str) -> str:
    """How builds start (HO-9)."""
    if part.source is not None and part.source.directory:
        return f"It is sent now; {sending(build.name, part.source, inside)} sends it again"
    command = f"slipcast start-build {build.name}{inside}"
    if build.source.is_binary:
        return f"A binary build was created, use '{command} --from-dir=DIR' to trigger a new build"
    if part.image is not None and part.image.stream is not None:
        return f'Every time "{part.image.name}" changes a new build will be triggered'
    return f"Use '{command}' to trigger a new build"


def source_is_here(part: Planned) -> bool:
    """Whether a directory is built as it lies here."""
    return part.source is not None and bool(part.source.directory)


def sending(name: str, source: Source, inside: str) -> str:
    """The command that sends a directory of this machine, or a commit of it, in quotes."""
    ref = f" --commit={source.ref}" if source.ref else ""
    flag = "--from-repo" if ref else "--from-dir"
    return f"'slipcast start-build {name}{inside} {flag}={source.directory}{ref}'"


def _kind(build: BuildPlan) -> str:
    return {"Source": "source", "Docker": "Docker", "JenkinsPipeline": "pipeline"}[build.strategy]


def _source(source: Source | None, build: BuildPlan) -> str:
    if build.source.uri:
        ref = f"#{build.source.ref}" if build.source.ref else ""
        below = f", directory {build.source.context_dir}" if build.source.context_dir else ""
        return f"source code from {build.source.uri}{ref}{below}"
    if build.source.dockerfile is not None:
        return "a predefined Dockerfile"
    if source is not None and source.directory:
        at = f" at {source.ref}" if source.ref else ""
        below = f", directory {build.source.context_dir}" if build.source.context_dir else ""
        return f"the directory {source.directory}{at}{below}"
    if build.source.copied is not None and not build.source.is_binary:
        return f"files of {build.source.copied.image.name}"
    return "binary input"


def _deployment(plan: Plan, part: Planned, inside: str) -> Iterator[str]:
    container = part.container
    if container is None:
        return
    groups = [each for each in plan.deployments if container in each.containers]
    for group in groups:
        what = "deployment config" if group.is_config else "deployment"
        kind = f"{what} (test)" if group.is_test else what
        alone = "This image will be deployed in" if len(group.containers) == 1 else "Part of"
        yield f'    * {alone} {kind} "{group.name}"'
        yield from _ports(container, service_name(group.name), group, inside)
    for path in container.volumes:
        yield f"    * What is written to {path} is kept only as long as its pod:"
        yield "      'slipcast set volume' adds volumes that stay"
    if part.image is not None and part.image.facts.runs_as_root:
        name = part.image.name
        yield f'    * WARNING: Image "{name}" runs as the root user, which may not be permitted'
    yield from (f"    * WARNING: {warning}" for warning in part.warnings)


def _ports(
    container: ContainerPlan, service: str, group: DeploymentPlan, inside: str
) -> Iterator[str]:
    if not container.ports:
        what = f"{'dc' if group.is_config else 'deployment'}/{group.name}"
        yield "    * The image does not expose any ports - if you want to load balance or send"
        yield "      traffic to this component you will need to create a service with"
        yield f"      'slipcast expose {what}{inside} --port=[port]' later"
        return
    ports = [f"{port.number}/{port.protocol.lower()}" for port in container.ports]
    noun = "Port" if len(ports) == 1 else "Ports"
    yield f'    * {noun} {", ".join(ports)} will be load balanced by service "{service}"'
    yield f'      * Other containers can access this service through the hostname "{service}"'
