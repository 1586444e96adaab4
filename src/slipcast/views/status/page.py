"""The status of projects as a page: what is deployed, what is built, what is wrong.

Source: cli.md ST-1, ST-5, ST-6; user-pain.md UP-25.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final, TypeVar

import msgspec

from slipcast.api import applications
from slipcast.api.core import Service, ServicePort
from slipcast.api.meta import Object
from slipcast.api.pod import Pod
from slipcast.views import table
from slipcast.views.status import graph, pipelines, routes
from slipcast.views.status.graph import Graph
from slipcast.views.status.objects import Deployer, place_of
from slipcast.views.status.pipelines import INDENT
from slipcast.views.status.problems import Problem, problems
from slipcast.views.status.references import Place

T = TypeVar("T", bound=Object | Deployer)

HEADS: Final = (("error", "Errors:"), ("warning", "Warnings:"))
EMPTY: Final = "There are no services, deployments, build configurations or image streams here."
FIRST: Final = "'slipcast new-app SOURCE' makes an application of a Git repository or a directory."


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a page is about, and how much is to be told.

    Shape:  namespace is empty for all of them; title is what people call it; unread are the kinds
            that could not be read, and why.
    """

    now: datetime
    server: str
    namespace: str = ""
    title: str = ""
    suggests: bool = False
    unread: Sequence[tuple[str, str]] = ()


def page(known: Graph, asked: Asked) -> str:
    """The whole page, with its line ends."""
    lines = _everywhere(known, asked) if not asked.namespace else _one(known, asked)
    return "".join(f"{table.safe(line).rstrip()}\n" for line in lines)


def _one(known: Graph, asked: Asked) -> Iterator[str]:
    name = asked.namespace
    title = f"{asked.title} ({name})" if asked.title and asked.title != name else name
    yield f"In project {title} on server {asked.server}"
    yield ""
    groups = [*_groups(known, name, asked.now)]
    for group in groups:
        yield from group
        yield ""
    found = problems(known)
    yield from _problems([each for each in found if each.namespace == name], asked)
    yield from _unread(asked.unread)
    yield from _closing(known, asked, found, is_empty=not groups)


def _everywhere(known: Graph, asked: Asked) -> Iterator[str]:
    yield f"All projects on server {asked.server}"
    yield ""
    found = problems(known)
    is_empty = True
    for name in _namespaces(known):
        groups = [*_groups(known, name, asked.now)]
        if not groups:
            continue
        is_empty = False
        yield f"In project {name}"
        yield ""
        for group in groups:
            yield from pipelines.indented(iter(group), 1)
            yield ""
        own = [each for each in found if each.namespace == name]
        yield from pipelines.indented(_problems(own, asked), 1)
    yield from _unread(asked.unread)
    yield from _closing(known, asked, found, is_empty=is_empty)


def _namespaces(known: Graph) -> list[str]:
    return sorted(known.objects.listed)


def _groups(known: Graph, namespace: str, now: datetime) -> Iterator[list[str]]:
    """What belongs together, one group after another (ST-1)."""
    services = _in(namespace, known.objects.services)
    deployers = _in(namespace, known.objects.deployers)
    led_to = {place_of(each) for service in services for each in known.deployers_of(service)}
    shown: list[Deployer] = []
    for service in services:
        own = known.deployers_of(service)
        new = [each for each in own if each not in shown]
        shown += new
        head = _service_head(service, routes.of(known, service))
        yield [*head, *_service_body(known, own, new, now)]
    yield from ([line] for line in routes.astray(known, namespace))
    for each in deployers:
        if each not in shown and place_of(each) not in led_to:
            shown.append(each)
            yield [*pipelines.deployed(known, each, now)]
    yield from _built(known, namespace, now)
    yield from ([_pod(each)] for each in _in(namespace, known.objects.pods) if graph.is_alone(each))


def _service_head(service: Service, reached: Sequence[str]) -> Iterator[str]:
    """How a service is reached: by its routes, else by its own address."""
    if not reached:
        yield _service(service)
        return
    yield f"{reached[0]} (svc/{service.metadata.name})"
    yield from reached[1:]


def _service_body(
    known: Graph, own: Sequence[Deployer], new: Sequence[Deployer], now: datetime
) -> Iterator[str]:
    for each in own:
        if each in new:
            yield from pipelines.indented(pipelines.deployed(known, each, now), 1)
        else:
            yield f"{INDENT}{each.shown}, as above"


