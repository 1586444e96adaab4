"""What must hold of a request before any work begins; every violation is reported at once.

Source: source-to-image, validation (S2I-54 to 58, S2I-160, S2I-208).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from slipcast.builds.s2i import injections, scripts
from slipcast.builds.s2i.request import S2IRequest
from slipcast.values.faults import FieldError, InvalidFault
from slipcast.values.imageref import ImageRef

_ID = re.compile(r"(sha256:)?[0-9a-f]{12,64}")
_NETWORK = re.compile(r"|none|bridge|host|container:[\w.-]+|netns:/.+")
_VARIABLE = re.compile(r"[^=\s\0]+")


def build(request: S2IRequest) -> tuple[FieldError, ...]:
    """What is wrong with a request to build an image."""
    return (*_build(request), *_shared(request))


def rebuild(request: S2IRequest) -> tuple[FieldError, ...]:
    """What is wrong with flags of a rebuild; source and builder image come from the image."""
    return tuple(_shared(request))


def usage(request: S2IRequest) -> tuple[FieldError, ...]:
    """What is wrong with a request for the usage of a builder image."""
    return (*_builder_image(request), *_shared(request))


def dockerfile(request: S2IRequest) -> tuple[FieldError, ...]:
    """What is wrong with a request to write a Dockerfile."""
    return (*_dockerfile(request), *_builder_image(request), *_shared(request))


def _build(request: S2IRequest) -> Iterator[FieldError]:
    yield from _builder_image(request)
    if request.runtime_image:
        yield from _image("runtime image", request.runtime_image)
        if request.incremental:
            yield FieldError(
                path="incremental", what="Incremental build with runtime image isn't supported"
            )


def _dockerfile(request: S2IRequest) -> Iterator[FieldError]:
    if request.runtime_image:
        yield FieldError(
            path="runtime image", what="a Dockerfile with runtime image isn't supported"
        )
    if request.incremental and not (request.tag or request.incremental_from_tag):
        yield FieldError(path="tag", what="an incremental Dockerfile needs the previous image's")


def _builder_image(request: S2IRequest) -> Iterator[FieldError]:
    if not request.builder_image:
        yield FieldError(path="builder image", what="is missing")
    else:
        yield from _image("builder image", request.builder_image)


def _shared(request: S2IRequest) -> Iterator[FieldError]:
    for path, image in (("tag", request.tag), ("previous image", request.incremental_from_tag)):
        if image:
            yield from _reference(path, image)
    if not _NETWORK.fullmatch(request.network):
        yield FieldError(
            path="network",
            what="is none of none, bridge, host, container:ID and netns:PATH",
            value=request.network,
        )
    yield from _variables(request)
    if any(not name.strip() for name, _ in request.labels):
        yield FieldError(path="labels", what="the name of a label is empty")
    if request.scripts_url and scripts.parse_url(request.scripts_url) is None:
        yield FieldError(
            path="scripts URL",
            what="is not a URL; write image://, file://, http:// or https://",
            value=request.scripts_url,
        )
    yield from _option("ref", request.ref)
    yield from injections.errors(request.injections)


def _variables(request: S2IRequest) -> Iterator[FieldError]:
    for name, value in request.env:
        if not _VARIABLE.fullmatch(name):
            yield FieldError(path="environment", what="is no name of a variable", value=name)
        if "\0" in value:
            yield FieldError(path=f"environment {name}", what="holds a zero byte")


def _option(path: str, value: str) -> Iterator[FieldError]:
    if value.startswith("-"):
        yield FieldError(path=path, what="must not begin with '-'", value=value)


def _image(path: str, text: str) -> Iterator[FieldError]:
    if not _ID.fullmatch(text):
        yield from _reference(path, text)


def _reference(path: str, text: str) -> Iterator[FieldError]:
    try:
        ImageRef.parse(text, path)
    except InvalidFault as fault:
        yield from fault.errors
