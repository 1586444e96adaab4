"""Laws of server-side apply: of the fields applied, of those of others, of doing it again."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from laws.test_patches import deployments, wild
from shaped import DEPLOYMENT
from slipcast.api.apply import applied
from slipcast.api.fieldset import difference, intersection, normalized, union
from slipcast.api.managed import APPLY, entries_of, updated
from slipcast.api.tracked import change, fields_of
from slipcast.values.apifaults import BadRequest, Conflict

JSON = dict[str, Any]


def without_empty(content: JSON) -> JSON:
    """A configuration that states nothing by an empty object or list."""
    stated = {
        field: without_empty(value) if isinstance(value, dict) else value
        for field, value in content.items()
    }
    return {field: value for field, value in stated.items() if value not in ({}, [])}


NOW, LATER = "2026-11-22T18:00:00Z", "2026-11-22T18:00:01Z"
configs = deployments.map(
    lambda content: {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        **content,
        "metadata": {"name": "web", **content.get("metadata", {})},
    }
)
full = configs.map(without_empty)
managers = st.sampled_from(["a", "b", "c"])
steps = st.lists(st.tuples(managers, st.booleans(), full), max_size=4)


def forced(live: JSON | None, config: JSON, manager: str) -> JSON:
    return applied(live, config, manager, NOW, DEPLOYMENT, force=True)


def after_steps(taken: list[tuple[str, bool, JSON]]) -> JSON | None:
    """An object that several managers applied and updated in turn."""
    live: JSON | None = None
    for manager, is_apply, config in taken:
        if is_apply:
            live = forced(live, config, manager)
        else:
            live = updated(live, config, manager, NOW, DEPLOYMENT)
    return live


def applied_by(live: JSON, manager: str) -> JSON:
    found = [
        entry.fields
        for entry in entries_of(live)
        if (entry.manager, entry.operation) == (manager, APPLY)
    ]
    return found[0] if found else {}


@given(steps, full)
def test_a_forced_apply_succeeds_and_its_manager_owns_what_it_applied(
    taken: list[tuple[str, bool, JSON]], config: JSON
) -> None:
    after = forced(after_steps(taken), config, "me")

    assert applied_by(after, "me") == fields_of(config, DEPLOYMENT)
    assert difference(fields_of(config, DEPLOYMENT), fields_of(after, DEPLOYMENT)) == {}


@given(steps, configs)
def test_an_apply_done_again_gives_the_very_same_object(
    taken: list[tuple[str, bool, JSON]], config: JSON
) -> None:
    once = forced(after_steps(taken), config, "me")

    assert fields_of(config, DEPLOYMENT) == {} or (
        applied(once, config, "me", LATER, DEPLOYMENT, force=False) is once
    )


@given(steps, configs)
def test_an_apply_without_force_takes_nothing_from_anybody(
    taken: list[tuple[str, bool, JSON]], config: JSON
) -> None:
    live = after_steps(taken)
    try:
        after = applied(live, config, "me", NOW, DEPLOYMENT, force=False)
    except Conflict:
        after = live or {}

    changed = change(live, after, DEPLOYMENT).changed
    assert all(intersection(entry.fields, changed) == {} for entry in entries_of(live))


@given(full, full)
def test_what_others_own_alone_is_untouched(theirs: JSON, mine: JSON) -> None:
    live = forced(None, theirs, "them")
    alone = difference(fields_of(theirs, DEPLOYMENT), fields_of(mine, DEPLOYMENT))

    after = forced(live, mine, "me")

    assert intersection(change(live, after, DEPLOYMENT).changed, alone) == {}
    assert difference(alone, applied_by(after, "them")) == {}


@given(full, full)
def test_applying_something_else_leaves_nothing_of_what_was_applied(
    first: JSON, second: JSON
) -> None:
    live = forced(forced(None, first, "me"), second, "me")

    assert fields_of(live, DEPLOYMENT) == fields_of(second, DEPLOYMENT)


@given(steps)
def test_every_managed_field_is_there_and_written_as_it_is_read(
    taken: list[tuple[str, bool, JSON]],
) -> None:
    live = after_steps(taken)
    everything = change(None, live, DEPLOYMENT).changed if live else {}

    for entry in entries_of(live):
        assert entry.fields
        assert normalized(entry.fields) == entry.fields
        left = difference(entry.fields, everything)
        assert difference(left, fields_of(live or {}, DEPLOYMENT)) == {}


@given(steps, configs)
def test_neither_object_nor_configuration_is_changed(
    taken: list[tuple[str, bool, JSON]], config: JSON
) -> None:
    live = after_steps(taken)
    copies = deepcopy((live, config))

    forced(live, config, "me")
    updated(live, config, "me", NOW, DEPLOYMENT)

    assert (live, config) == copies


@given(taken=steps, config=wild, manager=st.sampled_from(["me", "kubectl"]), force=st.booleans())
def test_any_configuration_is_applied_or_refused(
    taken: list[tuple[str, bool, JSON]], config: JSON, manager: str, *, force: bool
) -> None:
    live = after_steps(taken)
    copies = deepcopy((live, config))

    try:
        after = applied(live, config, manager, NOW, DEPLOYMENT, force=force)
    except (BadRequest, Conflict):
        after = {}

    assert isinstance(after, dict)
    assert (live, config) == copies


@given(configs, configs)
def test_what_changed_is_what_differs(before: JSON, after: JSON) -> None:
    there = change(before, after, DEPLOYMENT)
    back = change(after, before, DEPLOYMENT)

    assert there.is_none is back.is_none
    assert intersection(there.changed, there.removed) == {}
    assert difference(there.removed, back.changed) == {}


@given(configs, configs, configs)
def test_sets_are_an_algebra(one: JSON, two: JSON, three: JSON) -> None:
    a, b, c = (change(None, each, DEPLOYMENT).changed for each in (one, two, three))

    assert union(a, b) == union(b, a)
    assert union(a, union(b, c)) == union(union(a, b), c)
    assert intersection(a, union(b, c)) == union(intersection(a, b), intersection(a, c))
    assert union(difference(a, b), intersection(a, b)) == a
    assert intersection(difference(a, b), b) == {}
