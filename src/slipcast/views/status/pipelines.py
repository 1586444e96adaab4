"""Pipelines: which BuildConfig makes an image, of what, and what deploys it.

Source: cli.md ST-2, ST-3.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from slipcast.api.build import Build, BuildConfig
from slipcast.builds import naming
from slipcast.values.sensitive import redacted
from slipcast.views.status import buildlines, graph
from slipcast.views.status.graph import Graph
from slipcast.views.status.objects import Deployer, place_of
from slipcast.views.status.references import Reference, builder_of

INDENT = "  "


def deployed(known: Graph, deployer: Deployer, now: datetime) -> Iterator[str]:
    """What is deployed, with the pipelines that make it."""
    images = deployer.images
    if len(images) == 1:
        yield from _fed(known, deployer, images[0], now, f"{deployer.shown} deploys ")
    else:
        yield f"{deployer.shown} deploys{'' if images else ' nothing'}"
        for each in images:
            yield from indented(_fed(known, deployer, each, now), 1)
    yield f"{INDENT}{_deployment(known, deployer)}"


def _fed(
    known: Graph, deployer: Deployer, image: Reference, now: datetime, lead: str = ""
) -> Iterator[str]:
    """An image, and what makes it."""
    namespace = deployer.metadata.namespace
    makers = known.makers_of(image)
    yield f"{lead}{image.shown(namespace)}{_scheduled(known, image)}{' <-' if makers else ''}"
    for maker in makers:
        yield from indented(_built(known, maker, namespace, now), 1)


def standalone(known: Graph, config: BuildConfig, now: datetime) -> Iterator[str]:
    """A BuildConfig whose image nothing here deploys."""
    namespace = config.metadata.namespace
    first, *rest = _built(known, config, namespace, now)
    yield first
    output = graph.output_of(config)
    if output is not None:
        yield f"{INDENT}-> {output.shown(namespace)}"
    yield from rest


def made(known: Graph, config: BuildConfig, inside: str = "") -> str:
    """What a BuildConfig makes of what: `bc/app source builds URL on istag/base:latest`.

    Shape:  inside is the namespace that this is told in; its own when empty.
    """
    namespace = config.metadata.namespace
    other = inside and inside != namespace
    name = f"{f'{namespace}/' if other else 'bc/'}{config.metadata.name}"
    paused = " (paused)" if naming.is_paused(config.metadata.annotations) else ""
    strategy = config.spec.strategy
    if strategy.jenkins_pipeline_strategy is not None:
        return f"{name} is a Jenkins Pipeline{paused}"
    how = _how(config)
    if not how:
        return f"{name} is unconfigured{paused}"
    image = builder_of(config.spec, namespace)
    on = f" on {image.shown(namespace)}{_note(known, image)}" if image is not None else ""
    return f"{name} {how} builds {source(config)}{on}{paused}"


def stray(build: Build, now: datetime) -> str:
    """A build that came of no BuildConfig which is there."""
    return buildlines.line(build, "", now)


def source(config: BuildConfig) -> str:
    """What is built."""
    held = config.spec.source
    if held.git is not None:
        return redacted(held.git.uri) + (f"#{held.git.ref}" if held.git.ref else "")
    if held.dockerfile is not None:
        return "Dockerfile"
    if held.binary is not None:
        return "uploaded code"
    return "contents in other images" if held.images else "nothing"


def indented(lines: Iterator[str], level: int) -> Iterator[str]:
    """Lines, further in."""
    return (INDENT * level + each for each in lines)


def _built(known: Graph, config: BuildConfig, namespace: str, now: datetime) -> Iterator[str]:
    yield made(known, config, namespace)
    if config.spec.strategy.jenkins_pipeline_strategy is not None:
        return
    builds = known.builds.get(place_of(config), ())
    told = buildlines.lines(config, builds, now, pushes=can_push(known, config))
    yield from indented(told, 1)


def can_push(known: Graph, config: BuildConfig) -> bool:
    """Whether there is a stream for the image, or none is needed."""
    output = graph.output_of(config)
    return output is None or output.stream is None or not known.lacks(output.stream)


def _how(config: BuildConfig) -> str:
    strategy = config.spec.strategy
    known = {
        "source": strategy.source_strategy,
        "docker": strategy.docker_strategy,
        "custom": strategy.custom_strategy,
    }
    return next((word for word, held in known.items() if held is not None), "")


def _note(known: Graph, image: Reference) -> str:
    """Where an image comes from: another BuildConfig, or a registry that is asked again."""
    names = ", ".join(f"bc/{each.metadata.name}" for each in known.makers_of(image))
    return f" (from {names})" if names else _scheduled(known, image)


def _scheduled(known: Graph, image: Reference) -> str:
    wanted = known.wanted(image.tag) if image.tag is not None else None
    return " (import scheduled)" if wanted is not None and wanted.import_policy.scheduled else ""


def _deployment(known: Graph, deployer: Deployer) -> str:
    number = f" #{deployer.version}" if deployer.short == "dc" and deployer.version else ""
    if deployer.version:
        return f"deployment{number} has {deployer.ready} of {deployer.wanted} pods ready"
    number = " #1" if deployer.short == "dc" else ""
    lacking = [each for each in deployer.images if not known.has(each)]
    if lacking:
        return f"deployment{number} waiting on image"
    return f"deployment{number} not begun: this server leaves deploying to others"
