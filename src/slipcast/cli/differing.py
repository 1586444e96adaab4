"""What `diff` compares: an object as it is and as it would be, and the program that shows it.

Source: kubectl diff, tried out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from slipcast.api import codec
from slipcast.api.document import JSON
from slipcast.api.kinds import Kind
from slipcast.cli import applying

PROGRAM: Final = "KUBECTL_EXTERNAL_DIFF"
"""The variable that names the user's own program."""
USUAL: Final = ("diff", "-u", "-N")
_PLAIN: Final = re.compile(r"[-a-zA-Z0-9=]+")
_HIDDEN: Final = "***"


def program(environment: Mapping[str, str]) -> tuple[str, ...]:
    """What shows differences; of its arguments only those that are plain are taken."""
    words = environment.get(PROGRAM, "").split()
    if not words:
        return USUAL
    first, *rest = words
    return (first, *(word for word in rest if _PLAIN.fullmatch(word)))


def file_name(kind: Kind, namespace: str, name: str) -> str:
    """What the file of an object is called."""
    parts = (kind.group, kind.version, kind.name, namespace, name)
    return ".".join(part.replace("/", "_") for part in parts if part)


def texts(
    kind: Kind, before: JSON | None, after: JSON | None, *, managed: bool = False
) -> tuple[str, str]:
    """An object as text, as it is and as it would be; what is secret is not shown."""
    if (kind.group, kind.name) == ("", "Secret"):
        before, after = hidden(before, after)
    return _text(before, managed=managed), _text(after, managed=managed)


def hidden(before: JSON | None, after: JSON | None) -> tuple[JSON | None, JSON | None]:
    """Two states of a secret that say which values differ, and none of them."""
    held, wanted = _data(before), _data(after)
    return (
        _with_data(before, {key: _mask(held, wanted, key, "before") for key in held}),
        _with_data(after, {key: _mask(held, wanted, key, "after") for key in wanted}),
    )


def _data(content: JSON | None) -> dict[str, Any]:
    return dict((content or {}).get("data") or {})


def _mask(held: JSON, wanted: JSON, key: str, when: str) -> str:
    differs = key in held and key in wanted and held[key] != wanted[key]
    return f"{_HIDDEN} ({when})" if differs else _HIDDEN


def _with_data(content: JSON | None, data: dict[str, str]) -> JSON | None:
    if content is None:
        return None
    metadata = dict(content["metadata"])
    annotations = dict(metadata.get("annotations") or {})
    if applying.LAST_APPLIED in annotations:
        metadata["annotations"] = {**annotations, applying.LAST_APPLIED: _HIDDEN}
    shown = {**content, "metadata": metadata}
    return {**shown, "data": data} if data else shown


def _text(content: JSON | None, *, managed: bool) -> str:
    if content is None:
        return ""
    metadata = dict(content["metadata"])
    if not managed:
        metadata.pop("managedFields", None)
    return codec.to_yaml({**content, "metadata": metadata})
