"""Selectors: which objects a request is about, by their labels or by a few of their fields.

The grammar of label selectors is in `selectorparse`. Which fields a kind can be selected by is
decided where its objects are listed.

Source: Kubernetes, labels and selectors, field selectors; the words of its faults.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

import msgspec
from typing_extensions import override

from slipcast.values.apifaults import BadRequest
from slipcast.values.selectorparse import (
    Operator,
    Requirement,
    in_order,
    parse_requirements,
    required,
)

__all__ = ["FieldRequirement", "FieldSelector", "LabelSelector", "Requirement"]

_EXPRESSIONS: Final[Mapping[str, Operator]] = {
    "In": "in",
    "NotIn": "notin",
    "Exists": "exists",
    "DoesNotExist": "!",
}
_TERM: Final = re.compile(r"((?:\\.?|[^\\,])*)(?:,|\Z)", re.DOTALL)
_SIDES: Final = re.compile(r"((?:\\.|[^\\=!]|!(?!=))*)(!=|==|=)(.*)", re.DOTALL)
_ESCAPE: Final = re.compile(r"\\(.?)|([,=])", re.DOTALL)
_SPECIAL: Final = re.compile(r"[\\,=]")


class LabelSelector(msgspec.Struct, frozen=True):
    """Labels that an object must have, all of them.

    Shape:  requirements in the order of their keys; none are fulfilled by every object.
    """

    everything: ClassVar[LabelSelector]

    requirements: tuple[Requirement, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """The selector a text is: `app=web,tier in (a, b),!canary`.

        Errors: BadRequest.
        """
        return cls(parse_requirements(text))

    @classmethod
    def of(cls, structured: Mapping[str, Any]) -> Self:
        """The selector that matchLabels and matchExpressions state.

        Errors: BadRequest.
        """
        equal = (
            required(key, "=", (value,))
            for key, value in (structured.get("matchLabels") or {}).items()
        )
        others = (_expression(each) for each in structured.get("matchExpressions") or ())
        return cls(in_order((*equal, *others)))

    def matches(self, labels: Mapping[str, str] | None) -> bool:
        """Whether labels fulfil every requirement."""
        of_object = labels or {}
        for requirement in self.requirements:  # noqa: SIM110 - a generator takes twice the time
            if not requirement.matches(of_object):
                return False
        return True

    @override
    def __str__(self) -> str:
        """The selector as people write it."""
        return ",".join(map(str, self.requirements))


LabelSelector.everything = LabelSelector()


class FieldRequirement(msgspec.Struct, frozen=True):
    """A field that must be, or must not be, of a value."""

    field: str
    value: str
    negated: bool = False

    @override
    def __str__(self) -> str:
        value = _SPECIAL.sub(r"\\\g<0>", self.value)
        return f"{self.field}{'!=' if self.negated else '='}{value}"


class FieldSelector(msgspec.Struct, frozen=True):
    """Values that fields of an object must, or must not, have."""

    everything: ClassVar[FieldSelector]

    requirements: tuple[FieldRequirement, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        r"""The selector a text is: `metadata.name=web,status.phase!=Running`.

        Shape:  values escape `\`, `,` and `=` by a backslash.
        Errors: BadRequest.
        """
        terms = sorted(filter(None, (found[1] for found in _TERM.finditer(text))))
        return cls(tuple(_field_requirement(text, term) for term in terms))

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields it speaks of."""
        return tuple(requirement.field for requirement in self.requirements)

    def exact(self, field: str) -> str | None:
        """The one value that a field must have, None where several would do."""
        for requirement in self.requirements:
            if requirement.field == field and not requirement.negated:
                return requirement.value
        return None

    def matches(self, fields: Mapping[str, str]) -> bool:
        """Whether an object with such fields is meant; a field not there is an empty one."""
        return all(
            (fields.get(requirement.field, "") == requirement.value) is not requirement.negated
            for requirement in self.requirements
        )

    @override
    def __str__(self) -> str:
        """The selector as people write it."""
        return ",".join(map(str, self.requirements))


FieldSelector.everything = FieldSelector()


def _expression(expression: Mapping[str, Any]) -> Requirement:
    named = expression.get("operator", "")
    operator = _EXPRESSIONS.get(named) if isinstance(named, str) else None
    if operator is None:
        shown = msgspec.json.encode(named).decode()
        raise BadRequest(f"{shown} is not a valid label selector operator")
    return required(expression.get("key", ""), operator, expression.get("values") or ())


def _field_requirement(text: str, term: str) -> FieldRequirement:
    sides = _SIDES.fullmatch(term)
    if sides is None:
        raise BadRequest(f"invalid selector: '{text}'; can't understand '{term}'")
    return FieldRequirement(sides[1], _unescaped(sides[3]), sides[2] == "!=")


def _unescaped(value: str) -> str:
    return _ESCAPE.sub(_literal, value)


def _literal(found: re.Match[str]) -> str:
    if found[2]:
        raise BadRequest(f"invalid field selector: unescaped character in value: {found[2]}")
    if not found[1] or found[1] not in "\\,=":
        raise BadRequest(f"invalid field selector: invalid escape sequence: {found[0]}")
    return found[1]
