"""Patches carried out on an object."""

from __future__ import annotations

from typing import Final

from slipcast.api.document import JSON
from slipcast.ports.api import Patch, Resource, WriteOptions
from slipcast.store.typed import applied, shape_of
from slipcast.values.apifaults import BadRequest
from slipcast.values.patch import json_patch, merge_patch, strategic_patch

_REVISION: Final = "/metadata/resourceVersion"


def patched(
    resource: Resource, patch: Patch, live: JSON | None, now: str, options: WriteOptions
) -> JSON:
    """What a patch makes of an object; live None: there is none, and the patch is an apply.

    Errors: BadRequest; Invalid; Conflict.
    """
    kind = resource.kind
    if patch.type == "apply":
        return applied(resource, live, patch.body, options, now)
    assert live is not None  # noqa: S101 -- only an apply makes what is not there
    if patch.type == "json":
        found = json_patch(live, patch.body)
    elif patch.type == "merge":
        found = merge_patch(live, patch.body)
    else:
        found = strategic_patch(live, patch.body, shape_of(kind))
    if not isinstance(found.get("metadata"), dict):
        raise BadRequest("the patch leaves no object")
    return found


def names_revision(patch: Patch) -> bool:
    """Whether a patch is meant for one revision only."""
    if patch.type == "json":
        steps = patch.body if isinstance(patch.body, list) else ()
        return any(isinstance(step, dict) and step.get("path") == _REVISION for step in steps)
    metadata = patch.body.get("metadata") if isinstance(patch.body, dict) else None
    return isinstance(metadata, dict) and bool(metadata.get("resourceVersion"))
