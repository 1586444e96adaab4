"""Managed fields: who wrote which field of an object, told in its metadata.managedFields.

Every write is tracked: fields that a create, update or patch changed become those of the writing
manager. An apply is done in `apply`, which shares the entries with this module.

Source: Kubernetes, field management; its limit of ten updating managers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any, Final

import msgspec

from slipcast.api.document import JSON
from slipcast.api.fieldset import Fields, difference, normalized, union
from slipcast.api.tracked import change
from slipcast.values.shape import Shape

APPLY: Final = "Apply"
UPDATE: Final = "Update"
MOST_UPDATERS: Final = 10
ANCIENT: Final = "ancient-changes"
"""The manager that the oldest updates become when there are too many."""

NOTHING: Final[Fields] = {}

_TEXTS: Final = ("manager", "operation", "apiVersion", "time", "subresource")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of one manager."""

    manager: str
    operation: str
    api_version: str
    fields: Fields
    time: str = ""
    subresource: str = ""

    @property
    def identity(self) -> tuple[str, ...]:
        """What tells entries apart; one manager applies in one version at a time."""
        version = "" if self.operation == APPLY else self.api_version
        return self.manager, self.operation, version, self.subresource

    def with_fields(self, fields: Fields) -> Entry:
        """The same manager with other fields."""
        if fields is self.fields:
            return self
        return msgspec.structs.replace(self, fields=fields)

    def encoded(self) -> JSON:
        """The entry as an object has it."""
        content: JSON = {
            "manager": self.manager,
            "operation": self.operation,
            "apiVersion": self.api_version,
        }
        if self.time:
            content["time"] = self.time
        content |= {"fieldsType": "FieldsV1", "fieldsV1": self.fields}
        if self.subresource:
            content["subresource"] = self.subresource
        return content


def updated(
    before: JSON | None,
    after: JSON,
    manager: str,
    now: str,
    shape: Shape,
    *,
    subresource: str = "",
    of_server: Fields = NOTHING,
) -> JSON:
    """`after` with its managedFields brought up to date: what changed is the manager's.

    A client may send managedFields of its own with `after`; those that make no sense are passed
    over, and `[{}]` or `[]` forgets all.

    Shape:  before None for an object that is created; now as the API writes moments; of_server:
            what the server itself has added, which is no manager's. Parts that are not changed
            are shared with `after`, and with `before`.
    """
    ours = Entry(
        manager=manager,
        operation=UPDATE,
        api_version=after.get("apiVersion", ""),
        fields={},
        time=now,
        subresource=subresource,
    )
    entries = _entries_to_go_on(before, after, is_subresource=bool(subresource))
    differing = change(before, after, shape)
    if of_server:
        changed = difference(differing.changed, of_server)
        differing = msgspec.structs.replace(differing, changed=changed)
    if differing.is_none:
        return with_entries(after, entries)
    kept: list[Entry] = []
    for entry in without(entries, differing.removed):
        if entry.identity == ours.identity:
            ours = ours.with_fields(entry.fields) if differing.changed else entry
        else:
            kept.extend(without((entry,), differing.changed))
    ours = ours.with_fields(union(ours.fields, differing.changed))
    return with_entries(after, _capped([*kept, ours] if ours.fields else kept))


def entries_of(content: JSON | None) -> list[Entry]:
    """The entries of an object; none where they make no sense."""
    return _decoded(_raw(content)) or []


def with_entries(content: JSON, entries: Iterable[Entry]) -> JSON:
    """An object with other entries; all else is shared with the one given."""
    metadata = {
        field: value
        for field, value in (content.get("metadata") or {}).items()
        if field != "managedFields"
    }
    in_order = sorted(
        entries, key=attrgetter("operation", "time", "manager", "api_version", "subresource")
    )
    if in_order:
        metadata["managedFields"] = [entry.encoded() for entry in in_order]
    return {**content, "metadata": metadata}


def without(entries: Iterable[Entry], fields: Fields) -> list[Entry]:
    """Entries without some fields; those that have none left are gone."""
    left = (
        entry.with_fields(difference(entry.fields, fields) if fields else entry.fields)
        for entry in entries
    )
    return [entry for entry in left if entry.fields]


def _entries_to_go_on(before: JSON | None, after: JSON, *, is_subresource: bool) -> list[Entry]:
    """Those that the client sent, or those of the object where it sent none."""
    sent, stored = _raw(after), _raw(before)
    if is_subresource or sent == stored:
        return _decoded(stored) or []
    if sent in ([], [{}]):
        return []
    given = _decoded(sent, of_client=True)
    return given or _decoded(stored) or []


def _raw(content: JSON | None) -> object:
    return (content or {}).get("metadata", {}).get("managedFields")


def _decoded(raw: object, *, of_client: bool = False) -> list[Entry] | None:
    """The entries that a list holds; None when one of them is none."""
    if not isinstance(raw, list):
        return None
    read: Callable[[Any], Entry | None] = _checked if of_client else _stored
    entries = {entry.identity: entry for entry in map(read, raw) if entry is not None}
    return list(entries.values()) if len(entries) == len(raw) else None


def _stored(raw: Mapping[str, Any]) -> Entry:
    return Entry(
        manager=raw.get("manager", ""),
        operation=raw.get("operation", UPDATE),
        api_version=raw.get("apiVersion", ""),
        fields=raw.get("fieldsV1") or {},
        time=raw.get("time", ""),
        subresource=raw.get("subresource", ""),
    )


def _checked(raw: object) -> Entry | None:
    if not isinstance(raw, dict) or raw.get("fieldsType") != "FieldsV1":
        return None
    texts = [raw.get(field, "") for field in _TEXTS]
    fields = normalized(raw.get("fieldsV1") or {})
    is_sound = (
        all(isinstance(text, str) for text in texts)
        and raw.get("apiVersion")
        and raw.get("operation") in {APPLY, UPDATE}
    )
    return _stored({**raw, "fieldsV1": fields}) if is_sound and fields is not None else None


def _capped(entries: list[Entry]) -> list[Entry]:
    """No more than so many updating managers: the oldest of a version become one."""
    updaters = sorted(
        (entry for entry in entries if entry.operation == UPDATE),
        key=attrgetter("time", "identity"),
    )
    excess = len(updaters) - MOST_UPDATERS
    if excess <= 0:
        return entries
    result = [entry for entry in entries if entry.operation != UPDATE]
    first: dict[str, Entry] = {}
    for entry in updaters:
        version = entry.api_version
        if excess > 0 and version in first:
            fields = union(first[version].fields, entry.fields)
            first[version] = Entry(
                manager=ANCIENT,
                operation=UPDATE,
                api_version=version,
                fields=fields,
                time=entry.time,
            )
            excess -= 1
        elif version in first:
            result.append(entry)
        else:
            first[version] = entry
    return result + list(first.values())
