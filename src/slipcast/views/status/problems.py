"""What is wrong in a project, and what to do about it.

Errors are what keeps builds from their images; warnings are what is still to be done.

Source: cli.md ST-4; user-pain.md UP-2, UP-30, UP-31.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Literal

import msgspec

from slipcast.api.build import Build, BuildConfig
from slipcast.api.image import ImageStream
from slipcast.builds import naming
from slipcast.builds.phases import Phase
from slipcast.builds.reasons import Reason
from slipcast.views.status import buildlines, circles, graph, pipelines, routes
from slipcast.views.status.graph import Graph
from slipcast.views.status.objects import place_of
from slipcast.views.status.references import Place, Reference, TagPlace

Severity = Literal["error", "warning"]
_WAITING: Final = frozenset({"", Phase.NEW})


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong.

    Shape:  advice is what to do, lines of it; detail is what is only told when asked for.
    """

    severity: Severity
    namespace: str
    message: str
    advice: str = ""
    detail: str = ""


Problems = Iterator[Problem]


def problems(known: Graph) -> tuple[Problem, ...]:
    """Everything that is wrong, errors first; each once."""
    found = dict.fromkeys(each for check in _CHECKS for each in check(known))
    return tuple(sorted(found, key=_rank))


def _rank(problem: Problem) -> int:
    return 0 if problem.severity == "error" else 1


def _outputs(known: Graph) -> Problems:
    """Streams that are pushed into and are not there; registries that are not there (ST-4)."""
    for config in known.objects.configs:
        namespace, output = config.metadata.namespace, graph.output_of(config)
        stream = output.stream if output is not None else None
        if output is None or stream is None:
            continue
        pushes = f"bc/{config.metadata.name} pushes to {output.shown(namespace)}"
        if known.lacks(stream):
            inside = "" if stream.namespace == namespace else f" -n {stream.namespace}"
            yield Problem(
                severity="error",
                namespace=namespace,
                message=f"{pushes}, but there is no image stream {_named(stream, namespace)}.",
                advice=f"slipcast create imagestream {stream.name}{inside}",
            )
        elif stream in known.streams and not _has_registry(known.streams[stream]):
            yield Problem(
                severity="error",
                namespace=namespace,
                message=f"{pushes}, but this server has no integrated registry to push to.",
                advice="An administrator must turn the registry on, or let the build push to"
                " another: spec.output.to of kind DockerImage.",
            )


def _has_registry(stream: ImageStream) -> bool:
    return bool(stream.status.docker_image_repository)


def _failures(known: Graph) -> Problems:
    """Newest builds that failed (ST-4), and why (UP-2)."""
    for config in known.objects.configs:
        namespace = config.metadata.namespace
        failed = buildlines.course(known.builds.get(place_of(config), ())).failed
        if failed is None:
            continue
        name = f"build/{failed.metadata.name}"
        yield Problem(
            severity="error",
            namespace=namespace,
            message=f"{name} of bc/{config.metadata.name} failed{_because(failed)}",
            advice=f"slipcast logs {name}",
            detail=failed.status.log_snippet,
        )


def _held_up(known: Graph) -> Problems:
    """Builds that wait for something which is not there (UP-30)."""
    for build in known.objects.builds:
        status = build.status
        if status.reason == Reason.INVALID_OUTPUT and not _can_push(known, build):
            continue
        if status.phase in _WAITING and (status.reason or status.message):
            name = f"build/{build.metadata.name}"
            yield Problem(
                severity="error",
                namespace=build.metadata.namespace,
                message=f"{name} cannot start{_because(build)}",
                advice=f"slipcast describe {name}",
            )


def _can_push(known: Graph, build: Build) -> bool:
    """Whether the stream that a build pushes to is not among what is told to be missing."""
    namespace = build.metadata.namespace
    config = known.configs.get(Place(namespace, naming.config_name(build)))
    return config is None or pipelines.can_push(known, config)


def _because(build: Build) -> str:
    status = build.status
    said = ": ".join(each.rstrip(".") for each in (status.reason, status.message) if each)
    return f": {said}." if said else "."


def _circles(known: Graph) -> Problems:
    """BuildConfigs that build from what comes of their own images (ST-4, UP-31)."""
    for circle in circles.circles(known):
        first = circle[0]
        path = " -> ".join(each.name for each in (*circle, first))
        if len(circle) == 1:
            message = f"bc/{first.name} builds from the image that it makes itself."
        else:
            message = f"BuildConfigs build in a circle: {path}."
        yield Problem(
            severity="warning",
            namespace=first.namespace,
            message=message,
            advice="Let one of them push to another tag: each new image starts the next build.",
        )


