"""ImageTags: the tags of streams, with their history; a newer view of what ImageStreamTags show.

Source: the API reference of image.openshift.io/v1, ImageTag.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec.structs import replace
from typing_extensions import override

from slipcast.api import kinds
from slipcast.api.image import Image, ImageStream, ImageTag, TagReference
from slipcast.api.meta import Object
from slipcast.images import views
from slipcast.images.defaults import defaulted_tag
from slipcast.images.events import spec_tag
from slipcast.images.validate import image_tag
from slipcast.store.streams.tags import StreamTags
from slipcast.values.causes import Cause

IMAGE_TAG: Final = kinds.require(kinds.IMAGE, "ImageTag")


class ImageTags(StreamTags):
    """Tags, with or without an image."""

    kind = IMAGE_TAG

    @override
    def listed(self, stream: ImageStream) -> Iterator[str]:
        """All tags that a stream has, or shall have."""
        return views.tags(stream)

    @override
    def view(self, stream: ImageStream, tag: str, image: Image | None) -> Object:
        """A tag as an ImageTag."""
        return views.image_tag(stream, tag, image)

    @override
    def wanted(self, stream: ImageStream, sent: ImageTag, tag: str) -> TagReference:
        """What a tag shall be by an ImageTag."""
        return replace(sent.spec or spec_tag(stream, tag) or TagReference(), name=tag)

    @override
    def defaulted(self, sent: ImageTag) -> ImageTag:
        """An ImageTag with everything filled in."""
        return replace(sent, spec=defaulted_tag(sent.spec) if sent.spec is not None else None)

    @override
    def wrong(self, new: ImageTag, old: ImageTag | None) -> tuple[Cause, ...]:
        """What is wrong with an ImageTag."""
        del old
        return image_tag(new)
