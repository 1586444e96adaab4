"""Values of parameters that a template has not: which they are, and what it has instead.

Source: templates.md TP-55; user-pain UP-9.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Final

from slipcast.api.template import Template

_SHOWN: Final = 12
"""Names that are said of a template; the rest is counted."""


def unknown(template: Template, values: Mapping[str, str]) -> tuple[str, ...]:
    """The names among given values that are no parameters (TP-55)."""
    known = {each.name for each in template.parameters}
    return tuple(name for name in values if name not in known)


def told(template: Template, name: str) -> str:
    """That a template has no parameter of a name, and which it has, the nearest first."""
    names = sorted((each.name for each in template.parameters), key=lambda each: -_near(name, each))
    own = template.metadata.name
    shown = f'template "{own}"' if own else "the template"
    said = f'unknown parameter name "{name}"'
    if not names:
        return f"{said}: {shown} has no parameters"
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{said}: {shown} has {', '.join(names[:_SHOWN])}{more}"


def _near(name: str, other: str) -> float:
    return SequenceMatcher(None, _plain(name), _plain(other)).ratio()


def _plain(name: str) -> str:
    return name.casefold().replace("-", "_")
