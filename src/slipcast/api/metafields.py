"""Fields of an object's metadata, as variables and files tell them.

Source: Kubernetes, the downward API.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import msgspec

from slipcast.api.meta import ObjectMeta

_SUBSCRIPT: Final = re.compile(r"metadata\.(labels|annotations)\['([^']*)'\]")


def metadata_field(metadata: ObjectMeta, path: str) -> str | None:
    """The text at a path such as `metadata.name` or `metadata.labels['tier']`.

    Shape:  a label or annotation that is not there is empty; None for a path that is none of these.
    """
    match = _SUBSCRIPT.fullmatch(path)
    if match is not None:
        entries = metadata.labels if match[1] == "labels" else metadata.annotations
        return entries.get(match[2], "")
    fields = {
        "metadata.name": metadata.name,
        "metadata.namespace": metadata.namespace,
        "metadata.uid": metadata.uid,
        "metadata.labels": _listed(metadata.labels),
        "metadata.annotations": _listed(metadata.annotations),
    }
    return fields.get(path)


def _listed(entries: Mapping[str, str]) -> str:
    """Labels or annotations as a pod is told its own: `key="value"`, a line for each."""
    quoted = (f"{key}={msgspec.json.encode(entries[key]).decode()}" for key in sorted(entries))
    return "\n".join(quoted)
