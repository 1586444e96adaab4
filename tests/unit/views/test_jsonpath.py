"""JSONPath templates in kubectl's dialect."""

from __future__ import annotations

import pytest

from slipcast.values.faults import UsageFault
from slipcast.views.jsonpath import Template

LIST = {
    "kind": "List",
    "items": [
        {
            "metadata": {"name": "a", "labels": {"example.com/tier": "front", "n": "1"}},
            "spec": {"replicas": 3, "paused": False, "ratio": 0.5, "image": None},
        },
        {"metadata": {"name": "b", "labels": {}}, "spec": {"replicas": 1, "args": ["<x>", "y"]}},
        {"metadata": {"name": "c"}, "spec": {}},
    ],
}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{.kind}", "List"),
        ("plain", "plain"),
        ("{.items[*].metadata.name}", "a b c"),
        ("{.items[0].metadata.name}", "a"),
        ("{.items[-1].metadata.name}", "c"),
        ("{.items[0:2].metadata.name}", "a b"),
        ("{.items[::2].metadata.name}", "a c"),
        ("{.items[1:].metadata.name}", "b c"),
        ("{.items[0,2].metadata.name}", "a c"),
        ("{.items[0]['metadata','spec'].name}", "a"),
        ("{.items[0].metadata['name']}", "a"),
        (r"{.items[0].metadata.labels.example\.com/tier}", "front"),
        (r"{.items[0].metadata.labels['example\.com/tier']}", "front"),
        ("{.items[*].spec.replicas}", "3 1"),
        ("{.items[0].spec.paused} {.items[0].spec.ratio}", "false 0.5"),
        ("{.items[0].spec.image}", "null"),
        ("{.items[1].spec}", '{"args":["\\u003cx\\u003e","y"],"replicas":1}'),
        ("{.items[1].spec.*}", '1 ["\\u003cx\\u003e","y"]'),
        ("{..name}", "a b c"),
        ('{.items[?(@.metadata.name=="b")].spec.replicas}', "1"),
        ("{.items[?(@.metadata.name=='b')].spec.replicas}", "1"),
        ("{.items[?(@.spec.replicas>1)].metadata.name}", "a"),
        ("{.items[?(@.spec.replicas <= 3)].metadata.name}", "a b"),
        ("{.items[?(@.spec.paused==false)].metadata.name}", "a"),
        ("{.items[?(@.spec.args)].metadata.name}", "b"),
        ("{.items[?(@.nope=='x')].metadata.name}", ""),
        ('{range .items[*]}{.metadata.name}{"\\t"}{end}.', "a\tb\tc\t."),
        ("{range .items[*]}{.metadata.name}{range .spec.args[*]}-{@}{end};{end}", "a;b-<x>-y;c;"),
        ("{range .nope[*]}x{end}y", "y"),
        ("{'it'}{1}{-2.5}{true}", "it1-2.5true"),
        ("{.nope.further[0]}", ""),
        ("{.items[2:2]}", ""),
        ("{.items[0].spec.image[0]}", ""),
        ("{.items[-1:].metadata.name}", "c"),
        ("{$.kind}{@.kind}", "ListList"),
    ],
)
def test_a_template_is_filled_in(template: str, text: str) -> None:
    assert Template(template).fill(LIST) == text


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{.items[0", "unterminated array"),
        ("{.items[0]", "unclosed action"),
        ("{.items[abc]}", "invalid array index abc"),
        ("{.items[]}", "invalid array index"),
        ("{'unclosed}", "unterminated quoted string"),
        ("{#}", "unrecognized character in action"),
        ("{....}", "invalid multiple recursive descent"),
        ("{.items[?(@.a=='b']}", "unterminated filter"),
        ("{.items[?(@.a=='b')}", "unclosed array"),
        ("{.items[?(@.a=~'b')]}", "unrecognized"),
        ("{1.2.3}", "cannot parse number"),
        (r"{'\x1'}", "cannot read the quoted text"),
    ],
)
def test_a_template_that_cannot_be_read_is_refused(template: str, why: str) -> None:
    with pytest.raises(UsageFault, match=why):
        Template(template)


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{kind}", "unrecognized identifier kind"),
        ("{end}", "not in range"),
        ("{.items[5]}", "array index out of bounds: index 5, length 3"),
        ("{.items[0:9]}", "array index out of bounds: index 8, length 3"),
        ("{.items[2:1]}", "starting index 2 is greater than ending index 1"),
        ("{.items[::0]}", "step must be > 0"),
        ("{.kind[0]}", "string is not array or slice"),
        ("{.kind[?(@.a)]}", "cannot be filtered"),
        ("{.items[?(@.metadata.name>5)]}", "incompatible types for comparison"),
        ("{.items[?(@.metadata>@.metadata)]}", "invalid type for comparison"),
        ("{.items[?(@.metadata['name','labels']==1)]}", "can only compare one element"),
        ("{range @}" * 40, "nested too deeply"),
    ],
)
def test_a_template_that_does_not_suit_the_objects_is_refused(template: str, why: str) -> None:
    with pytest.raises(UsageFault, match=why):
        Template(template).fill(LIST)


def test_keys_may_be_missing_unless_said_otherwise() -> None:
    assert Template("{.nope}").fill(LIST) == ""
    with pytest.raises(UsageFault, match="nope is not found"):
        Template("{.nope}", missing=False).fill(LIST)


def test_everything_found_can_be_had_in_one_list() -> None:
    assert Template("{.items[*].metadata.name}").found(LIST) == ["a", "b", "c"]
