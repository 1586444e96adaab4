"""The parts of an application: what goes with it, and what stays although it looks like one.

A part is what new-app made under the application's name. What others use stays, and so does what
has the application's label and was made by somebody else.

Source: user-pain.md UP-25.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from slipcast.api import applications
from slipcast.api.document import Document
from slipcast.views.exported import is_owned
from slipcast.views.status import graph
from slipcast.views.status.graph import Graph
from slipcast.views.status.references import Place, Reference, reference_of

_FIRST: Final = ("Route", "Service", "DeploymentConfig", "Deployment", "Job", "BuildConfig")
"""Kinds in the order in which they go: nobody is led to what is half gone, nothing is built."""


class Staying(msgspec.Struct, frozen=True, kw_only=True):
    """An object that stays; users are those who use it, none where somebody else made it."""

    document: Document
    users: tuple[str, ...] = ()


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What an application consists of, in the order in which it goes; and what stays."""

    going: tuple[Document, ...] = ()
    staying: tuple[Staying, ...] = ()


def parts(documents: Sequence[Document], known: Graph, name: str) -> Parts:
    """The parts of an application among the objects of a namespace."""
    free = [each for each in documents if not is_owned(each.content)]
    own = [each for each in free if application_of(each) == name]
    going = {(each.kind.name, each.names.name) for each in own}
    used = {each.names.name: _users(known, each, going) for each in own if _is_stream(each)}
    kept = [each for each in own if used.get(each.names.name) and _is_stream(each)]
    others = [
        each
        for each in free
        if not application_of(each) and applications.is_labelled(each.names.labels or {}, name)
    ]
    return Parts(
        going=tuple(sorted((each for each in own if each not in kept), key=_rank)),
        staying=(
            *(Staying(document=each, users=used[each.names.name]) for each in kept),
            *(Staying(document=each) for each in others),
        ),
    )


def names(documents: Iterable[Document]) -> tuple[str, ...]:
    """The applications that there are."""
    return tuple(sorted({name for each in documents if (name := application_of(each))}))


def application_of(document: Document) -> str:
    """The application that an object is part of; empty when it is of none."""
    metadata = document.content["metadata"]
    return applications.name_of(metadata.get("labels") or {}, metadata.get("annotations") or {})


def _is_stream(document: Document) -> bool:
    return document.kind.name == "ImageStream"


def _rank(document: Document) -> tuple[int, str, str]:
    kind = document.kind.name
    place = _FIRST.index(kind) if kind in _FIRST else len(_FIRST)
    return (place, kind, document.names.name)


def _users(known: Graph, stream: Document, going: set[tuple[str, str]]) -> tuple[str, ...]:
    """Who uses a stream and stays."""
    place = Place(stream.names.namespace, stream.names.name)
    found = (
        shown
        for kind, name, shown, images in _all_users(known)
        if (kind, name) not in going and any(each.stream == place for each in images)
    )
    return tuple(dict.fromkeys(found))


def _all_users(known: Graph) -> Iterator[tuple[str, str, str, tuple[Reference, ...]]]:
    for config in known.objects.configs:
        output = graph.output_of(config)
        images = (*graph.inputs(config), *((output,) if output is not None else ()))
        yield "BuildConfig", config.metadata.name, f"bc/{config.metadata.name}", images
    for deployer in known.objects.deployers:
        kind = "DeploymentConfig" if deployer.short == "dc" else "Deployment"
        yield kind, deployer.metadata.name, deployer.shown, deployer.images
    for stream in known.objects.streams:
        name, namespace = stream.metadata.name, stream.metadata.namespace
        held = (reference_of(tag.from_, namespace) for tag in stream.spec.tags)
        own = Place(namespace, name)
        images = tuple(each for each in held if each is not None and each.stream != own)
        yield "ImageStream", name, f"is/{name}", images
