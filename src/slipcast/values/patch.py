"""Patches: documents changed in part, and the patches that lead from one document to another.

Documents and patches given are never changed, and no result shares a part with a document given, so
that whoever gets one may change it. How each kind of patch is done is in `patches`.
"""

from __future__ import annotations

from slipcast.values.patches.equal import JSON, copied, same
from slipcast.values.patches.merge import merge_patch
from slipcast.values.patches.operations import MOST_OPERATIONS, json_patch
from slipcast.values.patches.strategic import strategic_patch
from slipcast.values.patches.threeway import three_way_merge, three_way_patch
from slipcast.values.shape import Shape

__all__ = [
    "MOST_OPERATIONS",
    "json_patch",
    "merge_patch",
    "merge_three_way",
    "same",
    "strategic_patch",
    "three_way",
]


def three_way(original: JSON, modified: JSON, current: JSON, shape: Shape) -> JSON:
    """The strategic merge patch that kubectl apply sends.

    Shape:  original is what was applied last ({} for nothing), modified what is applied now,
            current what is there. {} when nothing is to be done.
    """
    patch: JSON = copied(three_way_patch(original, modified, current, shape))
    return patch


def merge_three_way(original: JSON, modified: JSON, current: JSON) -> JSON:
    """The merge patch that kubectl apply sends for kinds without a shape."""
    patch: JSON = copied(three_way_merge(original, modified, current))
    return patch
