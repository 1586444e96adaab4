"""Where an image is sent by ourselves: a registry over HTTP, or a layout in a directory.

Apart from the engine because of what it imports; `pushing` says what is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from slipcast.adapters.distribution import Elsewhere, Registry
from slipcast.adapters.engine.buildah.ahead import Abandoned, Described, Tar, Target
from slipcast.adapters.engine.buildah.holders import Holders
from slipcast.adapters.engine.buildah.pushing import PLAIN, Notes, Outbound, push
from slipcast.adapters.engine.buildah.storage import Storage, Stored
from slipcast.adapters.layers.compressing import Codec, Compressed
from slipcast.adapters.layers.layout import Layout
from slipcast.adapters.layers.plain import Plain
from slipcast.ports.engine import PullSpec, PushSpec, RegistryAccess, Sink
from slipcast.values.faults import EngineFault, InvalidFault
from slipcast.values.imageref import ImageRef

_LAYOUT = "oci:"


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """Sends images of one store.

    Shape:  notes is the file that remembers what layers compressed to; settle waits until a layer
            of a diffID that is on its way already has arrived.
    """

    storage: Storage
    notes: Path
    codec: Literal["gzip", "zstd"]
    settle: Callable[[str], None]

    def send(self, image: Stored, spec: PushSpec, log: Sink) -> str:
        """The manifest's digest at the destination; empty when this is not a way to get there.

        Errors: EngineFault.
        """
        outbound = Outbound(
            storage=self.storage,
            image=image,
            codec=self._codec,
            notes=self.notes,
            settle=self.settle,
            bases=tuple(_references(spec.bases)),
        )
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

    def may_pull(self, spec: PullSpec) -> bool:
        """Whether the registry has an image for us; False when it is for buildah to find out.

        Errors: EngineFault when it has not.
        """
        reference = ImageRef.parse(spec.image).with_default_tag
        try:
            with closing(Registry(reference, spec.access)) as registry:
                registry.check(str(reference.digest or reference.tag))
        except Elsewhere:
            return False
        return True

    def send_ahead(self, target: Target, layer: Tar, described: Described) -> None:
        """Send a layer that is only just being described, and remember what it became.

        Errors: Abandoned when it need not be sent; those of the registry; whatever layer raises.
        """
        if target.destination.startswith(_LAYOUT):
            return
        reference = ImageRef.parse(target.destination, "destination")
        codec = PLAIN if target.takes_plain and not layer.shrinks() else self.codec
        with closing(Registry(reference, target.access)) as registry:
            asking = _Asking(target.access, reference, self.notes, codec)
            pieces = asking.unless_there(iter(layer), described)
            stream = Compressed(pieces, self._codec) if codec else Plain(pieces, described.wait)
            registry.put_stream(stream)
            Holders(self.notes.parent).add(stream.digest, registry.name)
        Notes(self.notes).add(described.wait(), (stream.digest, stream.size, codec))

    @property
    def _codec(self) -> Codec:
        return Codec(self.codec)


class _Asking(NamedTuple):
    """Finds out whether a registry has a layer, as soon as it is known which."""

    access: RegistryAccess
    reference: ImageRef
    notes: Path
    codec: str

    def unless_there(self, pieces: Iterator[bytes], described: Described) -> Iterator[bytes]:
        """The pieces, up to where the layer turns out to be there from an earlier push."""
        for piece in pieces:
            yield piece
            if described.is_over:
                break
        else:
            return
        if self._is_there(described.wait()):
            raise Abandoned
        yield from pieces

    def _is_there(self, diff_id: str) -> bool:
        known = Notes(self.notes).of(diff_id)
        digests = [digest for digest, _, codec in known if codec == self.codec]
        if self.codec == PLAIN:
            digests = [diff_id]
        with closing(Registry(self.reference, self.access)) as registry:
            holders = Holders(self.notes.parent)
            return any(registry.has(digest, holders.of(digest)) for digest in digests)


def _references(images: Iterable[str]) -> Iterator[ImageRef]:
    for image in images:
        with suppress(InvalidFault):
            yield ImageRef.parse(image)


def layout(destination: str) -> tuple[Path | None, str]:
    """The directory and name of `oci:DIR[:TAG]`; None for a registry."""
    if not destination.startswith(_LAYOUT):
        return None, ""
    rest = destination.removeprefix(_LAYOUT)
    directory, colon, tag = rest.rpartition(":")
    return (Path(directory), tag) if colon and "/" not in tag else (Path(rest), "")
