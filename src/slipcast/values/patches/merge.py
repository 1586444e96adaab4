"""JSON merge patch: the parts of a document that shall be otherwise, null for those to go.

Source: RFC 7396.
"""

from __future__ import annotations

from typing import Any

from slipcast.values.apifaults import BadRequest
from slipcast.values.patches.equal import JSON, copied


def merge_patch(document: JSON, patch: object) -> JSON:
    """The document with the patch's fields; lists are replaced whole.

    Errors: BadRequest for what is no object.
    """
    return merged(copied(document), as_object(patch))


def as_object(patch: object) -> JSON:
    """A patch that is an object.

    Errors: BadRequest.
    """
    if not isinstance(patch, dict):
        raise BadRequest("error decoding patch: a merge patch is an object")
    return patch


def merged(target: JSON, patch: JSON) -> JSON:
    """The target, changed in place; nothing of the patch becomes part of it."""
    for key, value in patch.items():
        if value is None:
            target.pop(key, None)
        elif isinstance(value, dict):
            below: Any = target.get(key)
            target[key] = merged(below if isinstance(below, dict) else {}, value)
        else:
            target[key] = copied(value)
    return target
