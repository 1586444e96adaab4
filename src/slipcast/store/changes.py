"""Changes: rows as watchers are told of them. One Change of a row serves all watchers.

An object that begins to fulfil a selector is ADDED, one that ceases to is DELETED: for who watches
by a selector there is nothing else in the world.

Source: Kubernetes API concepts, watch; BA-7.
"""

from __future__ import annotations

from slipcast.api.document import Document
from slipcast.ports.api import WatchEvent
from slipcast.ports.journal import Entry
from slipcast.store.keys import place_of
from slipcast.store.remains import Remains, bare_body, remains_of
from slipcast.store.selection import Look, Selection


class Change:
    """A row: what an object was before, and what it is now."""

    __slots__ = ("_events", "is_bare", "is_new", "now", "revision", "size", "was")

    def __init__(
        self, revision: int, now: Look | None, was: Look | None, *, is_new: bool = False
    ) -> None:
        self.revision = revision
        self.now = now
        self.was = was
        self.is_new = is_new
        self.is_bare = False
        self.size = sum(len(each.document.body) for each in (now, was) if each)
        self._events: dict[str, WatchEvent] = {}

    @classmethod
    def of(cls, entry: Entry, remains: Remains) -> Change | None:
        """The change that a row is.

        Shape:  None for a kind that is no longer served, and for a value that was forgotten since:
                a later row tells what became of it.
        """
        place = place_of(entry.key)
        if place is None or entry.value == b"":
            return None
        is_new = entry.created == entry.revision and entry.value is not None
        before = entry.before or remains.of(entry.key, entry.previous)
        now = was = None
        if entry.value is not None:
            now = Look(Document(place.kind, entry.value, entry.revision))
        is_bare = now is None and before is None
        if is_bare:
            before = bare_body(place)
        if before is not None and not is_new:
            was = Look(Document(place.kind, before, entry.revision))
        change = cls(entry.revision, now, was, is_new=is_new)
        change.is_bare = is_bare
        return change

    def event(self, selection: Selection) -> WatchEvent | None:
        """What somebody who watches a selection is told, if anything."""
        now, was = self.now, self.was
        if now is None:
            return self._told("DELETED", was) if was and self._may_match(selection, was) else None
        is_in = selection.matches(now)
        if self.is_new:
            return self._told("ADDED", now) if is_in else None
        if is_in:
            was_in = was is None or selection.matches(was)
            return self._told("MODIFIED" if was_in else "ADDED", now)
        if was is not None:
            return self._told("DELETED", was) if selection.matches(was) else None
        # What it was is forgotten: it may have been in the selection, and nothing is told of it.
        return self._told("DELETED", self._stripped(now)) if selection.may_match(now) else None

    def _may_match(self, selection: Selection, was: Look) -> bool:
        return selection.may_match(was) if self.is_bare else selection.matches(was)

    def _stripped(self, now: Look) -> Look:
        document = now.document
        return Look(Document(document.kind, remains_of(document), document.revision))

    def _told(self, type_: str, look: Look | None) -> WatchEvent | None:
        assert look is not None  # noqa: S101 -- a row has a value or replaces one
        event = self._events.get(type_)
        if event is None:
            event = self._events[type_] = WatchEvent(type_, look.document)  # type: ignore[arg-type]
        return event
