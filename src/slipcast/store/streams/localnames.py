"""Images that are named as tags of streams: looked up as an object is written.

Streams are read for whoever writes: who may make a pod in a namespace may name its streams. The
server's own pods, those of builds, name the server's own images, and never a stream.

Source: image-streams.md IS-509.
"""

from __future__ import annotations

from slipcast.api.document import JSON, Document
from slipcast.api.image import ImageStream
from slipcast.builds.naming import BUILD_NAME
from slipcast.images import localnames
from slipcast.ports.api import Resource
from slipcast.store.rows import Rows
from slipcast.store.streams.reading import STREAM
from slipcast.store.typed import seen


class LocalNames:
    """Gives images that are named as tags the names that they are pulled by."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def resolve(self, resource: Resource, content: JSON, before: Document | None) -> JSON:
        """An object about to be kept, with what its names of images mean."""
        if resource.subresource or _is_of_build(resource, content):
            return content
        old = None if before is None else before.content
        asked = localnames.names(resource.kind, content, old)
        if not asked:
            return content
        streams: dict[str, ImageStream] = {}
        for name in {each.stream for each in asked}:
            found = await self._rows.get(STREAM, resource.namespace, name)
            if found is not None:
                streams[name] = seen(STREAM, found)
        return localnames.resolved(content, asked, streams)


def _is_of_build(resource: Resource, content: JSON) -> bool:
    """Whether an object is the pod of a build."""
    labels = content["metadata"].get("labels") or {}
    return resource.kind.name == "Pod" and BUILD_NAME in labels
