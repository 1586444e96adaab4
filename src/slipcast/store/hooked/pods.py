"""Pods as they are written: one that runs has time to end.

Source: Kubernetes, pod lifecycle: termination.
"""

from __future__ import annotations

from typing import Final

from slipcast.api.document import JSON
from slipcast.store.occasion import Occasion

GRACE: Final = 30
"""Seconds that a pod has to end, unless it or the request says otherwise."""

_OVER: Final = frozenset({"Succeeded", "Failed"})
_SPEC: Final[JSON] = {
    "restartPolicy": "Always",
    "terminationGracePeriodSeconds": GRACE,
    "dnsPolicy": "ClusterFirst",
    "serviceAccountName": "default",
    "schedulerName": "default-scheduler",
}


def filled(occasion: Occasion, content: JSON) -> JSON:
    """A pod with everything filled in that is not said; a new one is Pending."""
    spec = content.get("spec")
    if isinstance(spec, dict):
        named = {**_SPEC, **{field: value for field, value in spec.items() if value is not None}}
        named["serviceAccountName"] = (
            spec.get("serviceAccountName") or spec.get("serviceAccount") or "default"
        )
        content["spec"] = named
    if occasion.is_creation:
        content["status"] = {"phase": "Pending"}
    return content


def grace(content: JSON, asked: int | None) -> int:
    """Seconds that a pod has to end: none when it never began, or is over."""
    spec = content.get("spec") or {}
    if not spec.get("nodeName") or (content.get("status") or {}).get("phase") in _OVER:
        return 0
    own = spec.get("terminationGracePeriodSeconds")
    given = asked if asked is not None else own if own is not None else GRACE
    return max(0, int(given))
