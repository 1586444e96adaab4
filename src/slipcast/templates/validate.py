"""What is wrong with templates; metadata is looked at elsewhere, objects are not looked at.

Source: templates.md section 1, TP-1, TP-2.
"""

from __future__ import annotations

from collections.abc import Iterator

from slipcast.api.metadata import labels_of
from slipcast.api.template import Parameter, Template
from slipcast.values import patterns
from slipcast.values.causes import Cause, duplicate, invalid, required

_NAME = patterns.lazy(r"[A-Za-z0-9_]+")
_FORM = "does not match ^[a-zA-Z0-9_]+$"


def template(new: Template, old: Template | None) -> tuple[Cause, ...]:
    """What is wrong with a template, to be stored or to be processed (TP-1, TP-2).

    Shape:  old is the stored one, None for a new one; no field is immutable.
    """
    del old
    return (*parameters_of(new.parameters), *labels_of(new.labels, "labels"))


def parameters_of(parameters: tuple[Parameter, ...]) -> Iterator[Cause]:
    """What is wrong with the names of parameters."""
    seen: set[str] = set()
    for number, parameter in enumerate(parameters):
        where, name = f"parameters[{number}].name", parameter.name
        if not name:
            yield required(where)
        elif not _NAME.fullmatch(name):
            yield invalid(where, name, _FORM)
        elif name in seen:
            yield duplicate(where, name)
        seen.add(name)
