"""The Builders port: the builder images this installation offers. Synchronous.

Implemented by `builder.images`; `cli` asks through here.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from slipcast.ports.progress import Progress
from slipcast.source.catalogue import BuilderImage
from slipcast.values.image import ImageFacts


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A catalogue row, the reference used for it here, and what storage holds of it."""

    builder: BuilderImage
    image: str
    present: ImageFacts | None = None


class Builders(Protocol):
    """The catalogue against the engine's storage."""

    def list(self) -> tuple[Offer, ...]:
        """Every row, in the catalogue's order."""
        ...

    def named(self, image: str) -> Offer | None:
        """The row whose image is called so here, as list() has it; None when it is none of ours."""
        ...

    def ensure(self, name: str, progress: Progress) -> Offer:
        """The builder image called name, made (or pulled, when the catalogue names public images)
        if it is not here.

        Errors: NotFound with the list of names.
        """
        ...

    def build(self, name: str, progress: Progress, *, no_cache: bool = False) -> Offer:
        """Make it anew, and the base image before it if that is missing. `base` is a name too."""
        ...
