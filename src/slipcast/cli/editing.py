"""What `edit` shows in an editor, and what is read from it: pure.

Source: kubectl edit, tried out.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from slipcast.api import codec
from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.api.shapes import shape_of
from slipcast.values import patch
from slipcast.values.apifaults import ApiFault, Invalid
from slipcast.values.faults import UsageFault

HEADER: Final = (
    "Change what is below and save it. Lines that begin with '#' are left out; an empty file",
    "changes nothing. What the server refuses is shown here again, with its reasons.",
    "",
)
EDITORS: Final = ("KUBE_EDITOR", "EDITOR")
"""The variables that name the editor, the first that is set counts."""
_IDENTITY: Final = ("apiVersion", "kind")


def editor(environment: Mapping[str, str]) -> list[str]:
    """The editor's command line, without the file.

    Errors: UsageFault when the variable is no command line.
    """
    said = next((environment[name] for name in EDITORS if environment.get(name)), "vi")
    try:
        return shlex.split(said)
    except ValueError as wrong:
        raise UsageFault(f"{said!r} is no command line of an editor: {wrong}") from wrong


def text_of(contents: Sequence[JSON], form: str = "yaml") -> str:
    """The objects as they are edited: one bare, several as a List."""
    shown = contents[0] if len(contents) == 1 else _list(contents)
    return codec.to_json(shown) if form == "json" else codec.to_yaml(shown)


def commented(lines: Iterable[str]) -> str:
    """Lines as comments."""
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def page(text: str, reasons: Sequence[str]) -> str:
    """A text with the header and the reasons of refusals above it."""
    return commented((*HEADER, *reasons)) + text


def without_comments(text: str) -> str:
    """A text without the lines that begin with `#`, wherever they are."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))


def parsed(text: str, count: int) -> list[JSON]:
    """The objects of an edited text.

    Errors: UsageFault, BadRequest.
    """
    content = codec.parse(text.encode(), codec.YAML_TYPE)
    if count == 1:
        return [content]
    items = content.get("items")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise UsageFault("a List with items was expected")
    return items


def change(kind: Kind, before: JSON, after: JSON) -> JSON:
    """The strategic merge patch from an object to its edited form.

    Errors: UsageFault when it is another object now.
    """
    if identity(before) != identity(after):
        raise UsageFault(f"{_named(before)}: At least one of apiVersion, kind and name was changed")
    return patch.three_way(before, after, before, shape_of(kind))


def identity(content: JSON) -> tuple[object, ...]:
    """What makes an object the one it is."""
    metadata = content.get("metadata")
    known = metadata if isinstance(metadata, dict) else {}
    return (*(content.get(field) for field in _IDENTITY), known.get("name"), known.get("namespace"))


def reasons_of(fault: ApiFault | UsageFault) -> tuple[str, ...]:
    """Why an edited object was not taken, as it stands above it."""
    if isinstance(fault, Invalid) and fault.causes:
        head = f'{fault.plural} "{fault.name}" was not valid:'
        return (head, *(f"* {cause.sentence}" for cause in fault.causes), "")
    return (*fault.message.splitlines(), "")


def _list(contents: Sequence[JSON]) -> JSON:
    return {"apiVersion": "v1", "items": list(contents), "kind": "List", "metadata": {}}


def _named(content: JSON) -> str:
    return f"{content.get('kind')} {content['metadata'].get('name')}"
