"""FakeBuilders: a catalogue whose images are made at once."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec.structs import replace

from slipcast.ports.builders import Offer
from slipcast.ports.progress import Progress
from slipcast.source.catalogue import BuilderImage
from slipcast.testing.objects import an_image
from slipcast.values.faults import HostFault, NotFound

PYTHON = BuilderImage(
    name="python:3.11",
    version="3.11",
    image="localhost/slipcast/python:3.11",
    supports=("python",),
    description="Python applications",
)
NODEJS = BuilderImage(
    name="nodejs:18",
    version="18",
    image="localhost/slipcast/nodejs:18",
    supports=("nodejs",),
    description="Node.js applications",
)


@dataclass(slots=True, kw_only=True)
class FakeBuilders:
    """A Builders without engine.

    Shape:  made holds names in the order they were made; fault is why none can be.
    """

    rows: tuple[BuilderImage, ...] = (PYTHON, NODEJS)
    made: list[str] = field(default_factory=list)
    fault: HostFault | None = None

    def list(self) -> tuple[Offer, ...]:
        """Every row."""
        return tuple(self._offer(row) for row in self.rows)

    def named(self, image: str) -> Offer | None:
        """The row whose image is called so."""
        return next((each for each in self.list() if each.image == image), None)

    def ensure(self, name: str, progress: Progress) -> Offer:
        """Make it when it was not made yet."""
        offer = self._offer(self._row(name))
        return offer if offer.present else self.build(name, progress)

    def build(self, name: str, progress: Progress, *, no_cache: bool = False) -> Offer:
        """Make it."""
        row = self._row(name)
        if self.fault is not None:
            raise self.fault
        progress.note(f"Making {row.name}{' from nothing' if no_cache else ''}")
        self.made.append(row.name)
        return self._offer(row)

    def _row(self, name: str) -> BuilderImage:
        for row in self.rows:
            if name == row.name:
                return row
        raise NotFound(f"there is no builder image {name}")

    def _offer(self, row: BuilderImage) -> Offer:
        offer = Offer(builder=row, image=row.image)
        return replace(offer, present=an_image()) if row.name in self.made else offer
