"""What the resource types say of a written object: views, unknown and managed fields."""

from __future__ import annotations

from typing import Any

from slipcast.api import apply, lens, managed, metadata
from slipcast.api.document import JSON, Document
from slipcast.api.fieldset import Fields, union
from slipcast.api.kinds import Kind
from slipcast.api.shapes import shape_of
from slipcast.api.tracked import change
from slipcast.ports.api import Resource, WriteOptions
from slipcast.values.causes import Cause

__all__ = ["added", "applied", "seen", "shape_of", "tracked", "unknown_fields", "wrong_metadata"]


def seen(kind: Kind, source: Document | JSON) -> Any:
    """An object through the Struct of its kind.

    Errors: BadRequest when a field is of another type.
    """
    return lens.read(source, kind.type)


def wrong_metadata(kind: Kind, new: Any, old: Any) -> tuple[Cause, ...]:
    """What is wrong with the metadata of a view."""
    if old is None:
        return metadata.created(new.metadata, kind)
    return metadata.updated(new.metadata, old.metadata, kind)


def unknown_fields(kind: Kind, content: JSON) -> tuple[str, ...]:
    """The paths of fields that the kind does not have."""
    return lens.unknown_fields(content, kind)


def tracked(
    resource: Resource,
    before: JSON | None,
    after: JSON,
    options: WriteOptions,
    now: str,
    *,
    of_server: Fields = managed.NOTHING,
) -> JSON:
    """The object with its managed fields brought up to date.

    Shape:  `of_server` is what was added to what a client sent before anything else; a new
            object's status is the server's as well. The legacy paths are older than managed
            fields, and their clients compare objects.
    """
    if not options.manager or resource.legacy:
        return after
    shape = shape_of(resource.kind)
    if before is None and "status" in after:
        of_server = union(of_server, change(None, {"status": after["status"]}, shape).changed)
    return managed.updated(
        before,
        after,
        options.manager,
        now,
        shape,
        subresource=resource.subresource,
        of_server=of_server,
    )


def added(resource: Resource, asked: JSON, given: JSON) -> Fields:
    """The fields that were added to what a client asked for."""
    return change(asked, given, shape_of(resource.kind)).changed


def applied(
    resource: Resource, live: JSON | None, config: JSON, options: WriteOptions, now: str
) -> JSON:
    """What a server-side apply makes of an object, or of none.

    Errors: BadRequest; Conflict when fields belong to other managers.
    """
    return apply.applied(
        live,
        _changeable(resource, config),
        options.manager,
        now,
        shape_of(resource.kind),
        force=options.force,
        subresource=resource.subresource,
    )


def _changeable(resource: Resource, config: JSON) -> JSON:
    """What of a configuration may be applied there: the status, or all but the status."""
    if resource.subresource == "status":
        return {field: value for field, value in config.items() if field != "spec"}
    if resource.kind.subresource("status") and not resource.subresource:
        return {field: value for field, value in config.items() if field != "status"}
    return config
