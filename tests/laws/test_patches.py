"""Laws of patches: what a difference says is what a patch does, and nobody's document changes."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shaped import DEPLOYMENT
from slipcast.values.apifaults import BadRequest, TooLarge, Unprocessable
from slipcast.values.patch import (
    json_patch,
    merge_patch,
    merge_three_way,
    same,
    strategic_patch,
    three_way,
)

JSON = dict[str, Any]

scalars = st.sampled_from([0, 1, 1.5, True, False, "", "a", "b"])
keys = st.sampled_from(["a", "b", "c", "/", "~0"])
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)
documents = st.dictionaries(keys, values, max_size=4)
names = st.sampled_from(["a", "b", "c", "d"])


def elements(inner: st.SearchStrategy[JSON]) -> st.SearchStrategy[list[JSON]]:
    """Lists that merge by name: elements with different names, in any order."""
    made = st.dictionaries(names, inner, max_size=4)
    return made.map(lambda found: [{"name": name, **rest} for name, rest in found.items()])


def optional(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[JSON]:
    return st.fixed_dictionaries({}, optional=fields)


envs = elements(optional(value=names))
containers = elements(optional(image=names, command=st.lists(names, max_size=2), env=envs))
volumes = elements(
    st.sampled_from([{"emptyDir": {}}, {"secret": {"secretName": "s"}}, {"hostPath": {}}])
)
deployments = optional(
    metadata=optional(
        labels=st.dictionaries(names, names, max_size=3),
        finalizers=st.lists(names, unique=True, max_size=3),
    ),
    spec=optional(
        replicas=st.integers(0, 3),
        template=optional(spec=optional(containers=containers, volumes=volumes)),
    ),
)
pointers = st.lists(st.sampled_from(["a", "b", "0", "1", "-", "~1", "~00"]), max_size=3).map(
    lambda tokens: "".join(f"/{token}" for token in tokens)
)
operations = st.fixed_dictionaries(
    {"op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test"]), "path": pointers},
    optional={"from": pointers, "value": values},
)

# What nobody in their senses sends: directives and known fields of any type, anywhere.
wild_keys = st.sampled_from(
    [
        *("metadata", "labels", "finalizers", "annotations", "managedFields"),
        *("spec", "template", "containers", "name", "env", "volumes", "strategy", "selector"),
        *("$patch", "$retainKeys", "$setElementOrder/containers", "$setElementOrder/finalizers"),
        *("$deleteFromPrimitiveList/finalizers", "$setElementOrder"),
    ]
)
wild_scalars = st.sampled_from([None, True, 1, "", "a", "delete", "replace", "merge", "name"])
wild_values = st.recursive(
    wild_scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(wild_keys, inner, max_size=4),
    max_leaves=12,
)
wild = st.dictionaries(wild_keys, wild_values, max_size=4)


@given(documents, documents)
def test_a_merge_patch_does_what_the_difference_says(before: JSON, after: JSON) -> None:
    difference = merge_three_way(before, after, before)

    assert same(merge_patch(before, difference), after)


@given(documents)
def test_no_difference_is_an_empty_patch(document: JSON) -> None:
    assert merge_three_way(document, document, deepcopy(document)) == {}
    assert same(merge_patch(document, {}), document)


@given(documents, documents)
def test_a_merge_patch_done_twice_is_done_once(document: JSON, patch: JSON) -> None:
    once = merge_patch(document, patch)

    assert same(merge_patch(once, patch), once)


@given(deployments, deployments)
def test_a_strategic_patch_does_what_the_difference_says(before: JSON, after: JSON) -> None:
    difference = three_way(before, after, before, DEPLOYMENT)

    assert same(strategic_patch(before, difference, DEPLOYMENT), after)


@given(deployments, deployments, deployments)
def test_an_apply_leaves_nothing_to_apply(original: JSON, modified: JSON, current: JSON) -> None:
    patch = three_way(original, modified, current, DEPLOYMENT)

    after = strategic_patch(current, patch, DEPLOYMENT)

    assert three_way(modified, modified, after, DEPLOYMENT) == {}


@given(deployments, deployments)
def test_an_apply_of_the_same_leaves_what_others_added(mine: JSON, theirs: JSON) -> None:
    live = strategic_patch(mine, three_way({}, theirs, mine, DEPLOYMENT), DEPLOYMENT)
    patch = three_way(mine, mine, live, DEPLOYMENT)

    after = strategic_patch(live, patch, DEPLOYMENT)

    both = {*labels(mine), *labels(theirs)}
    assert set(labels(after)) == both


@given(documents, st.lists(operations, max_size=4))
def test_operations_change_neither_document_nor_patch(document: JSON, patch: list[JSON]) -> None:
    copies = deepcopy((document, patch))

    try:
        after: JSON | None = json_patch(document, patch)
    except (BadRequest, TooLarge, Unprocessable):
        after = None

    assert same([document, patch], list(copies))
    assert after is None or after is not document


@given(documents, keys, values)
def test_what_was_added_is_there_and_can_be_taken_away(
    document: JSON, key: str, value: object
) -> None:
    path = "/" + key.replace("~", "~0").replace("/", "~1")
    added = [{"op": "add", "path": path, "value": value}]
    tested = [*added, {"op": "test", "path": path, "value": value}]

    after = json_patch(document, tested)

    assert same(after, {**document, key: value})
    without = {name: each for name, each in document.items() if name != key}
    assert same(json_patch(after, [{"op": "remove", "path": path}]), without)


@given(documents, documents)
def test_no_patch_changes_what_it_was_given(document: JSON, patch: JSON) -> None:
    copies = deepcopy((document, patch))

    merge_patch(document, patch)
    strategic_patch(document, patch, DEPLOYMENT)
    three_way(patch, document, patch, DEPLOYMENT)

    assert same([document, patch], list(copies))


@given(deployments, wild)
def test_any_strategic_patch_is_done_or_a_bad_request(document: JSON, patch: JSON) -> None:
    copies = deepcopy((document, patch))

    try:
        after = strategic_patch(document, patch, DEPLOYMENT)
    except BadRequest:
        after = {}

    assert isinstance(after, dict)
    assert same([document, patch], list(copies))


def labels(document: JSON) -> dict[str, str]:
    found: dict[str, str] = document.get("metadata", {}).get("labels", {})
    return found
