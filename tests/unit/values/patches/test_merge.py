"""JSON merge patch: the examples of its RFC."""

from __future__ import annotations

from typing import Any

import pytest

from slipcast.values.apifaults import BadRequest
from slipcast.values.patch import merge_patch, merge_three_way

JSON = dict[str, Any]


@pytest.mark.parametrize(
    ("document", "patch", "expected"),
    [
        # RFC 7396, appendix A, where document and patch are objects.
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_fields_are_set_and_removed(document: JSON, patch: JSON, expected: JSON) -> None:
    assert merge_patch(document, patch) == expected


@pytest.mark.parametrize("patch", [[], "text", None, 1])
def test_a_merge_patch_is_an_object(patch: object) -> None:
    with pytest.raises(BadRequest, match="error decoding patch"):
        merge_patch({}, patch)


def test_without_a_shape_an_apply_replaces_lists_and_removes_what_is_no_longer_asked_for() -> None:
    original = {"spec": {"a": 1, "hosts": ["x"]}}
    modified = {"spec": {"hosts": ["y"], "b": 2}}
    current = {"spec": {"a": 1, "hosts": ["x", "z"], "added": True}}

    patch = merge_three_way(original, modified, current)

    assert patch == {"spec": {"a": None, "hosts": ["y"], "b": 2}}
