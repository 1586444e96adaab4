"""Apply, as rules: what was applied last, and the patch that leads to what is applied now.

What was applied last is kept in an annotation of the object, in the very bytes that kubectl keeps
there, so that either finds unchanged what the other applied.

Source: Kubernetes documentation, declarative management of objects; kubectl 1.32, tried out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from slipcast.api import codec
from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.api.shapes import shape_of
from slipcast.values import patch
from slipcast.values.apifaults import BadRequest
from slipcast.values.faults import UsageFault
from slipcast.views import gojson

LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
CLIENT_SIDE: Final = "kubectl-client-side-apply"
SERVER_SIDE: Final = "kubectl"
MEMORY: Final = "kubectl-last-applied"
"""Who manages the annotation of an object that the server merges."""


def placed(content: JSON, namespace: str) -> JSON:
    """An object that says its namespace itself."""
    metadata = dict(content.get("metadata") or {})
    if namespace:
        metadata["namespace"] = namespace
    return {**content, "metadata": metadata}


def bare(content: JSON) -> JSON:
    """A configuration without what was kept in it before; it has annotations, if none in them."""
    metadata = dict(content.get("metadata") or {})
    annotations = dict(metadata.get("annotations") or {})
    annotations.pop(LAST_APPLIED, None)
    return {**content, "metadata": {**metadata, "annotations": annotations}}


def kept_text(content: JSON) -> str:
    """What is kept of a configuration."""
    return gojson.compact(bare(content)) + "\n"


def remembered(content: JSON) -> JSON:
    """A configuration with itself in its annotation: what is sent."""
    metadata = dict(content.get("metadata") or {})
    annotations = {**(metadata.get("annotations") or {}), LAST_APPLIED: kept_text(content)}
    return {**content, "metadata": {**metadata, "annotations": annotations}}


def kept_in(live: JSON) -> str:
    """What is kept in an object, as text; empty when nothing is."""
    annotations = (live.get("metadata") or {}).get("annotations") or {}
    text = annotations.get(LAST_APPLIED)
    return text if isinstance(text, str) else ""


def last_applied(live: JSON) -> JSON:
    """The configuration that was applied last; empty when none was.

    Errors: UsageFault when what is kept is none.
    """
    text = kept_in(live)
    if not text:
        return {}
    try:
        return codec.parse(text.encode())
    except BadRequest as wrong:
        name = live["metadata"].get("name", "")
        raise UsageFault(
            f"the annotation {LAST_APPLIED} of {name} cannot be read: {wrong.message}"
        ) from wrong


def change(kind: Kind, content: JSON, live: JSON) -> JSON:
    """The strategic merge patch that applies a configuration to an object; {} when it is so.

    Errors: UsageFault, BadRequest.
    """
    return patch.three_way(last_applied(live), content, live, shape_of(kind))


def memory_patch(content: JSON) -> JSON:
    """The merge patch that keeps a configuration in its object, and changes nothing else."""
    annotation: dict[str, Any] = {LAST_APPLIED: kept_text(content)}
    return {"metadata": {"annotations": annotation}}


def migrated(managed: Sequence[JSON], manager: str) -> list[JSON] | None:
    """Managed fields in which a manager owns what was applied by clients before.

    Shape:  None when nothing was: without this, fields that the file says no more would stay.
    """
    before = [each for each in managed if _is(each, CLIENT_SIDE, "Update")]
    own = next((each for each in managed if _is(each, manager, "Apply")), None)
    if not before or own is None:
        return None
    fields = own.get("fieldsV1") or {}
    for each in before:
        fields = _united(fields, each.get("fieldsV1") or {})
    rest = [each for each in managed if each not in before and each is not own]
    return [{**own, "fieldsV1": fields}, *rest]


def memory(content: JSON) -> JSON:
    """What keeps a configuration in its object when the server merges."""
    metadata = content["metadata"]
    named = {field: metadata[field] for field in ("name", "namespace") if field in metadata}
    head = {field: content[field] for field in ("apiVersion", "kind")}
    return {**head, "metadata": {**named, "annotations": {LAST_APPLIED: kept_text(content)}}}


def _is(entry: JSON, manager: str, operation: str) -> bool:
    said = (entry.get("manager"), entry.get("operation"), entry.get("subresource") or "")
    return said == (manager, operation, "")


def _united(one: JSON, other: JSON) -> JSON:
    return one | {
        key: _united(one[key], value) if key in one else value for key, value in other.items()
    }
