"""Names of images that mean tags of streams: of whom they do, set and taken away.

Source: cli.md section 8.5 (IL); image-streams.md IS-509.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.cli.setting.parts import TEMPLATED
from slipcast.images.localnames import ANNOTATION, EVERY
from slipcast.views.rows import qualified

STREAM: Final = kinds.require(kinds.IMAGE, "ImageStream")


def words_of(words: Sequence[str]) -> tuple[str, ...]:
    """The words of a command line, where a name without a type is that of a stream (IL-2)."""
    return tuple(word if "/" in word else f"{STREAM.plural}/{word}" for word in words)


def is_local(kind: Kind, content: JSON) -> bool:
    """Whether names of images mean tags of streams: of this one, or in this object."""
    if kind is STREAM:
        return bool(((content.get("spec") or {}).get("lookupPolicy") or {}).get("local"))
    return (_marked(kind, content).get("annotations") or {}).get(ANNOTATION) == EVERY


def changed(kind: Kind, content: JSON, *, local: bool) -> JSON:
    """An object with that set, or taken away (IL-2, IL-3)."""
    if kind is STREAM:
        return {
            **content,
            "spec": {**(content.get("spec") or {}), "lookupPolicy": {"local": local}},
        }
    metadata = dict(_marked(kind, content))
    annotations = dict(metadata.pop("annotations", None) or {})
    annotations.pop(ANNOTATION, None)
    if local:
        annotations[ANNOTATION] = EVERY
    return _with(
        kind, content, {**metadata, **({"annotations": annotations} if annotations else {})}
    )


def row(kind: Kind, content: JSON) -> tuple[str, str]:
    """Its row: its name, and whether it is so (IL-1)."""
    name = str(content["metadata"].get("name", ""))
    told = name if kind is STREAM else f"{qualified(kind)}/{name}"
    return told, "true" if is_local(kind, content) else "false"


def _marked(kind: Kind, content: JSON) -> dict[str, Any]:
    """The metadata that say it: those of the pods that are made, or of the object itself."""
    holder = content
    if kind.name in TEMPLATED:
        holder = (content.get("spec") or {}).get("template") or {}
    metadata: dict[str, Any] = holder.get("metadata") or {}
    return metadata


def _with(kind: Kind, content: JSON, metadata: JSON) -> JSON:
    if kind.name not in TEMPLATED:
        return {**content, "metadata": metadata}
    spec = content.get("spec") or {}
    template = {**(spec.get("template") or {}), "metadata": metadata}
    return {**content, "spec": {**spec, "template": template}}
