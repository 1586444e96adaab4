"""Questions about rights, and how their answers are told: pure.

Source: kubectl auth, tried out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from slipcast.api.document import JSON
from slipcast.cli import resources
from slipcast.cli.generators.roles import is_known_verb
from slipcast.values.faults import UsageFault

_WORDS: Final = (2, 3)


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of the server, and what is odd about it."""

    spec: JSON
    warnings: tuple[str, ...] = ()


def question(words: Sequence[str], namespace: str, subresource: str) -> Question:
    """`VERB TYPE[/NAME]`, `VERB TYPE NAME` or `VERB PATH` as a question.

    Errors: UsageFault.
    """
    if len(words) not in _WORDS:
        raise UsageFault(
            "you must specify two arguments: verb resource or verb resource/resourceName."
        )
    verb, what, *rest = words
    if what.startswith("/"):
        path = {"verb": verb, "path": what}
        return Question(spec={"nonResourceAttributes": path}, warnings=_odd_verb(verb))
    word, slash, name = what.partition("/")
    if slash and rest:
        raise UsageFault("a name may be said once only")
    group, plural, warnings = served(word)
    attributes = {
        "namespace": namespace,
        "verb": verb,
        "group": group,
        "resource": plural,
        "subresource": subresource,
        "name": rest[0] if rest else name,
    }
    said = {field: value for field, value in attributes.items() if value}
    return Question(spec={"resourceAttributes": said}, warnings=(*warnings, *_odd_verb(verb)))


def served(word: str) -> tuple[str, str, tuple[str, ...]]:
    """The group and the plural that a word means, and what is odd about it."""
    if word == "*":
        return "*", "*", ()
    try:
        kind = resources.kind_of(word)
    except UsageFault:
        plural, _, group = word.partition(".")
        return group, plural, (f"the server doesn't have a resource type '{word}'\n",)
    if kind.namespaced:
        return kind.group, kind.plural, ()
    where = f" in group '{kind.group}'" if kind.group else ""
    return kind.group, kind.plural, (f"resource '{kind.plural}' is not namespace scoped{where}\n",)


def rows(status: JSON) -> list[tuple[str, ...]]:
    """The rules of an answer, a line for each resource and for each path."""
    found: list[tuple[str, ...]] = []
    for rule in status.get("resourceRules") or ():
        names, verbs = _listed(rule.get("resourceNames")), _listed(rule.get("verbs"))
        found += [
            (_joined(resource, group), "[]", names, verbs)
            for group in rule.get("apiGroups") or ("",)
            for resource in rule.get("resources") or ()
        ]
    for rule in status.get("nonResourceRules") or ():
        verbs = _listed(rule.get("verbs"))
        found += [("", f"[{path}]", "[]", verbs) for path in rule.get("nonResourceURLs") or ()]
    return found


def attributes(review: JSON) -> list[tuple[str, str]]:
    """Who asks, a line for each thing that is known."""
    info: dict[str, Any] = (review.get("status") or {}).get("userInfo") or {}
    found = [("Username", str(info.get("username", "")))]
    if info.get("uid"):
        found.append(("UID", str(info["uid"])))
    if info.get("groups"):
        found.append(("Groups", _listed(info["groups"])))
    found += [
        (f"Extra: {key}", _listed(values))
        for key, values in sorted((info.get("extra") or {}).items())
    ]
    return found


def _odd_verb(verb: str) -> tuple[str, ...]:
    return () if is_known_verb(verb) else (f"verb '{verb}' is not a known verb\n",)


def _joined(resource: str, group: str) -> str:
    name, slash, below = resource.partition("/")
    return f"{name}.{group}{slash}{below}" if group else resource


def _listed(values: Iterable[object] | None) -> str:
    return f"[{' '.join(map(str, values or ()))}]"
