"""Images, ImageStreams and Templates as they are written; their rules are below the ports."""

from __future__ import annotations

from typing import Final

from slipcast.api.image import Image, ImageStream
from slipcast.api.template import Template
from slipcast.images.contents import kept_image
from slipcast.images.defaults import (
    created_stream,
    defaulted_image,
    defaulted_stream,
    reported_stream,
    updated_stream,
    whole_stream,
)
from slipcast.images.manifests import described
from slipcast.images.validate import image, image_stream
from slipcast.store.occasion import Occasion
from slipcast.templates.validate import template
from slipcast.values.causes import Cause

WHOLE: Final = "whole"
"""Below a stream, its spec and its status are written together; nobody is served that."""

IMPORTS: Final = "imports"
"""Below a stream, imports write what they found: a new stream, too. Nobody is served that."""


def prepared_image(_occasion: Occasion, new: Image, old: Image | None) -> Image:
    """An image as it is kept: what it consists of never changes (IS-66, IS-67)."""
    return defaulted_image(described(new) if old is None else kept_image(new, old))


def prepared_stream(_occasion: Occasion, new: ImageStream, old: ImageStream | None) -> ImageStream:
    """A stream as it is kept: its history is its own (IS-10, IS-11)."""
    filled = defaulted_stream(new)
    return created_stream(filled) if old is None else updated_stream(filled, old)


def reported(new: ImageStream, old: ImageStream) -> ImageStream:
    """A stream whose history somebody tells (IS-14)."""
    return reported_stream(new, old)


def rewritten(new: ImageStream, old: ImageStream) -> ImageStream:
    """A stream of which the spec and the history are told together."""
    return whole_stream(defaulted_stream(new), old)


def wrong_image(_occasion: Occasion, new: Image, old: Image | None) -> tuple[Cause, ...]:
    """What is wrong with an image."""
    return image(new, old)


def wrong_stream(
    _occasion: Occasion, new: ImageStream, old: ImageStream | None
) -> tuple[Cause, ...]:
    """What is wrong with a stream."""
    return image_stream(new, old)


def wrong_template(_occasion: Occasion, new: Template, old: Template | None) -> tuple[Cause, ...]:
    """What is wrong with a template."""
    return template(new, old)