def _built(known: Graph, namespace: str, now: datetime) -> Iterator[list[str]]:
    """What is built and not deployed; builds that came of nothing; streams that nobody uses."""
    deployed = {image for each in known.objects.deployers for image in each.images}
    for config in _in(namespace, known.objects.configs):
        if graph.output_of(config) not in deployed:
            yield [*pipelines.standalone(known, config, now)]
    strays = [pipelines.stray(each, now) for each in _in(namespace, known.strays)]
    if strays:
        yield strays
    used = _used(known)
    streams = _in(namespace, known.objects.streams)
    unused = [each.metadata.name for each in streams if place_of(each) not in used]
    if unused:
        yield [
            "Image streams that nothing here builds or deploys: "
            + ", ".join(f"is/{each}" for each in unused)
        ]


def _used(known: Graph) -> set[Place]:
    """The streams that something builds from, pushes to or deploys."""
    references = (
        *(graph.output_of(each) for each in known.objects.configs),
        *(image for each in known.objects.configs for image in graph.inputs(each)),
        *(image for each in known.objects.deployers for image in each.images),
    )
    places = (each.stream for each in references if each is not None)
    return {place for place in places if place is not None}


def _service(service: Service) -> str:
    spec = service.spec
    name = f"svc/{service.metadata.name}"
    if spec.type == "ExternalName":
        return f"{name} - stands for {spec.external_name}"
    ports = ", ".join(map(_port, spec.ports))
    address = "headless" if spec.cluster_ip == "None" else spec.cluster_ip
    if address and len(spec.ports) == 1:
        return f"{name} - {address}:{ports}"
    noun = "port" if len(spec.ports) == 1 else "ports"
    return f"{name} - {f'{address} ' if address else ''}{f'{noun} {ports}' if ports else 'no port'}"


def _port(port: ServicePort) -> str:
    other = port.target_port not in {"", 0, None, port.port, str(port.port)}
    target = f" -> {port.target_port}" if other else ""
    protocol = f"/{port.protocol.lower()}" if port.protocol not in {"", "TCP"} else ""
    return f"{port.port}{protocol}{target}"


def _pod(pod: Pod) -> str:
    images = ", ".join(each.image for each in pod.spec.containers)
    phase = pod.status.phase
    state = "" if phase == "Running" else f" ({phase.lower() or 'not started'})"
    return f"pod/{pod.metadata.name} runs {images}{state}"


def _problems(found: Sequence[Problem], asked: Asked) -> Iterator[str]:
    """Errors always, warnings when asked for; what to do about them likewise (ST-5)."""
    for severity, head in HEADS:
        some = [each for each in found if each.severity == severity]
        if not some or (severity == "warning" and not asked.suggests):
            continue
        yield head
        for each in some:
            yield from _told(each, suggests=asked.suggests)
        yield ""


def _told(problem: Problem, *, suggests: bool) -> Iterator[str]:
    yield f"{INDENT}* {problem.message}"
    if suggests:
        yield from (f"{INDENT * 3}{line}" for line in problem.detail.splitlines())
        lead = "try: " if problem.advice.startswith("slipcast ") else ""
        for line in problem.advice.splitlines():
            yield f"{INDENT * 2}{lead}{line}"
            lead = " " * len(lead)


def _unread(unread: Sequence[tuple[str, str]]) -> Iterator[str]:
    """What could not be looked at: the rest is told all the same."""
    if unread:
        yield f"Not looked at: {', '.join(sorted({kind for kind, _ in unread}))}."
        yield from (f"{INDENT}* {why}" for why in dict.fromkeys(why for _, why in unread))
        yield ""


def _closing(
    known: Graph, asked: Asked, found: Sequence[Problem], *, is_empty: bool
) -> Iterator[str]:
    if is_empty:
        if not asked.unread:
            yield EMPTY
            yield FIRST
        return
    more = _counted(found)
    if more and not asked.suggests:
        yield f"{more}: 'slipcast status -v' tells what to do."
    yield from _hints(known, asked)


def _hints(known: Graph, asked: Asked) -> Iterator[str]:
    yield "'slipcast describe TYPE/NAME' tells more of one, 'slipcast get all' lists everything."
    names = _applications(known, asked.namespace) if asked.namespace else []
    if len(names) == 1:
        yield f"'slipcast delete app {names[0]}' takes all of this application away."
    elif names:
        yield f"'slipcast delete app NAME' takes an application away: {', '.join(names)}."


def _counted(found: Sequence[Problem]) -> str:
    counts = [
        (sum(1 for each in found if each.severity == severity), severity) for severity, _ in HEADS
    ]
    return ", ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in counts if n)


def _applications(known: Graph, namespace: str) -> list[str]:
    objects = known.objects
    every: tuple[Object | Deployer, ...] = (
        *objects.services, *objects.routes, *objects.deployers, *objects.configs, *objects.streams
    )  # fmt: skip
    names = (
        applications.name_of(each.metadata.labels, each.metadata.annotations)
        for each in every
        if each.metadata.namespace == namespace
    )
    return sorted({name for name in names if name})


def _in(namespace: str, found: Iterable[T]) -> list[T]:
    return [each for each in found if each.metadata.namespace == namespace]
