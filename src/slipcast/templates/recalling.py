"""Values recalled: what chance made for a template, read off the objects that were made of it.

Who fills in a template again wants the same passwords: nothing is kept for that but the objects.

Source: user-pain UP-24, UP-32.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from slipcast.api.document import JSON
from slipcast.api.template import Template
from slipcast.templates.substitution import has_reference, in_text

_REFERENCE: Final = re.compile(r"\$\{([a-zA-Z0-9_]+)\}", re.ASCII)
_WHOLE: Final = re.compile(r"\$\{\{([a-zA-Z0-9_]+)\}\}", re.ASCII)
_LONGEST: Final = 4096
"""Characters of a text that is looked through."""
_MOST: Final = 2
"""Values made by chance that are told apart within one text."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A template, and what is known before chance makes the rest.

    Shape:  known are values by parameter; made are the parameters whose values chance makes.
    """

    template: Template
    known: Mapping[str, str]
    made: frozenset[str]


def asked(template: Template, given: Mapping[str, str]) -> Asked:
    """What is known of a template's parameters, given some values."""
    made = frozenset(
        each.name
        for each in template.parameters
        if each.generate and not each.value and each.name not in given
    )
    known = {
        each.name: given.get(each.name, each.value)
        for each in template.parameters
        if each.name not in made
    }
    return Asked(template=template, known=known, made=made)


def findable(of: Asked) -> tuple[tuple[JSON, JSON], ...]:
    """The objects that hold something made by chance and whose names do not.

    Shape:  each as the template has it, and what names it: apiVersion, kind, name and namespace.
    """
    found = ((each, _head(each, of.known)) for each in of.template.objects if of.made)
    return tuple((each, head) for each, head in found if head is not None)


def recalled(of: Asked, there: Iterable[tuple[JSON, JSON]]) -> dict[str, str]:
    """Values that chance made before, by parameter.

    Shape:  there are objects as the template has them, each with the one that is there now.
    """
    values: dict[str, str] = {}
    for wanted, current in there:
        for name, value in _values(wanted, _with_words(current), of):
            values.setdefault(name, value)
    return values


def _head(wanted: JSON, known: Mapping[str, str]) -> JSON | None:
    metadata = wanted.get("metadata")
    if not isinstance(metadata, dict):
        return None
    place = str(metadata.get("namespace") or "")
    # A namespace that is written out is left away when the template is filled in (TP-45).
    texts = (
        str(wanted.get("apiVersion") or ""),
        str(wanted.get("kind") or ""),
        str(metadata.get("name") or ""),
        place if has_reference(place) else "",
    )
    version, kind, name, namespace = (in_text(each, known) for each in texts)
    if not name or any(map(has_reference, (version, kind, name, namespace))):
        return None
    named = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": version, "kind": kind, "metadata": named}


def _with_words(current: JSON) -> JSON:
    """An object; a Secret says its words as they were before they were encoded."""
    data = current.get("data")
    if current.get("kind") != "Secret" or not isinstance(data, dict):
        return current
    return {**current, "stringData": {name: _word(value) for name, value in data.items()}}


def _word(encoded: object) -> str:
    try:
        return base64.b64decode(str(encoded), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def _values(wanted: Any, current: Any, of: Asked) -> Iterator[tuple[str, str]]:
    if isinstance(wanted, str):
        yield from _of_text(wanted, current, of)
    elif isinstance(wanted, dict) and isinstance(current, dict):
        for key, each in wanted.items():
            yield from _values(each, current.get(in_text(key, of.known)), of)
    elif isinstance(wanted, list) and isinstance(current, list):
        for one, other in _beside(wanted, current):
            yield from _values(one, other, of)


def _beside(wanted: list[Any], current: list[Any]) -> Iterable[tuple[Any, Any]]:
    """Members that stand for each other: by place, or by name where there are more or fewer."""
    if len(wanted) == len(current):
        return zip(wanted, current, strict=True)
    named = {each.get("name"): each for each in current if isinstance(each, dict)}
    return ((each, named.get(each.get("name"))) for each in wanted if isinstance(each, dict))


def _of_text(wanted: str, current: object, of: Asked) -> Iterator[tuple[str, str]]:
    whole = _WHOLE.fullmatch(wanted)
    if whole is not None and whole[1] in of.made and current is not None:
        text = current if isinstance(current, str) else msgspec.json.encode(current).decode()
        yield whole[1], text
        return
    names = {name for name in _REFERENCE.findall(wanted) if name in of.made}
    if not isinstance(current, str) or not 0 < len(names) <= _MOST or len(current) > _LONGEST:
        return
    found = re.fullmatch("".join(_pieces(wanted, of)), current, re.DOTALL)
    if found is not None:
        yield from ((name, found[f"p_{name}"]) for name in names)


def _pieces(wanted: str, of: Asked) -> Iterator[str]:
    """A pattern for what a text became, piece by piece."""
    seen: set[str] = set()
    end = 0
    for found in _REFERENCE.finditer(wanted):
        yield re.escape(wanted[end : found.start()])
        end, name = found.end(), found[1]
        if name not in of.made:
            yield re.escape(of.known.get(name, found[0]))
        elif name in seen:
            yield f"(?P=p_{name})"
        else:
            seen.add(name)
            yield f"(?P<p_{name}>.+)"
    yield re.escape(wanted[end:])
