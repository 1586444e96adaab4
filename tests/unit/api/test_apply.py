"""Server-side apply: merging, ownership, conflicts."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from shaped import DEPLOYMENT, JSON, container, deployment, labelled
from slipcast.api.apply import LAST_APPLIED, applied
from slipcast.api.managed import entries_of, updated
from slipcast.values.apifaults import BadRequest, Conflict

T1, T2, T3 = "2026-11-22T18:00:00Z", "2026-11-22T18:01:00Z", "2026-11-22T18:02:00Z"


def apply(
    live: JSON | None, config: JSON, manager: str = "me", now: str = T1, *, force: bool = False
) -> JSON:
    return applied(live, config, manager, now, DEPLOYMENT, force=force)


def made(content: JSON, manager: str = "kubectl-client-side-apply") -> JSON:
    return updated(None, content, manager, T1, DEPLOYMENT)


def fields(content: JSON) -> dict[str, Any]:
    return {entry.manager: entry.fields for entry in entries_of(content)}


def containers(content: JSON) -> list[JSON]:
    found: list[JSON] = content["spec"]["template"]["spec"]["containers"]
    return found


def test_an_apply_makes_what_is_not_there_and_owns_what_it_states() -> None:
    after = apply(None, deployment(replicas=1))

    assert after["spec"] == {"replicas": 1}
    assert after["metadata"]["managedFields"] == [
        {
            "manager": "me",
            "operation": "Apply",
            "apiVersion": "apps/v1",
            "time": T1,
            "fieldsType": "FieldsV1",
            "fieldsV1": {"f:spec": {"f:replicas": {}}},
        }
    ]


def test_what_the_configuration_does_not_state_stays() -> None:
    live = made(deployment(container(image="a", imagePullPolicy="Always"), paused=True))

    after = apply(live, deployment(container(env=[{"name": "A", "value": "1"}])))

    assert after["spec"]["paused"] is True
    assert containers(after) == [
        container(image="a", imagePullPolicy="Always", env=[{"name": "A", "value": "1"}])
    ]


def test_one_field_of_somebody_else_is_one_conflict() -> None:
    live = made(deployment(replicas=1))

    with pytest.raises(Conflict) as failure:
        apply(live, deployment(replicas=3))

    assert str(failure.value) == (
        'Apply failed with 1 conflict: conflict with "kubectl-client-side-apply" using apps/v1:'
        " .spec.replicas"
    )
    (cause,) = failure.value.causes
    assert cause.reason == "FieldManagerConflict"
    assert cause.field == ".spec.replicas"
    assert cause.message == 'conflict with "kubectl-client-side-apply" using apps/v1'


def test_several_conflicts_are_listed_by_manager() -> None:
    live = apply(made(deployment(container(image="a"), replicas=1), "b"), deployment(paused=True))

    with pytest.raises(Conflict) as failure:
        apply(live, deployment(container(image="c"), replicas=3, paused=False), "other")

    assert str(failure.value) == (
        'Apply failed with 3 conflicts: conflicts with "b" using apps/v1:\n'
        "- .spec.replicas\n"
        '- .spec.template.spec.containers[name="web"].image\n'
        'conflicts with "me":\n'
        "- .spec.paused"
    )
    assert len(failure.value.causes) == 3


def test_a_conflict_with_a_subresource_says_so() -> None:
    live = made(deployment(replicas=1))
    scaled = {**live, "spec": {"replicas": 2}}
    live = updated(live, scaled, "hpa", T2, DEPLOYMENT, subresource="scale")

    with pytest.raises(Conflict, match='conflict with "hpa" with subresource "scale" using apps'):
        apply(live, deployment(replicas=3))


def test_the_same_value_is_no_conflict_and_is_owned_by_both() -> None:
    live = made(deployment(replicas=1))

    after = apply(live, deployment(replicas=1))

    assert set(fields(after)) == {"me", "kubectl-client-side-apply"}


def test_force_takes_the_fields_from_others() -> None:
    live = made(deployment(replicas=1, paused=True))

    after = apply(live, deployment(replicas=3), force=True)

    assert after["spec"] == {"replicas": 3, "paused": True}
    assert fields(after) == {
        "me": {"f:spec": {"f:replicas": {}}},
        "kubectl-client-side-apply": {"f:spec": {"f:paused": {}}},
    }


def test_an_apply_that_changes_nothing_gives_the_very_same_object() -> None:
    live = apply(None, deployment(container(image="a"), replicas=1))

    assert apply(live, deployment(container(image="a"), replicas=1), now=T2) is live


def test_a_field_that_is_no_longer_applied_goes() -> None:
    live = apply(None, labelled(deployment(container(image="a"), replicas=1), app="web"))

    after = apply(live, deployment(container(image="a")), now=T2)

    assert after["spec"] == deployment(container(image="a"))["spec"]
    assert "labels" not in after["metadata"]


def test_an_element_that_is_no_longer_applied_goes_with_its_defaults() -> None:
    live = apply(None, deployment(container("a"), container("b", image="x")))
    containers(live)[1]["imagePullPolicy"] = "Always"

    after = apply(live, deployment(container("a")), now=T2)

    assert containers(after) == [container("a")]


def test_what_another_applier_wants_as_well_stays() -> None:
    live = apply(None, deployment(container(image="a"), replicas=1))
    live = apply(live, deployment(container(image="a")), "other", T2)

    after = apply(live, deployment(), now=T3)

    assert after["spec"] == deployment(container(image="a"))["spec"]
    assert list(fields(after)) == ["other"]


def test_an_element_stays_with_its_keys_as_long_as_somebody_applies_a_field_of_it() -> None:
    ports = [{"containerPort": 80, "protocol": "TCP", "name": "http"}]
    live = apply(None, deployment(container(ports=ports)))
    live = apply(live, deployment(container(ports=[{"containerPort": 80}])), "other", T2)

    after = apply(live, deployment(container()), now=T3)

    assert containers(after)[0]["ports"] == [{"containerPort": 80, "protocol": "TCP"}]


def test_a_field_of_an_updater_goes_when_its_last_applier_gives_it_up() -> None:
    live = made(deployment(replicas=1), "scaler")
    live = apply(live, deployment(replicas=1), now=T2)

    after = apply(live, deployment(paused=True), now=T3)

    assert after["spec"] == {"paused": True}


def test_a_list_that_does_not_merge_is_replaced_whole() -> None:
    live = apply(None, deployment(container(command=["a", "b"])))

    after = apply(live, deployment(container(command=["c"])), now=T2)

    assert containers(after)[0]["command"] == ["c"]


def test_an_object_that_does_not_merge_is_replaced_whole() -> None:
    live = apply(None, deployment(selector={"matchLabels": {"a": "b"}}))

    after = apply(live, deployment(selector={"matchLabels": {"c": "d"}}), now=T2)

    assert after["spec"]["selector"] == {"matchLabels": {"c": "d"}}


def test_elements_come_in_the_order_of_the_configuration_and_others_keep_their_place() -> None:
    live = made(deployment(*(container(name) for name in ("x", "a", "y", "b", "z"))))

    after = apply(live, deployment(*(container(name) for name in ("b", "new", "a"))))

    assert [each["name"] for each in containers(after)] == ["x", "y", "b", "z", "new", "a"]


def test_finalizers_of_several_appliers_are_one_set() -> None:
    def config(*finalizers: str) -> JSON:
        content = deployment()
        return {**content, "metadata": {**content["metadata"], "finalizers": list(finalizers)}}

    live = apply(apply(None, config("a", "b")), config("b", "c"), "other", T2)

    after = apply(live, config("d"), now=T3)

    assert sorted(after["metadata"]["finalizers"]) == ["b", "c", "d"]


def test_null_takes_a_field_away_and_is_a_conflict_with_its_owner() -> None:
    live = made(deployment(replicas=1))
    config = deployment(replicas=None)

    with pytest.raises(Conflict, match=r"\.spec\.replicas"):
        apply(live, config)

    assert apply(live, config, force=True)["spec"] == {}


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"metadata": {"managedFields": []}}, "metadata.managedFields must be nil"),
        (deployment({"image": "a"}), 'element 0: .* omits key field "name"'),
        (deployment(container(), container()), r'duplicate entries for key \[name="web"\]'),
        ({"metadata": {"finalizers": [{}]}}, "element 0: .* no plain value"),
    ],
)
def test_a_configuration_that_cannot_be_merged_is_a_bad_request(config: JSON, message: str) -> None:
    with pytest.raises(BadRequest, match=message):
        apply(None, config)


def test_kubectl_takes_over_what_it_applied_on_the_clients_side() -> None:
    config = deployment(container(image="a"), replicas=1)
    live = made(annotated(config, json.dumps(config)))

    after = apply(live, deployment(container(image="b"), replicas=1), "kubectl", T2)

    assert containers(after) == [container(image="b")]
    noted = json.loads(after["metadata"]["annotations"][LAST_APPLIED])
    assert containers(noted) == [container(image="b")]


@pytest.mark.parametrize(
    "noted",
    [
        json.dumps(deployment(replicas=1)),
        json.dumps({**deployment(replicas=2), "apiVersion": "apps/v0"}),
        json.dumps({"apiVersion": "apps/v1", "metadata": "text", "spec": {"replicas": 2}}),
        "{",
        "[]",
        "",
    ],
)
def test_kubectl_does_not_take_over_what_somebody_changed_since(noted: str) -> None:
    live = made(annotated(deployment(replicas=2), noted))

    with pytest.raises(Conflict, match=r"1 conflict: .*\.spec\.replicas"):
        apply(live, deployment(replicas=3), "kubectl", T2)


def annotated(content: JSON, noted: str) -> JSON:
    metadata = {**content["metadata"], "annotations": {LAST_APPLIED: noted}}
    return {**content, "metadata": metadata}


def test_neither_object_nor_configuration_is_changed_or_shared() -> None:
    live = apply(None, deployment(container(image="a", command=["x"]), replicas=1))
    config = deployment(container("b", command=["y"]))
    copies = deepcopy((live, config))

    after = apply(live, config, force=True, now=T2)
    containers(after)[0]["command"].append("z")

    assert (live, config) == copies
