"""Laws of plain YAML: what is read quickly is what the whole of YAML has it to be."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from slipcast.api import codec, plainyaml
from slipcast.values.apifaults import BadRequest

words = st.from_regex(r"[A-Za-z/][A-Za-z0-9+/=:._@~,-]{0,12}", fullmatch=True)
keys = st.from_regex(r"[A-Za-z][A-Za-z0-9_./-]{0,8}", fullmatch=True)
scalars = st.one_of(words, st.booleans(), st.just(""), st.from_regex(r"[0-9.-]{1,4}"), st.none())
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=3)),
    max_leaves=12,
)
documents = st.dictionaries(keys, values, min_size=1, max_size=4)
said = st.sampled_from(
    ["a", "b:", "b: c", "- a", "- b: c", "-", "- - a", "c: d:", "e: yes", "yes: e", "f: {}",
     "g: []", 'h: "i j"', "k: # l", "m: |", "&n o: p", "? q", "r: 's'", "t: !!int u", "<<: v",
     "w: -", "x: 1", "---", "...", "# y", "\tz: a", "a: b ", "a: b\r"]
)  # fmt: skip
lines = st.tuples(st.integers(0, 4), said).map(lambda line: " " * line[0] + line[1])
texts = st.lists(lines, max_size=6).map("\n".join)


def whole(text: str) -> Any:
    """What all of YAML makes of a text; None where it refuses it."""
    try:
        return codec.parse(text.encode(), codec.YAML_TYPE)
    except BadRequest:
        return None


@given(documents)
def test_what_is_printed_is_read_as_it_was_or_left_to_others(content: dict[str, Any]) -> None:
    text = codec.to_yaml(content)

    assert plainyaml.read(text) in (None, whole(text))


@given(texts)
def test_whatever_lines_are_read_as_all_of_yaml_reads_them_or_left_to_it(text: str) -> None:
    assert plainyaml.read(text) in (None, whole(text))


@given(st.text(alphabet="ab:- \n\"'{}[]#y1", max_size=30))
def test_whatever_text_is_read_as_all_of_yaml_reads_it_or_left_to_it(text: str) -> None:
    assert plainyaml.read(text) in (None, whole(text))
