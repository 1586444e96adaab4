"""Namespaces as they are written: they wait for what is in them.

Source: Kubernetes, namespaces: finalization and phases.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from slipcast.api.document import JSON
from slipcast.store.occasion import Occasion, has_finalizers

FINALIZER: Final = "kubernetes"
NAME_LABEL: Final = "kubernetes.io/metadata.name"


def filled(occasion: Occasion, content: JSON) -> JSON:
    """A namespace with its finalizer, its phase, and its name as a label."""
    metadata = content["metadata"]
    if occasion.is_creation:
        content["spec"] = _finalized(content.get("spec"))
        content["status"] = {"phase": "Active"}
    elif not occasion.resource.subresource and occasion.before is not None:
        content["spec"] = occasion.before.get("spec", {})
    labels = metadata.get("labels") or {}
    if isinstance(labels, dict):
        named = {**labels, NAME_LABEL: metadata.get("name", "")}
        content["metadata"] = {**metadata, "labels": named}
    return content


def is_held(content: JSON) -> bool:
    """Whether something is in the way of a namespace's going."""
    return has_finalizers(content) or bool((content.get("spec") or {}).get("finalizers"))


def ending(content: JSON) -> JSON:
    """A namespace that is being deleted."""
    return {**content, "status": {**(content.get("status") or {}), "phase": "Terminating"}}


def finalized(body: Any, stored: Any) -> Any:
    """What `finalize` changes: the finalizers of the spec."""
    return msgspec.structs.replace(stored, spec=body.spec)


def _finalized(spec: Any) -> JSON:
    given = spec if isinstance(spec, dict) else {}
    finalizers = given.get("finalizers") or []
    rest = (
        [each for each in finalizers if each != FINALIZER] if isinstance(finalizers, list) else []
    )
    return {**given, "finalizers": [FINALIZER, *rest]}
