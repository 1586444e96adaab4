"""Where an image is sent by ourselves: a registry over HTTP, or a layout in a directory.

Apart from the engine because of what it imports; `pushing` says what is sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Literal

import msgspec

from slipcast.adapters.distribution import Elsewhere, Registry
from slipcast.adapters.engine.buildah.ahead import Abandoned, Described
from slipcast.adapters.engine.buildah.pushing import Notes, Outbound, push
from slipcast.adapters.engine.buildah.storage import Storage, Stored
from slipcast.adapters.layers.compressing import Codec, Compressed
from slipcast.adapters.layers.layout import Layout
from slipcast.ports.engine import PushSpec, RegistryAccess, Sink
from slipcast.values.faults import EngineFault
from slipcast.values.imageref import ImageRef

_LAYOUT = "oci:"


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """Sends images of one store.

    Shape:  notes is the file that remembers what layers compressed to.
    """

    storage: Storage
    notes: Path
    codec: Literal["gzip", "zstd"]

    def send(self, image: Stored, spec: PushSpec, log: Sink) -> str:
        """The manifest's digest at the destination; empty when this is not a way to get there.

        Errors: EngineFault.
        """
        outbound = Outbound(storage=self.storage, image=image, codec=self._codec, notes=self.notes)
        directory, tag = layout(spec.destination)
        try:
            if directory is not None:
                return push(outbound, Layout(directory), tag, log)
            reference = ImageRef.parse(spec.destination, "destination").with_default_tag
            with closing(Registry(reference, spec.access)) as registry:
                return push(outbound, registry, reference.tag, log)
        except Elsewhere:
            return ""
        except (OSError, ValueError) as odd:
            raise EngineFault(
                f"the image {spec.image} could not be pushed to {spec.destination}: {odd}"
            ) from odd

    def send_ahead(
        self,
        destination: str,
        access: RegistryAccess,
        pieces: Iterator[bytes],
        described: Described,
    ) -> None:
        """Send a layer that is only just being described, and remember what it became.

        Errors: Abandoned when it need not be sent; those of the registry; whatever pieces raises.
        """
        if destination.startswith(_LAYOUT):
            return
        reference = ImageRef.parse(destination, "destination")
        stream = Compressed(self._unless_there(pieces, described, reference, access), self._codec)
        with closing(Registry(reference, access)) as registry:
            registry.put_stream(stream)
        sent = (stream.digest, stream.size, self.codec)
        Notes(self.notes).add(described.wait(), sent)

    def _unless_there(
        self,
        pieces: Iterator[bytes],
        described: Described,
        reference: ImageRef,
        access: RegistryAccess,
    ) -> Iterator[bytes]:
        """The pieces, up to where the layer turns out to be there from an earlier push."""
        for piece in pieces:
            yield piece
            if described.is_over:
                break
        else:
            return
        with closing(Registry(reference, access)) as registry:
            for digest, _, codec in Notes(self.notes).of(described.wait()):
                if codec == self.codec and registry.has(digest):
                    raise Abandoned
        yield from pieces

    @property
    def _codec(self) -> Codec:
        return Codec(self.codec)


def layout(destination: str) -> tuple[Path | None, str]:
    """The directory and name of `oci:DIR[:TAG]`; None for a registry."""
    if not destination.startswith(_LAYOUT):
        return None, ""
    rest = destination.removeprefix(_LAYOUT)
    directory, colon, tag = rest.rpartition(":")
    return (Path(directory), tag) if colon and "/" not in tag else (Path(rest), "")
