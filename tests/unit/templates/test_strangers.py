"""Values of no parameter: templates.md TP-55."""

from __future__ import annotations

import pytest

from slipcast.api.template import Template
from slipcast.templates.strangers import told, unknown
from verdicts import seen


def a_template(*names: str) -> Template:
    """A template with some parameters."""
    parameters = [{"name": name} for name in names]
    return seen(Template, metadata={"name": "shop"}, parameters=parameters)


def test_unknown_parameters_are_named_tp_55() -> None:
    assert unknown(a_template("A"), {"A": "1", "B": "2", "C": ""}) == ("B", "C")


@pytest.mark.parametrize(
    ("name", "has"),
    [
        ("REPLICA", "REPLICAS, NAME, IMAGE"),
        ("image-name", "IMAGE, NAME, REPLICAS"),
        ("name", "NAME, IMAGE, REPLICAS"),
    ],
)
def test_what_the_template_has_is_said_the_nearest_first_up_9(name: str, has: str) -> None:
    said = told(a_template("NAME", "IMAGE", "REPLICAS"), name)

    assert said == f'unknown parameter name "{name}": template "shop" has {has}'


def test_of_many_the_nearest_are_said_and_the_rest_is_counted() -> None:
    said = told(a_template(*(f"P{number:02}" for number in range(30))), "P17")

    assert 'template "shop" has P17, ' in said
    assert said.endswith(" and 18 more")


def test_a_template_without_parameters_says_so() -> None:
    assert told(a_template(), "A").endswith('"A": template "shop" has no parameters')
