"""Managed fields: what creates, updates and patches write into them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from shaped import DEPLOYMENT, JSON, container, deployment, labelled
from slipcast.api.apply import applied
from slipcast.api.managed import ANCIENT, MOST_UPDATERS, entries_of, updated

T1, T2, T3 = "2026-11-22T18:00:00Z", "2026-11-22T18:01:00Z", "2026-11-22T18:02:00Z"


def created(content: JSON, manager: str = "maker", now: str = T1) -> JSON:
    return updated(None, content, manager, now, DEPLOYMENT)


def fields(content: JSON) -> dict[str, Any]:
    return {entry.manager: entry.fields for entry in entries_of(content)}


def scaled(content: JSON, replicas: int) -> JSON:
    return {**content, "spec": {**content["spec"], "replicas": replicas}}


def test_whoever_creates_an_object_owns_all_of_it() -> None:
    after = created(labelled(deployment(replicas=1), app="web"))

    assert after["metadata"]["managedFields"] == [
        {
            "manager": "maker",
            "operation": "Update",
            "apiVersion": "apps/v1",
            "time": T1,
            "fieldsType": "FieldsV1",
            "fieldsV1": {
                "f:metadata": {"f:labels": {".": {}, "f:app": {}}},
                "f:spec": {"f:replicas": {}},
            },
        }
    ]


def test_a_changed_field_moves_to_whoever_changed_it() -> None:
    before = created(deployment(replicas=1, paused=True))

    after = updated(before, scaled(before, 2), "scaler", T2, DEPLOYMENT)

    assert fields(after) == {
        "maker": {"f:spec": {"f:paused": {}}},
        "scaler": {"f:spec": {"f:replicas": {}}},
    }


def test_who_has_no_field_left_is_no_manager_any_longer() -> None:
    before = created(deployment(replicas=1))

    after = updated(before, scaled(before, 2), "scaler", T2, DEPLOYMENT)

    assert list(fields(after)) == ["scaler"]


def test_a_write_that_changes_nothing_moves_nothing_and_keeps_the_time() -> None:
    before = created(deployment(replicas=1))

    after = updated(before, deepcopy(before), "other", T2, DEPLOYMENT)

    assert after == before


def test_more_changes_of_one_manager_are_one_entry_of_the_newest_time() -> None:
    before = created(deployment(replicas=1))

    after = updated(before, labelled(before, app="web"), "maker", T2, DEPLOYMENT)

    (entry,) = entries_of(after)
    assert entry.time == T2
    assert set(entry.fields) == {"f:metadata", "f:spec"}


def test_a_removed_field_is_nobodys() -> None:
    before = created(labelled(deployment(replicas=1), app="web", tier="front"))

    after = updated(before, labelled(before, app="web"), "other", T2, DEPLOYMENT)

    assert fields(after) == {
        "maker": {
            "f:metadata": {"f:labels": {".": {}, "f:app": {}}},
            "f:spec": {"f:replicas": {}},
        }
    }


def test_an_object_without_any_owned_field_has_no_managed_fields() -> None:
    assert "managedFields" not in created(deployment())["metadata"]


def test_a_subresource_has_entries_of_its_own() -> None:
    before = created(deployment(replicas=1))
    reported = {**before, "status": {"replicas": 1}}

    after = updated(before, reported, "maker", T2, DEPLOYMENT, subresource="status")

    assert [entry.subresource for entry in entries_of(after)] == ["", "status"]
    assert after["metadata"]["managedFields"][1]["subresource"] == "status"


def test_a_field_taken_from_an_applier_by_an_update_is_no_longer_applied() -> None:
    before = applied(None, deployment(replicas=1, paused=True), "me", T1, DEPLOYMENT, force=False)

    after = updated(before, scaled(before, 2), "scaler", T2, DEPLOYMENT)

    assert fields(after) == {
        "me": {"f:spec": {"f:paused": {}}},
        "scaler": {"f:spec": {"f:replicas": {}}},
    }


def test_entries_come_in_the_order_of_operation_and_time() -> None:
    one = created(deployment(replicas=1), "z")
    two = updated(one, labelled(one, app="web"), "a", T2, DEPLOYMENT)
    config = deployment(paused=True)

    three = applied(two, config, "m", T3, DEPLOYMENT, force=False)

    assert [entry.manager for entry in entries_of(three)] == ["m", "z", "a"]


@pytest.mark.parametrize("reset", [[], [{}]])
def test_managed_fields_are_forgotten_when_a_client_asks_so(reset: list[JSON]) -> None:
    before = created(deployment(replicas=1))
    asked = {**before, "metadata": {**before["metadata"], "managedFields": reset}}

    after = updated(before, asked, "other", T2, DEPLOYMENT)

    assert "managedFields" not in after["metadata"]


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "text",
        ["text"],
        [{"manager": "x"}],
        [{"operation": "Update", "apiVersion": "v1"}],
        [{"operation": "Frob", "apiVersion": "v1", "fieldsType": "FieldsV1"}],
        [{"operation": "Update", "apiVersion": "", "fieldsType": "FieldsV1"}],
        [{"operation": "Update", "apiVersion": 1, "fieldsType": "FieldsV1"}],
        [{"operation": ["Update"], "apiVersion": "v1", "fieldsType": "FieldsV1"}],
        [
            {
                "operation": "Update",
                "apiVersion": "v1",
                "fieldsType": "FieldsV1",
                "fieldsV1": {"x": {}},
            }
        ],
    ],
)
def test_managed_fields_that_make_no_sense_are_passed_over(sent: object) -> None:
    before = created(deployment(replicas=1))
    asked = {**before, "metadata": {**before["metadata"], "managedFields": sent}}

    assert updated(before, asked, "other", T2, DEPLOYMENT) == before


def test_a_client_that_knows_nothing_of_managed_fields_loses_none() -> None:
    before = created(deployment(replicas=1))

    after = updated(before, deployment(replicas=1), "other", T2, DEPLOYMENT)

    assert after == before


def test_kubectl_may_hand_fields_from_one_manager_to_another() -> None:
    # `kubectl apply --server-side` rewrites the entries of an object made by a client-side apply.
    before = created(deployment(container(image="a")), "kubectl-client-side-apply")
    (entry,) = before["metadata"]["managedFields"]
    handed = {**entry, "manager": "kubectl", "operation": "Apply", "time": T2}
    asked = {**before, "metadata": {**before["metadata"], "managedFields": [handed]}}

    after = updated(before, asked, "kubectl", T3, DEPLOYMENT)

    assert after["metadata"]["managedFields"] == [handed]


def test_the_oldest_of_too_many_updating_managers_become_one() -> None:
    content = created(labelled(deployment(), l0="0"), "m0", "2026-11-22T18:00:00Z")
    labels = {"l0": "0"}
    for number in range(1, MOST_UPDATERS + 3):
        labels = {**labels, f"l{number}": "1"}
        now = f"2026-11-22T18:{number:02}:00Z"
        content = updated(content, labelled(content, **labels), f"m{number}", now, DEPLOYMENT)

    assert len(entries_of(content)) == MOST_UPDATERS
    assert fields(content)[ANCIENT] == {
        "f:metadata": {"f:labels": {".": {}, "f:l0": {}, "f:l1": {}, "f:l2": {}, "f:l3": {}}}
    }


def test_neither_state_is_changed() -> None:
    before = created(labelled(deployment(container(image="a"), replicas=1), app="web"))
    after = scaled(labelled(before, tier="front"), 2)
    copies = deepcopy((before, after))

    updated(before, after, "other", T2, DEPLOYMENT)

    assert (before, after) == copies
