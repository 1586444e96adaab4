"""The graph of a project in the language of Graphviz.

Source: cli.md ST-5; the DOT language reference.
"""

from __future__ import annotations

from collections.abc import Iterator

from slipcast.views import table
from slipcast.views.status import graph, routes
from slipcast.views.status.graph import Graph
from slipcast.views.status.objects import Deployer
from slipcast.views.status.references import Place, Reference

Edge = tuple[str, str, str]


def text(known: Graph) -> str:
    """The graph: objects, and arrows that go the way of images."""
    edges = list(dict.fromkeys(_edges(known)))
    named = {end for source, target, _ in edges for end in (source, target)}
    nodes = sorted({*_nodes(known), *named})
    lines = [
        "digraph slipcast {",
        "  rankdir=LR;",
        "  node [shape=box];",
        *(f"  {_quoted(node)};" for node in nodes),
        *(f"  {_quoted(a)} -> {_quoted(b)} [label={_quoted(why)}];" for a, b, why in edges),
        "}",
    ]
    return "".join(f"{line}\n" for line in lines)


def _nodes(known: Graph) -> Iterator[str]:
    """Objects that nothing leads to or from."""
    for service in known.objects.services:
        yield _named("svc", service.metadata.namespace, service.metadata.name)
    for route in known.objects.routes:
        yield _named("route", route.metadata.namespace, route.metadata.name)
    for deployer in known.objects.deployers:
        yield _deployer(deployer)
    for config in known.objects.configs:
        yield _named("bc", config.metadata.namespace, config.metadata.name)
    for stream in known.objects.streams:
        if stream.metadata.namespace in known.objects.listed:
            yield _named("is", stream.metadata.namespace, stream.metadata.name)
    for pod in known.objects.pods:
        if graph.is_alone(pod):
            yield _named("pod", pod.metadata.namespace, pod.metadata.name)


def _edges(known: Graph) -> Iterator[Edge]:
    for config in known.objects.configs:
        place = Place(config.metadata.namespace, config.metadata.name)
        own = _named("bc", place.namespace, place.name)
        for image in graph.inputs(config):
            yield from _inside(image)
            yield _image(image), own, "built from"
        output = graph.output_of(config)
        if output is not None:
            yield from _inside(output)
            yield own, _image(output), "pushes"
        for build in known.builds.get(place, ()):
            name = _named("build", place.namespace, build.metadata.name)
            yield own, name, build.status.phase or "New"
    for deployer in known.objects.deployers:
        for image in deployer.images:
            yield from _inside(image)
            yield _image(image), _deployer(deployer), "deployed"
    yield from _leading(known)


def _leading(known: Graph) -> Iterator[Edge]:
    """What is behind services, and which routes lead to them."""
    for service in known.objects.services:
        name = _named("svc", service.metadata.namespace, service.metadata.name)
        for deployer in known.deployers_of(service):
            yield _deployer(deployer), name, "served by"
    for route in known.objects.routes:
        own = _named("route", route.metadata.namespace, route.metadata.name)
        for target in routes.targets(route):
            yield _named("svc", route.metadata.namespace, target.name), own, "reached by"


def _inside(image: Reference) -> Iterator[Edge]:
    """A tag or an image belongs to its stream."""
    if image.stream is not None:
        stream = _named("is", image.stream.namespace, image.stream.name)
        yield stream, _image(image), "has"


def _image(image: Reference) -> str:
    if image.tag is not None:
        return _named(
            "istag", image.tag.stream.namespace, f"{image.tag.stream.name}:{image.tag.tag}"
        )
    if image.image is not None:
        stream, identity = image.image
        return _named("isimage", stream.namespace, f"{stream.name}@{identity}")
    return f"image {image.pull_spec}"


def _deployer(deployer: Deployer) -> str:
    return _named(deployer.short, deployer.metadata.namespace, deployer.metadata.name)


def _named(short: str, namespace: str, name: str) -> str:
    return f"{short}/{name}\n{namespace}"


def _quoted(text: str) -> str:
    """A text as a string of the language; its line ends are written as two characters."""
    safe = table.safe(text).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + safe.replace("\n", "\\n") + '"'
