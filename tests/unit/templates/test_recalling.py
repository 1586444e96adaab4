"""What chance made for a template, read off the objects it was made into (UP-24, UP-32)."""

from __future__ import annotations

from typing import Any

import pytest

from slipcast.api.document import JSON
from slipcast.api.template import Template
from slipcast.templates.recalling import Asked, asked, findable, recalled
from verdicts import seen

PARAMETERS = (
    {"name": "NAME", "value": "shop"},
    {"name": "WORD", "generate": "expression", "from": "[a-z]{8}"},
    {"name": "2ND", "generate": "expression", "from": "[0-9]{4}"},
)


def wanted(*objects: JSON, **given: str) -> Asked:
    """A template of such objects, given some values."""
    template = seen(Template, metadata={"name": "t"}, parameters=PARAMETERS, objects=list(objects))
    return asked(template, given)


def an_object(name: str = "${NAME}", **fields: Any) -> JSON:
    """An object of a template, or one that was made of it."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, **fields}


@pytest.mark.parametrize(
    ("text", "there", "values"),
    [
        ("${WORD}", "abc", {"WORD": "abc"}),
        ("x-${WORD}-${NAME}", "x-abc-shop", {"WORD": "abc"}),
        ("${WORD}:${2ND}", "abc:1234", {"WORD": "abc", "2ND": "1234"}),
        ("${WORD}/${WORD}", "abc/abc", {"WORD": "abc"}),
        ("${WORD}/${WORD}", "abc/xyz", {}),
        ("${{2ND}}", 1234, {"2ND": "1234"}),
        ("${NAME}", "other", {}),
        ("x-${WORD}", "changed by hand", {}),
        ("${WORD}", None, {}),
        ("${WORD}", "long" * 2000, {}),
    ],
)
def test_a_value_is_what_a_text_has_in_its_place(
    text: str, there: object, values: dict[str, str]
) -> None:
    pattern, current = an_object(data={"a": text}), an_object("shop", data={"a": there})

    assert recalled(wanted(pattern), [(pattern, current)]) == values


def test_words_of_a_secret_are_read_as_they_were_written() -> None:
    pattern = {**an_object(stringData={"${NAME}": "db://${WORD}@h"}), "kind": "Secret"}
    current = {**an_object("shop", data={"shop": "ZGI6Ly9hYmNAaA=="}), "kind": "Secret"}

    assert recalled(wanted(pattern), [(pattern, current)]) == {"WORD": "abc"}


def test_what_is_no_text_in_a_secret_says_nothing() -> None:
    pattern = {**an_object(stringData={"a": "${WORD}"}), "kind": "Secret"}
    current = {**an_object("shop", data={"a": "%%%"}), "kind": "Secret"}

    assert recalled(wanted(pattern), [(pattern, current)]) == {}


def test_members_are_found_by_name_where_others_were_added() -> None:
    pattern = an_object(env=[{"name": "A", "value": "${WORD}"}])
    current = an_object("shop", env=[{"name": "Z"}, {"name": "A", "value": "abc"}])

    assert recalled(wanted(pattern), [(pattern, current)]) == {"WORD": "abc"}


def test_only_objects_whose_names_are_known_are_looked_for() -> None:
    known, other = an_object(), an_object("${WORD}")
    homeless = {**an_object(), "metadata": {"name": "n", "namespace": "there"}}
    placed = {**an_object(), "metadata": {"name": "n", "namespace": "${NAME}"}}

    found = [head["metadata"] for _, head in findable(wanted(known, other, homeless, placed, {}))]

    assert found == [{"name": "shop"}, {"name": "n"}, {"name": "n", "namespace": "shop"}]


def test_nothing_is_looked_for_where_chance_makes_nothing() -> None:
    assert findable(wanted(an_object(), WORD="given", **{"2ND": "given"})) == ()
