"""Regular expressions that are compiled when they are first used."""

from __future__ import annotations

import re

import pytest

from slipcast.values import patterns


def test_a_pattern_does_what_a_compiled_one_does() -> None:
    lazy = patterns.lazy(r"(?P<word>[a-z]+)", re.IGNORECASE)

    assert lazy.findall("Ab 1 c") == ["Ab", "c"]
    assert lazy.sub("x", "Ab 1 c") == "x 1 x"
    assert (lazy.groups, lazy.pattern) == (1, r"(?P<word>[a-z]+)")


def test_a_pattern_is_compiled_when_it_is_used() -> None:
    broken = patterns.lazy("(")

    with pytest.raises(re.error):
        broken.match("a")


def test_a_pattern_has_what_patterns_have() -> None:
    with pytest.raises(AttributeError):
        patterns.lazy("a").scanner  # type: ignore[attr-defined]  # noqa: B018
