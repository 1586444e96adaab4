"""What `wait` waits for, as rules over an object: conditions and values.

Source: kubectl wait, tried out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from slipcast.api.document import JSON
from slipcast.values.faults import UsageFault
from slipcast.views.jsonpath import Template, shown

CONDITION: Final = "condition="
JSONPATH: Final = "jsonpath="

Met = Callable[[JSON], bool]
"""Whether an object is as it was waited for."""


def met(text: str) -> Met:
    """`condition=NAME[=STATUS]` or `jsonpath=TEMPLATE[=VALUE]`.

    Errors: UsageFault.
    """
    if text.lower().startswith(CONDITION):
        name, _, status = text[len(CONDITION) :].partition("=")
        return lambda content: has_condition(content, name, status or "true")
    if text.lower().startswith(JSONPATH):
        return _value(text[len(JSONPATH) :])
    raise UsageFault(f'unrecognized condition: "{text}"')


def has_condition(content: JSON, name: str, status: str) -> bool:
    """Whether a condition has a status, and is about the object as it is now."""
    state = content.get("status")
    conditions = state.get("conditions") if isinstance(state, dict) else None
    for each in conditions or ():
        if str(each.get("type", "")).lower() != name.lower():
            continue
        seen = each.get("observedGeneration", (state or {}).get("observedGeneration"))
        generation = content["metadata"].get("generation")
        if isinstance(seen, int) and isinstance(generation, int) and seen < generation:
            return False
        return str(each.get("status", "")).lower() == status.lower()
    return False


def _value(text: str) -> Met:
    path, wanted = split(text)
    if wanted == "":
        raise UsageFault("jsonpath wait value cannot be empty")
    template = Template(path)

    def holds(content: JSON) -> bool:
        found = template.found(content)
        if len(found) > 1:
            raise UsageFault("given jsonpath expression matches more than one value")
        if not found:
            return False
        return wanted is None or _text(found[0]) == wanted

    return holds


def split(text: str) -> tuple[str, str | None]:
    """Template and wanted value; None where any value will do.

    Errors: UsageFault.
    """
    path, brace, rest = text.rpartition("}")
    if brace:
        bare, wanted = f"{path}{brace}".strip("'\""), rest.removeprefix("'")
        if wanted and not wanted.startswith("="):
            raise UsageFault(f"unexpected jsonpath expression: {text}")
    else:
        bare, equals, value = text.partition("=")
        wanted = f"{equals}{value}"
        bare = f"{{{bare if bare.startswith('.') else f'.{bare}'}}}"
    return bare, wanted[1:].strip("'\"") if wanted else None


def _text(value: Any) -> str:
    if isinstance(value, (dict, list)):
        raise UsageFault("jsonpath leads to a nested object or list which is not supported")
    return shown(value)
