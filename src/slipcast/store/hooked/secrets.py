"""Secrets and ConfigMaps as they are written.

Source: the API reference of core/v1; Kubernetes, immutable Secrets and ConfigMaps.
"""

from __future__ import annotations

import base64
import re
from typing import Final

from slipcast.api.document import JSON
from slipcast.store.occasion import Occasion
from slipcast.values.causes import Cause, forbidden, invalid, required, too_long
from slipcast.values.names import data_key

MOST: Final = 1024 * 1024
"""Bytes that all values of a Secret or ConfigMap may have together."""

_NEEDED: Final = {
    "kubernetes.io/dockercfg": ".dockercfg",
    "kubernetes.io/dockerconfigjson": ".dockerconfigjson",
    "kubernetes.io/ssh-auth": "ssh-privatekey",
    "kubernetes.io/tls": "tls.crt",
}
_PLAIN_KEY: Final = re.compile(r"[-_a-zA-Z0-9][-._a-zA-Z0-9]{0,252}").fullmatch
_IMMUTABLE: Final = "field is immutable when `immutable` is set"


def filled_secret(_occasion: Occasion, content: JSON) -> JSON:
    """A Secret with a type, and what was given as text as data."""
    content["type"] = content.get("type") or "Opaque"
    texts = content.pop("stringData", None)
    if isinstance(texts, dict) and texts:
        given = content.get("data")
        data = {**given} if isinstance(given, dict) else {}
        for key, text in texts.items():
            if isinstance(text, str):
                data[key] = base64.b64encode(text.encode()).decode()
        content["data"] = data
    return content


def wrong(occasion: Occasion, content: JSON) -> tuple[Cause, ...]:
    """What is wrong with the data of a Secret or ConfigMap."""
    found: list[Cause] = []
    size = 0
    for part in ("data", "binaryData"):
        for key, value in (content.get(part) or {}).items():
            if not _PLAIN_KEY(key):
                found += (invalid(f"{part}[{key}]", key, what) for what in data_key(key))
            size += len(value)
    if size > MOST:
        found.append(too_long("data", MOST))
    needed = _NEEDED.get(content.get("type", ""))
    if needed and needed not in (content.get("data") or {}):
        found.append(required(f"data[{needed}]"))
    return (*found, *_changed(content, occasion.before or {}))


def _changed(content: JSON, before: JSON) -> tuple[Cause, ...]:
    if not before.get("immutable"):
        return ()
    return tuple(
        forbidden(part, _IMMUTABLE)
        for part in ("immutable", "data", "binaryData")
        if content.get(part) != before.get(part)
    )
