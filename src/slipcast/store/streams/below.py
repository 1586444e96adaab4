"""What lies below a stream and is only read: the secrets it is pulled with, what it consists of.

Source: image-streams.md IS-500, IS-507; the API reference of image.openshift.io/v1.
"""

from __future__ import annotations

from typing import Final

from slipcast.api import kinds
from slipcast.api.document import JSON, Document
from slipcast.api.image import Image
from slipcast.images.layers import image_names, layers
from slipcast.ports.api import ListOptions, Resource
from slipcast.store.authorize import Guard
from slipcast.store.reading import Reading
from slipcast.store.rows import Rows
from slipcast.store.streams import reading

SECRET: Final = kinds.require("", "Secret")
PULLS: Final = frozenset({"kubernetes.io/dockercfg", "kubernetes.io/dockerconfigjson"})
"""The types of secrets that hold logins at registries."""
LEFT_OUT: Final = "openshift.io/image.excludeSecret"
"""An annotation that says `true` of a secret that is not to be used here (IS-82)."""


class Secrets:
    """`imagestreams/secrets`: the logins of a namespace that imports may use."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def __call__(self, guard: Guard, resource: Resource) -> Document:
        """The secrets as one list; the stream need not be there, as with the original."""
        del guard
        place = Resource(SECRET, resource.namespace)
        listing = await self._reading.list(place, ListOptions())
        items = [each.content for each in listing.documents if is_for_pulls(each.content)]
        bare = [_without_head(item) for item in items]
        return Document.of(kinds.SECRETS, {"metadata": {}, "items": bare}, listing.revision)


class Layers:
    """`imagestreams/layers`: what the images of a stream consist of."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def __call__(self, guard: Guard, resource: Resource) -> Document:
        """The blobs and images of a stream.

        Errors: NotFound.
        """
        del guard
        stream = await reading.stream(self._rows, resource.namespace, resource.name)
        images: dict[str, Image] = {}
        for name in image_names(stream):
            found = await reading.image(self._rows, name)
            if found is not None:
                images[name] = found
        revision = int(stream.metadata.resource_version)
        return reading.shown(kinds.LAYERS, layers(stream, images), revision)


def is_for_pulls(secret: JSON) -> bool:
    """Whether a secret holds logins that images may be fetched with."""
    annotations = secret["metadata"].get("annotations") or {}
    return secret.get("type") in PULLS and annotations.get(LEFT_OUT) != "true"


def _without_head(content: JSON) -> JSON:
    return {name: value for name, value in content.items() if name not in {"apiVersion", "kind"}}
