"""Values of parameters that were written as numbers or truths, read as texts.

Source: templates.md T-18; user-pain UP-32.
"""

from __future__ import annotations

import msgspec

from slipcast.api.document import JSON


def with_texts(content: JSON) -> tuple[JSON, tuple[str, ...]]:
    """A template whose values are texts, and the names of parameters whose were none."""
    parameters = content.get("parameters")
    if not isinstance(parameters, list):
        return content, ()
    odd = [each for each in parameters if isinstance(each, dict) and _is_odd(each.get("value"))]
    if not odd:
        return content, ()
    whole = [_text(each) if each in odd else each for each in parameters]
    names = tuple(str(each.get("name", "")) for each in odd)
    return {**content, "parameters": whole}, names


def _is_odd(value: object) -> bool:
    return isinstance(value, (bool, int, float))


def _text(parameter: JSON) -> JSON:
    return {**parameter, "value": msgspec.json.encode(parameter["value"]).decode()}
