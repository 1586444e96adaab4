"""What a row means to those who watch."""

from __future__ import annotations

from slipcast.api import kinds
from slipcast.ports.journal import Entry
from slipcast.store.changes import Change
from slipcast.store.remains import Remains
from slipcast.store.selection import EVERYTHING, Selection

SECRET = kinds.require("", "Secret")
KEY = "//secrets/p/s"
NEW = b'{"metadata":{"name":"s","namespace":"p","labels":{"app":"x"}}}'


def an_entry(value: bytes | None, before: bytes | None = None, created: int = 1) -> Entry:
    return Entry(key=KEY, revision=2, created=created, previous=1, value=value, before=before)


def selecting(labels: str = "", name: str = "") -> Selection:
    return Selection.parse(SECRET, labels, "", name)


def told(entry: Entry, selection: Selection = EVERYTHING) -> str | None:
    """The type of event that somebody who watches a selection is told."""
    change = Change.of(entry, Remains())
    event = change.event(selection) if change else None
    return event.type if event else None


def test_the_first_row_of_a_life_is_added():
    assert told(an_entry(NEW, created=2)) == "ADDED"


def test_a_later_row_is_modified():
    assert told(an_entry(NEW, before=NEW)) == "MODIFIED"


def test_a_tombstone_is_deleted():
    assert told(an_entry(None, before=NEW)) == "DELETED"


def test_a_row_of_a_kind_that_is_no_longer_served_is_nothing():
    entry = Entry(key="/old.example.com/things/p/t", revision=2, created=1, previous=1, value=NEW)

    assert Change.of(entry, Remains()) is None


def test_a_row_whose_value_was_forgotten_is_told_by_a_later_one():
    assert Change.of(an_entry(b""), Remains()) is None


def test_a_forgotten_object_that_is_gone_is_told_to_all_who_may_have_seen_it():
    assert told(an_entry(None), selecting(labels="app=x")) == "DELETED"
    assert told(an_entry(None), selecting(name="s")) == "DELETED"
    assert told(an_entry(None), selecting(name="other")) is None


def test_a_forgotten_object_that_is_gone_has_its_names():
    change = Change.of(an_entry(None), Remains())

    assert change is not None
    event = change.event(EVERYTHING)
    assert event is not None
    assert (event.document.names.namespace, event.document.names.name) == ("p", "s")


def test_an_object_whose_past_was_forgotten_may_have_left_a_selection():
    assert told(an_entry(NEW), selecting(labels="app=x")) == "MODIFIED"
    assert told(an_entry(NEW), selecting(labels="app=y")) == "DELETED"


def test_who_watches_one_name_learns_nothing_of_another_whose_past_was_forgotten():
    assert told(an_entry(NEW), selecting(name="other")) is None


def test_what_leaves_a_selection_with_its_past_forgotten_is_told_without_data():
    value = NEW[:-1] + b',"data":{"key":"dmFsdWU="}}'
    change = Change.of(an_entry(value), Remains())

    assert change is not None
    event = change.event(selecting(labels="app=y"))
    assert event is not None
    assert "data" not in event.document.content


def test_everybody_is_told_by_the_same_event():
    change = Change.of(an_entry(NEW, before=NEW), Remains())

    assert change is not None
    assert change.event(EVERYTHING) is change.event(selecting(labels="app=x"))
