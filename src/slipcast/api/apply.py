"""Server-side apply: a configuration merged into an object, field by field owned by its manager.

What the manager applied before and no longer applies goes, unless another applier wants it. A field
that somebody else owns and that would change is a conflict, unless the apply is forced.

An object made by `kubectl apply` on the client's side is taken over without conflicts by `kubectl
apply --server-side`, as far as what was applied last is still there.

Source: Kubernetes, server-side apply; structured-merge-diff.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import attrgetter
from typing import Final

import msgspec

from slipcast.api.document import JSON
from slipcast.api.fieldset import Fields, difference, intersection, paths, union
from slipcast.api.grafting import check_elements, graft, prune
from slipcast.api.managed import APPLY, UPDATE, Entry, entries_of, with_entries, without
from slipcast.api.tracked import change, fields_of
from slipcast.values.apifaults import BadRequest, Conflict
from slipcast.values.causes import Cause, shown
from slipcast.values.patches.equal import copied
from slipcast.values.shape import Shape

LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
FIELD_MANAGER_CONFLICT: Final = "FieldManagerConflict"

_KUBECTL: Final = "kubectl"
_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder().decode


def applied(
    live: JSON | None,
    config: JSON,
    manager: str,
    now: str,
    shape: Shape,
    *,
    force: bool,
    subresource: str = "",
) -> JSON:
    """The object after an apply; `live` itself, the very same, when the apply changes nothing.

    Shape:  live None for an object that is not there yet; `config` is in the version that `live`
            is in, and without what the subresource does not let change. The result shares nothing
            with either.
    Errors: Conflict with a cause for every field; BadRequest for a configuration with managedFields
            or with list elements that nothing identifies.
    """
    _check_metadata(config)
    check_elements(config, shape)
    ours = Entry(
        manager=manager,
        operation=APPLY,
        api_version=config.get("apiVersion", ""),
        fields=fields_of(config, shape),
        time=now,
        subresource=subresource,
    )
    entries = {entry.identity: entry for entry in entries_of(live)}
    last = entries.pop(ours.identity, None)
    after = graft(copied(live or {}), config, shape)
    if last is not None and last.fields != ours.fields:
        appliers = (entry.fields for entry in entries.values() if entry.operation == APPLY)
        prune(after, last.fields, reduce(union, appliers, ours.fields), shape)
    differing = change(live, after, shape)
    if live is not None and last is not None and differing.is_none and _says_same(last, ours):
        return live
    if not force and entries:
        # What the configuration takes away by null is a change to it as well.
        nulls = intersection(differing.removed, ours.fields)
        taken = union(differing.changed, nulls)
        _check_conflicts(entries.values(), taken, live or {}, manager, shape)
    left = without(without(entries.values(), differing.changed), differing.removed)
    _note_last_applied(after, config, manager)
    return with_entries(after, [*left, ours] if ours.fields else left)


def _check_metadata(config: JSON) -> None:
    metadata = config.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise BadRequest("error decoding patch: metadata is no object")
    if metadata.get("managedFields") is not None:
        raise BadRequest("metadata.managedFields must be nil")


def _says_same(last: Entry, ours: Entry) -> bool:
    return (last.fields, last.api_version) == (ours.fields, ours.api_version)


def _check_conflicts(
    others: Iterable[Entry], taken: Fields, live: JSON, manager: str, shape: Shape
) -> None:
    clashes = [
        entry.with_fields(clash)
        for entry in sorted(others, key=attrgetter("identity"))
        if (clash := intersection(entry.fields, taken))
    ]
    if clashes and manager == _KUBECTL:
        clashes = without(clashes, _applied_by_client(live, shape))
    if clashes:
        raise _conflict(clashes)


def _conflict(clashes: list[Entry]) -> Conflict:
    """The fault about fields of others; each entry has those of its fields that clash."""
    causes = tuple(
        Cause(field=path, reason=FIELD_MANAGER_CONFLICT, message=f"conflict with {_named(entry)}")
        for entry in clashes
        for path in paths(entry.fields)
    )
    if len(causes) == 1:
        text = f"1 conflict: {causes[0].message}: {causes[0].field}"
    else:
        lines = [
            line
            for entry in clashes
            for line in (
                f"conflicts with {_named(entry)}:",
                *(f"- {path}" for path in paths(entry.fields)),
            )
        ]
        text = f"{len(causes)} conflicts: " + "\n".join(lines)
    return Conflict(f"Apply failed with {text}", causes=causes)


def _named(entry: Entry) -> str:
    """A manager as messages name it."""
    name = shown(entry.manager)
    if entry.subresource:
        name += f" with subresource {shown(entry.subresource)}"
    return f"{name} using {entry.api_version}" if entry.operation == UPDATE else name


def _applied_by_client(live: JSON, shape: Shape) -> Fields:
    """The fields that `kubectl apply` asked for last on the client's side, as far as still so."""
    text = _annotations(live).get(LAST_APPLIED)
    try:
        config = _decode(text) if isinstance(text, str) else None
    except msgspec.DecodeError:
        return {}
    if not isinstance(config, dict) or config.get("apiVersion") != live.get("apiVersion"):
        return {}
    if not isinstance(config.get("metadata", {}), dict):
        return {}
    since = change(config, live, shape)
    return difference(difference(fields_of(config, shape), since.changed), since.removed)


def _note_last_applied(after: JSON, config: JSON, manager: str) -> None:
    """Keeps the annotation of `kubectl apply` true, so that it can be gone back to."""
    if manager != _KUBECTL or LAST_APPLIED not in _annotations(after):
        return
    annotations = {key: value for key, value in _annotations(config).items() if key != LAST_APPLIED}
    metadata = {**(config.get("metadata") or {}), "annotations": annotations}
    noted = _encode({**config, "metadata": metadata}).decode() + "\n"
    after["metadata"]["annotations"][LAST_APPLIED] = noted


def _annotations(content: JSON) -> JSON:
    annotations = (content.get("metadata") or {}).get("annotations")
    return annotations if isinstance(annotations, dict) else {}
