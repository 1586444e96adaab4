"""Templates filled in, and what is told of them before their objects are made.

Source: generated-objects.md HO-16; templates.md TP-76, TP-79.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from slipcast.api.document import JSON
from slipcast.api.template import Parameter
from slipcast.newapp.matches import Match


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """A template and what was made of it.

    Shape:  parameters have the values that were put in; made are those that chance made just now,
            recalled those that it had made before.
    """

    match: Match
    objects: tuple[JSON, ...]
    message: str = ""
    parameters: tuple[Parameter, ...] = ()
    made: frozenset[str] = frozenset()
    recalled: frozenset[str] = frozenset()


def told(filled: Filled, namespace: str) -> Iterator[str]:
    """A template in words: what it is, what it says, and its values."""
    match = filled.match
    of = f' for "{match.term}"' if match.term != match.shown else ""
    yield f'--> Deploying template "{match.shown}"{of} to project {namespace}'
    yield ""
    annotations = match.template.metadata.annotations if match.template is not None else {}
    title = annotations.get("openshift.io/display-name") or match.shown
    yield f"     {title}"
    yield f"     {'-' * len(title)}"
    for text in (annotations.get("description", ""), filled.message):
        if text.strip():
            yield from (f"     {line}".rstrip() for line in text.strip().splitlines())
            yield ""
    if filled.parameters:
        yield "     * With parameters:"
        yield from (f"        * {_shown(each, filled)}" for each in filled.parameters)


def _shown(parameter: Parameter, filled: Filled) -> str:
    mark = " # generated" if parameter.name in filled.made else ""
    if parameter.name in filled.recalled:
        mark = " # generated before"
    return f"{parameter.display_name or parameter.name}={parameter.value}{mark}"
