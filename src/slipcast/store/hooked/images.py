"""Images, ImageStreams and Templates as they are written; their rules are below the ports."""

from __future__ import annotations

from slipcast.api.image import Image, ImageStream
from slipcast.api.template import Template
from slipcast.images.defaults import (
    created_stream,
    defaulted_image,
    defaulted_stream,
    updated_stream,
)
from slipcast.images.validate import image, image_stream
from slipcast.store.occasion import Occasion
from slipcast.templates.validate import template
from slipcast.values.causes import Cause


def prepared_image(_occasion: Occasion, new: Image, _old: Image | None) -> Image:
    """An image as it is kept."""
    return defaulted_image(new)


def prepared_stream(_occasion: Occasion, new: ImageStream, old: ImageStream | None) -> ImageStream:
    """A stream as it is kept: its history is its own (IS-10, IS-11)."""
    filled = defaulted_stream(new)
    return created_stream(filled) if old is None else updated_stream(filled, old)


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
