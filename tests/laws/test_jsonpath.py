"""Laws of JSONPath templates: what is found is there, and every text is filled in or refused."""

from __future__ import annotations

import contextlib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from slipcast.values.faults import UsageFault
from slipcast.views.jsonpath import Template, shown

KEYS = st.text(alphabet="abcABC09", min_size=1, max_size=4)
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)
TEMPLATES = st.text(alphabet="{}[]()?@$.*'\"\\:,-=<>!0123 abrangeend\n", max_size=30)


@given(template=TEMPLATES, content=VALUES)
def test_every_template_is_filled_in_or_refused(template: str, content: Any) -> None:
    with contextlib.suppress(UsageFault):
        assert isinstance(Template(template).fill(content), str)


@given(content=st.dictionaries(KEYS, VALUES, min_size=1))
def test_every_member_is_found_by_its_name(content: dict[str, Any]) -> None:
    name, value = next(iter(content.items()))

    assert Template(f"{{.{name}}}").found(content) == [value]
    assert Template(f"{{['{name}']}}").found(content) == [value]


@given(items=st.lists(VALUES, max_size=6))
def test_a_range_is_what_a_wildcard_finds_one_by_one(items: list[Any]) -> None:
    content = {"items": items}

    ranged = Template("{range .items[*]}{@}{';'}{end}").fill(content)

    assert ranged == "".join(f"{shown(each)};" for each in items)


@given(items=st.lists(SCALARS, max_size=6), start=st.integers(0, 6), end=st.integers(0, 6))
def test_a_slice_is_a_slice(items: list[Any], start: int, end: int) -> None:
    with contextlib.suppress(UsageFault):
        found = Template(f"{{.items[{start}:{end}]}}").found({"items": items})

        assert found == items[start:end]


@given(text=st.text(alphabet=st.characters(exclude_characters="{"), max_size=20))
def test_text_outside_of_braces_stays(text: str) -> None:
    assert Template(text).fill({}) == text
