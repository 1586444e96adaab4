"""What containers and builds may use, set.

Source: kubectl's set resources, tried out.
"""

from __future__ import annotations

import copy
from typing import Any

from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.cli.setting import parts
from slipcast.values.faults import InvalidFault, UsageFault
from slipcast.values.quantity import Quantity

Amounts = dict[str, str]


def parse(flag: str, text: str) -> Amounts:
    """Amounts as they are typed: `cpu=200m,memory=512Mi`.

    Errors: UsageFault.
    """
    found: Amounts = {}
    for part in filter(None, text.split(",")):
        name, equals, amount = part.partition("=")
        if not equals or not name.strip():
            raise UsageFault(
                f"invalid argument syntax {part!r}, expected <resource>=<value>",
                hint=f"Such as {flag}=cpu=200m,memory=512Mi.",
            )
        try:
            Quantity.parse(amount.strip(), flag)
        except InvalidFault as fault:
            raise UsageFault(str(fault)) from fault
        found[name.strip()] = amount.strip()
    return found


def changed(kind: Kind, content: JSON, limits: Amounts, requests: Amounts, wanted: str) -> JSON:
    """An object with amounts in place of those of their names; others stay.

    Shape:  wanted is what the names of containers look like; a BuildConfig has amounts itself.
    Errors: Fault when the object has no containers, or none of that name.
    """
    after = copy.deepcopy(content)
    if kind.name == "BuildConfig":
        _put(after.setdefault("spec", {}), limits, requests)
        return after
    for container in parts.chosen(kind, after, wanted):
        _put(container, limits, requests)
    return after


def _put(holder: dict[str, Any], limits: Amounts, requests: Amounts) -> None:
    resources = holder.get("resources") or {}
    for name, amounts in (("limits", limits), ("requests", requests)):
        if amounts:
            resources[name] = {**(resources.get(name) or {}), **amounts}
    holder["resources"] = resources
