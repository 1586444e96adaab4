"""Laws of selectors: they are what they print, and every text is a selector or a bad request."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from slipcast.values.apifaults import BadRequest
from slipcast.values.selector import FieldRequirement, FieldSelector, LabelSelector

keys = st.sampled_from(["app", "tier", "in", "notin", "a.B-c_9", "example.com/size", "x"])
values = st.sampled_from(["", "a", "web", "in", "notin", "7", "10", "A.b-c_9"])
labels = st.dictionaries(keys, values, max_size=4)
terms = st.one_of(
    st.builds("{}{}{}".format, keys, st.sampled_from(["=", "==", "!=", " = "]), values),
    st.builds("{}{}{}".format, keys, st.sampled_from("<>"), st.integers(0, 99)),
    st.builds(
        "{} {} ({})".format,
        keys,
        st.sampled_from(["in", "notin"]),
        st.lists(values, max_size=3).map(" , ".join),
    ),
    st.builds("{}{}".format, st.sampled_from(["", "!", "! "]), keys),
)
selectors = st.lists(terms, max_size=4).map(",".join)
texts = st.text(alphabet="ab1-_./ \t=!<>(),in\\\0é", max_size=20)
anything = st.text(max_size=8)


@given(selectors)
def test_a_label_selector_is_what_it_prints(text: str) -> None:
    selector = LabelSelector.parse(text)

    assert LabelSelector.parse(str(selector)) == selector


@given(labels, labels)
def test_labels_match_themselves_and_what_has_them_too(
    mine: dict[str, str], more: dict[str, str]
) -> None:
    selector = LabelSelector.of({"matchLabels": mine})

    assert selector.matches({**more, **mine})
    assert LabelSelector.parse(str(selector)) == selector


@given(selectors, selectors, labels)
def test_a_comma_is_a_conjunction(one: str, other: str, of_object: dict[str, str]) -> None:
    both = LabelSelector.parse(",".join(filter(None, (one, other))))

    assert both.matches(of_object) is (
        LabelSelector.parse(one).matches(of_object)
        and LabelSelector.parse(other).matches(of_object)
    )


@given(keys, st.lists(values, min_size=1, max_size=3), labels)
def test_every_object_is_in_a_set_or_not_in_it(
    key: str, members: list[str], of_object: dict[str, str]
) -> None:
    inside = LabelSelector.parse(f"{key} in ({','.join(members)})")
    outside = LabelSelector.parse(f"{key} notin ({','.join(members)})")

    assert inside.matches(of_object) is not outside.matches(of_object)


@given(
    st.lists(st.builds(FieldRequirement, st.sampled_from(["a", "b.c"]), anything, st.booleans()))
)
def test_a_field_selector_is_what_it_prints(requirements: list[FieldRequirement]) -> None:
    printed = ",".join(map(str, requirements))

    selector = FieldSelector.parse(printed)

    assert sorted(map(str, selector.requirements)) == sorted(map(str, requirements))
    assert FieldSelector.parse(str(selector)) == selector


@given(texts)
def test_any_text_is_a_selector_or_a_bad_request(text: str) -> None:
    try:
        labels_selector = LabelSelector.parse(text)
    except BadRequest:
        labels_selector = LabelSelector.everything
    try:
        field_selector = FieldSelector.parse(text)
    except BadRequest:
        field_selector = FieldSelector.everything

    assert labels_selector == LabelSelector.parse(str(labels_selector))
    assert field_selector == FieldSelector.parse(str(field_selector))
