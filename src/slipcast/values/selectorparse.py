"""Requirements of label selectors, and the grammar people write them in.

    selector     requirement { "," requirement }
    requirement  KEY | "!" KEY | KEY ("=" | "==" | "!=" | ">" | "<") VALUE
                 | KEY ("in" | "notin") "(" [VALUE] { "," [VALUE] } ")"

What a selector is for, and its structured form, are in `selector`.

Source: Kubernetes, labels and selectors; the words of its faults.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from operator import attrgetter
from typing import Final, Literal

import msgspec
from typing_extensions import override

from slipcast.values.apifaults import BadRequest, listed
from slipcast.values.causes import Cause, invalid
from slipcast.values.names import label_value, qualified_name

Operator = Literal["=", "==", "!=", "in", "notin", "exists", "!", "gt", "lt"]

_OPERATORS: Final[Mapping[str, Operator]] = {
    "in": "in",
    "notin": "notin",
    "=": "=",
    "==": "==",
    "!=": "!=",
    ">": "gt",
    "<": "lt",
}
_SIGNS: Final[Mapping[Operator, str]] = {"gt": ">", "lt": "<"}
_EXPECTED_OPERATORS: Final = "in, notin, =, ==, !=, gt, lt"
_TOKEN: Final = re.compile(r"[ \t\r\n]*(?:([^ \t\r\n=!(),<>]+)|(==|!=|[=!(),<>]))")
_WHOLE: Final = re.compile(r"[0-9]{1,18}")
_END: Final = ""


class Requirement(msgspec.Struct, frozen=True):
    """One thing that labels must fulfil.

    Shape:  values are sorted and without doubles; there are none of `exists` and `!`, one of the
            comparisons.
    """

    key: str
    operator: Operator
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether labels fulfil it; a label that is not there is unlike every value."""
        value = labels.get(self.key)
        match self.operator:
            case "=" | "==" | "in":
                return value in self.values
            case "!=" | "notin":
                return value not in self.values
            case "exists":
                return value is not None
            case "!":
                return value is None
            case "gt" | "lt":
                return self._compares(value)

    def _compares(self, value: str | None) -> bool:
        if value is None or not _WHOLE.fullmatch(value):
            return False
        bound = int(self.values[0])
        return int(value) > bound if self.operator == "gt" else int(value) < bound

    @override
    def __str__(self) -> str:
        """The requirement as people write it."""
        match self.operator:
            case "exists":
                return self.key
            case "!":
                return f"!{self.key}"
            case "in" | "notin":
                return f"{self.key} {self.operator} ({','.join(self.values)})"
            case _:
                return f"{self.key}{_SIGNS.get(self.operator, self.operator)}{self.values[0]}"


def required(key: str, operator: Operator, values: Iterable[str] = ()) -> Requirement:
    """A requirement whose parts are as they must be.

    Errors: BadRequest with everything that is wrong.
    """
    requirement = Requirement(key, operator, tuple(sorted(set(values))))
    causes = (*_wrong_key(key, "key"), *_wrong_values(requirement))
    if causes:
        raise BadRequest(listed(causes))
    return requirement


def in_order(requirements: Iterable[Requirement]) -> tuple[Requirement, ...]:
    """Requirements in the order of their keys, in which selectors are printed and compared."""
    return tuple(sorted(requirements, key=attrgetter("key")))


def parse_requirements(text: str) -> tuple[Requirement, ...]:
    """The requirements that a text states, in the order of their keys.

    Errors: BadRequest in the words of Kubernetes.
    """
    parser = _Parser(text)
    found: list[Requirement] = []
    while parser.next != _END:
        if not parser.begins_requirement:
            raise BadRequest(f"found '{parser.next}', expected: !, identifier, or 'end of string'")
        try:
            found.append(parser.requirement())
        except BadRequest as fault:
            raise BadRequest(f"unable to parse requirement: {fault}") from None
        if parser.next == _END:
            break
        parser.take_comma()
    return in_order(found)


class _Parser:
    """A text taken token by token; the keywords are names where no operator can stand."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, bool]] = []
        end = 0
        while found := _TOKEN.match(text, end):
            end = found.end()
            self._tokens.append((found[1] or found[2], found[1] is not None))
        self._tokens.append((_END, False))
        self._tokens.reverse()

    @property
    def next(self) -> str:
        return self._tokens[-1][0]

    @property
    def begins_requirement(self) -> bool:
        word, is_name = self._tokens[-1]
        return is_name or word == "!"

    def requirement(self) -> Requirement:
        """One requirement, and nothing after it."""
        absent = self.next == "!"
        if absent:
            self._take()
        key = self._take_word("identifier")
        if causes := _wrong_key(key, "<nil>"):
            raise BadRequest(listed(causes))
        if absent:
            return required(key, "!")
        if self.next in {_END, ","}:
            return required(key, "exists")
        operator = _OPERATORS.get(self.next)
        if operator is None:
            raise BadRequest(f"found '{self.next}', expected: {_EXPECTED_OPERATORS}")
        self._take()
        values = self._values() if operator in {"in", "notin"} else {self._value()}
        return required(key, operator, values)

    def take_comma(self) -> None:
        """The comma between requirements, and a look at what follows it."""
        word = self._take()
        if word != ",":
            raise BadRequest(f"found '{word}', expected: ',' or 'end of string'")
        if not self.begins_requirement:
            raise BadRequest(f"found '{self.next}', expected: identifier after ','")

    def _value(self) -> str:
        # Nothing after the sign is the empty value.
        return "" if self.next in {_END, ","} else self._take_word("identifier")

    def _values(self) -> set[str]:
        if self.next != "(":
            raise BadRequest(f"found '{self.next}' expected: '('")
        values = set[str]()
        while self._take() != ")":
            values.add("" if self.next in {",", ")"} else self._take_word("',', or identifier"))
            if self.next not in {",", ")"}:
                raise BadRequest(f"found '{self.next}', expected: ',' or ')'")
        return values

    def _take_word(self, expected: str) -> str:
        word, is_name = self._tokens[-1]
        if not is_name:
            raise BadRequest(f"found '{word}', expected: {expected}")
        return self._take()

    def _take(self) -> str:
        return self._tokens.pop()[0]


def _wrong_key(key: str, path: str) -> tuple[Cause, ...]:
    wrong = qualified_name(key)
    return (invalid(path, key, "; ".join(wrong)),) if wrong else ()


def _wrong_values(requirement: Requirement) -> tuple[Cause, ...]:
    values, causes = requirement.values, list[Cause]()
    match requirement.operator:
        case "in" | "notin" if not values:
            what = "for 'in', 'notin' operators, values set can't be empty"
            causes.append(invalid("values", list(values), what))
        case "exists" | "!" if values:
            what = "values set must be empty for exists and does not exist"
            causes.append(invalid("values", list(values), what))
        case "gt" | "lt" if not _WHOLE.fullmatch(values[0]):
            what = "for 'Gt', 'Lt' operators, the value must be an integer"
            causes.append(invalid("values[0]", values[0], what))
        case _:
            pass
    for index, value in enumerate(values):
        if wrong := label_value(value):
            path = f"values[{index}][{requirement.key}]"
            causes.append(invalid(path, value, "; ".join(wrong)))
    return tuple(causes)
