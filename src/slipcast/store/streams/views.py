"""THE TABLE of kinds that are views of streams and images, and of what lies below streams."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from slipcast.api.document import Document
from slipcast.api.kinds import Kind
from slipcast.ports.api import Resource
from slipcast.store.authorize import Guard
from slipcast.store.streams.below import Layers, Secrets
from slipcast.store.streams.finishing import Finishing
from slipcast.store.streams.imagetags import IMAGE_TAG, ImageTags
from slipcast.store.streams.mappings import MAPPING, Mappings
from slipcast.store.streams.reading import STREAM
from slipcast.store.streams.signatures import SIGNATURE, Signatures
from slipcast.store.streams.streamimages import STREAM_IMAGE, StreamImages
from slipcast.store.streams.tags import STREAM_TAG, StreamTags
from slipcast.store.verbs import Verbs
from slipcast.store.virtual import Virtual


def virtual(verbs: Verbs, finishing: Finishing) -> Mapping[Kind, Virtual]:
    """Kinds without rows of their own."""
    return {
        STREAM_TAG: StreamTags(verbs, finishing),
        IMAGE_TAG: ImageTags(verbs, finishing),
        STREAM_IMAGE: StreamImages(verbs.rows),
        MAPPING: Mappings(verbs, finishing),
        SIGNATURE: Signatures(verbs),
    }


def below(
    verbs: Verbs,
) -> Mapping[tuple[Kind, str], Callable[[Guard, Resource], Awaitable[Document]]]:
    """Subresources that are read."""
    return {
        (STREAM, "secrets"): Secrets(verbs.reading),
        (STREAM, "layers"): Layers(verbs.rows),
    }
