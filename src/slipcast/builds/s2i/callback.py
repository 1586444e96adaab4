"""What the callback URL is told at the end of a build (S2I-286)."""

from __future__ import annotations

from collections.abc import Mapping


def body(*, success: bool, labels: Mapping[str, str]) -> dict[str, object]:
    """The JSON document; labels are those of the result and absent on failure."""
    return {"success": True, "labels": dict(labels)} if success else {"success": False}