def _lacking(known: Graph) -> Problems:
    """Images that are built from or deployed and are not there (ST-4)."""
    for config in known.objects.configs:
        who = f"bc/{config.metadata.name} builds from"
        for each in graph.inputs(config):
            yield from _absent(known, config.metadata.namespace, who, each)
    for deployer in known.objects.deployers:
        who = f"{deployer.shown} deploys"
        for each in deployer.images:
            yield from _absent(known, deployer.metadata.namespace, who, each)


def _absent(known: Graph, namespace: str, who: str, image: Reference) -> Problems:
    if not known.has(image) and not _is_told_otherwise(known, image):
        what, advice = _lack(known, image, namespace)
        yield Problem(
            severity="warning",
            namespace=namespace,
            message=f"{who} {image.shown(namespace)}, {what}.",
            advice=advice,
        )


def _lack(known: Graph, image: Reference, namespace: str) -> tuple[str, str]:
    """What is missing of an image, and what to do."""
    stream, makers = image.stream, known.makers_of(image)
    if stream is not None and known.lacks(stream):
        what = f"but there is no image stream {_named(stream, namespace)}"
        return what, _how_to_make(image, namespace)
    if makers:
        failure = _import_failure(known, image.tag) if image.tag is not None else ""
        imported = f" and was not imported{failure}" if failure else ""
        return f"which nothing has built yet{imported}", _start(makers[0])
    if image.tag is None:
        return "but its stream has no such image", ""
    if known.wanted(image.tag) is not None:
        failure = _import_failure(known, image.tag)
        return f"which was not imported{failure}", _import(image.tag, namespace)
    return "but that tag has no image", _how_to_make(image, namespace)


def _is_told_otherwise(known: Graph, image: Reference) -> bool:
    """Whether a build that will push the image is on its way, or what is wrong is told of it."""
    makers = known.makers_of(image)
    if makers and image.stream is not None and known.lacks(image.stream):
        return True
    courses = (buildlines.course(known.builds.get(place_of(each), ())) for each in makers)
    return any(each.active or each.failed is not None for each in courses)


def _import_failure(known: Graph, tag: TagPlace) -> str:
    history = known.history(tag)
    conditions = history.conditions if history is not None else ()
    failed = (each for each in conditions if each.type == "ImportSuccess" and each.status != "True")
    return next((f": {each.message.rstrip('.')}" for each in failed if each.message), "")


def _imports(known: Graph) -> Problems:
    """Tags whose image could not be looked up again, though an older one is there."""
    for place, stream in known.streams.items():
        if place.namespace not in known.objects.listed:
            continue
        for history in stream.status.tags:
            tag = TagPlace(place, history.tag)
            failure = _import_failure(known, tag)
            if failure and not _is_told(known, tag):
                yield Problem(
                    severity="warning",
                    namespace=place.namespace,
                    message=f"istag/{place.name}:{tag.tag} could not be imported{failure}.",
                    advice=_import(tag, place.namespace),
                )


def _is_told(known: Graph, tag: TagPlace) -> bool:
    """Whether who uses a tag without an image is told of already."""
    image = Reference(tag=tag)
    users = (
        *(graph.inputs(each) for each in known.objects.configs),
        *(each.images for each in known.objects.deployers),
    )
    return not known.has(image) and any(image in used for used in users)


def _start(config: BuildConfig) -> str:
    name = config.metadata.name
    sent = " --from-dir=." if config.spec.source.binary is not None else ""
    return f"slipcast start-build {name}{sent}"


def _import(tag: TagPlace, namespace: str) -> str:
    return f"slipcast import-image {tag.stream.name}:{tag.tag}{_elsewhere(tag.stream, namespace)}"


def _how_to_make(image: Reference, namespace: str) -> str:
    """How an image gets there that nothing makes yet."""
    if image.tag is None:
        return ""
    stream, tag = image.tag.stream, image.tag.tag
    inside = _elsewhere(stream, namespace)
    return (
        f"slipcast import-image {stream.name}:{tag}{inside} --from=REGISTRY/IMAGE --confirm,\n"
        f"or build it: slipcast new-build SOURCE --to={stream.name}:{tag}{inside}"
    )


def _elsewhere(place: Place, namespace: str) -> str:
    return "" if place.namespace == namespace else f" -n {place.namespace}"


def _named(place: Place, namespace: str) -> str:
    inside = "" if place.namespace == namespace else f"{place.namespace}/"
    return f'"{inside}{place.name}"'


def _routes(known: Graph) -> Problems:
    """Routes that lead nowhere, and those that no router takes."""
    for each in routes.troubles(known):
        yield Problem(
            severity="warning",
            namespace=each.namespace,
            message=each.message,
            advice=each.advice,
        )


_CHECKS: Final[tuple[Callable[[Graph], Problems], ...]] = (
    _outputs,
    _failures,
    _held_up,
    _circles,
    _lacking,
    _imports,
    _routes,
)
"""THE TABLE of what is looked for."""
