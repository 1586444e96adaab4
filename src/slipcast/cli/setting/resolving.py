"""The values that variables refer to.

Source: cli.md EV-3.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any, Final

from slipcast.api.document import JSON
from slipcast.values.faults import Fault

FIELDS: Final[Mapping[str, str]] = {"secretKeyRef": "Secret", "configMapKeyRef": "ConfigMap"}


def wanted(env: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Kind, name and key of what a variable refers to; None for what no object holds."""
    source = env.get("valueFrom") or {}
    for field, kind in FIELDS.items():
        if field in source:
            return kind, source[field].get("name", ""), source[field].get("key", "")
    return None


def value(content: JSON, kind: str, key: str) -> str:
    """The value under a key of a Secret or ConfigMap.

    Errors: Fault when there is no such key.
    """
    data = content.get("data") or {}
    if key not in data:
        name = content["metadata"].get("name", "")
        raise Fault(f"{kind.lower()} {name} has no key {key}")
    text: str = data[key]
    return base64.b64decode(text).decode(errors="replace") if kind == "Secret" else text
