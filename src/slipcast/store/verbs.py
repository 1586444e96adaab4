"""The verbs, put together over one journal: what every session of a store shares."""

from __future__ import annotations

import msgspec

from slipcast.ports.clock import Clock
from slipcast.ports.journal import Journal
from slipcast.store.deleting import Deleting
from slipcast.store.drafts import Drafts
from slipcast.store.namespaces import Namespaces
from slipcast.store.quotas import Quotas
from slipcast.store.reading import Reading
from slipcast.store.rows import Rows
from slipcast.store.watching import Pace, Watching
from slipcast.store.writing import Writing


class Verbs(msgspec.Struct, frozen=True, kw_only=True):
    """The verbs of stored kinds, unguarded."""

    rows: Rows
    reading: Reading
    writing: Writing
    deleting: Deleting
    watching: Watching

    @classmethod
    def over(cls, journal: Journal, clock: Clock, pace: Pace) -> Verbs:
        """The verbs over a journal."""
        rows = Rows(journal)
        namespaces = Namespaces(rows)
        reading = Reading(rows)
        quotas = Quotas(rows, reading)
        rows.told.append(quotas.wrote)
        return cls(
            rows=rows,
            reading=reading,
            writing=Writing(rows, namespaces, quotas, Drafts(clock)),
            deleting=Deleting(rows, reading, namespaces, clock),
            watching=Watching(rows, pace),
        )
