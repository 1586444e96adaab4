"""What is kept of streams that want images of registries elsewhere, and when it is their turn."""

from __future__ import annotations

from datetime import datetime

from slipcast.api.document import Document
from slipcast.api.image import ImageStream
from slipcast.api.lens import read
from slipcast.controllers.pacing import Turns
from slipcast.controllers.queue import Key
from slipcast.images.scheduling import Scheduling
from slipcast.ports.clock import Clock
from slipcast.reconcile.imageimports import ImportView, next_due, wants
from slipcast.values.apifaults import BadRequest


class Imports:
    """How streams get the images of registries elsewhere."""

    def __init__(self, scheduling: Scheduling, clock: Clock) -> None:
        self._scheduling = scheduling
        self._clock = clock
        self._turns = Turns(scheduling.per_minute)

    def view(self, key: Key, stream: ImageStream) -> ImportView:
        """What there is to be seen of a stream that may want images."""
        return ImportView(stream=stream, scheduling=self._scheduling, turn=self._turn(key, stream))

    def _turn(self, key: Key, stream: ImageStream) -> datetime:
        now = self._clock.now()
        again = next_due(stream, self._scheduling, now)
        if again is None or again > now:
            self._turns.drop(key)
            return now
        return self._turns.of(key, now)


def wanting(document: Document) -> bool | None:
    """Whether a stream may want images of registries elsewhere, now or later."""
    try:
        return wants(read(document, ImageStream)) or None
    except BadRequest:
        return None
