"""Strategic merge patch: what kubectl patch does by default."""

from __future__ import annotations

from typing import Any

import pytest

from slipcast.values.apifaults import BadRequest
from slipcast.values.patch import strategic_patch
from slipcast.values.shape import Shape

JSON = dict[str, Any]

ENV = Shape(is_list=True, keys=("name",), patch_key="name")
CONTAINER = Shape(
    fields={
        "env": ENV,
        "command": Shape(is_list=True),
        "ports": Shape(
            is_list=True,
            keys=("containerPort", "protocol"),
            patch_key="containerPort",
            defaults={"protocol": "TCP"},
        ),
    }
)
POD = Shape(
    fields={
        "metadata": Shape(fields={"finalizers": Shape(is_list=True, is_set=True)}),
        "spec": Shape(
            fields={
                "containers": Shape(
                    is_list=True, keys=("name",), patch_key="name", items=CONTAINER
                ),
                "volumes": Shape(is_list=True, keys=("name",), patch_key="name", retains_keys=True),
                "strategy": Shape(retains_keys=True),
            }
        ),
    }
)


def pod(*containers: JSON) -> JSON:
    return {"spec": {"containers": list(containers)}}


def names(document: JSON) -> list[str]:
    return [container["name"] for container in document["spec"]["containers"]]


def test_an_element_with_a_known_key_is_changed_in_place() -> None:
    document = pod({"name": "web", "image": "a:1", "tty": True}, {"name": "log", "image": "b"})

    after = strategic_patch(document, pod({"name": "web", "image": "a:2"}), POD)

    assert after == pod({"name": "web", "image": "a:2", "tty": True}, {"name": "log", "image": "b"})


def test_an_element_with_a_new_key_is_put_first_without_its_directives() -> None:
    added = {"name": "log", "env": [{"name": "A", "value": "1"}, {"name": "B", "$patch": "delete"}]}

    after = strategic_patch(pod({"name": "web"}), pod(added), POD)

    assert after == pod({"name": "log", "env": [{"name": "A", "value": "1"}]}, {"name": "web"})


def test_an_element_is_deleted_by_its_key() -> None:
    document = pod({"name": "web"}, {"name": "log"})

    after = strategic_patch(document, pod({"name": "log", "$patch": "delete"}), POD)

    assert after == pod({"name": "web"})


def test_a_list_is_replaced_when_an_element_says_so() -> None:
    document = pod({"name": "web", "image": "a"}, {"name": "log"})

    after = strategic_patch(document, pod({"name": "web"}, {"$patch": "replace"}), POD)

    assert after == pod({"name": "web"})


def test_a_list_that_does_not_merge_is_replaced() -> None:
    document = pod({"name": "web", "command": ["a", "b"]})

    after = strategic_patch(document, pod({"name": "web", "command": ["c"]}), POD)

    assert after == pod({"name": "web", "command": ["c"]})


def test_null_removes_a_field_and_is_not_kept_where_there_was_none() -> None:
    document = {"metadata": {"labels": {"a": "1", "b": "2"}}}
    patch = {"metadata": {"labels": {"a": None}, "annotations": {"c": None}}}

    after = strategic_patch(document, patch, POD)

    assert after == {"metadata": {"labels": {"b": "2"}, "annotations": {}}}


def test_ports_merge_by_their_number_alone() -> None:
    document = pod({"name": "web", "ports": [{"containerPort": 80, "protocol": "TCP"}]})
    patch = pod({"name": "web", "ports": [{"containerPort": 80, "name": "http"}]})

    after = strategic_patch(document, patch, POD)

    assert after["spec"]["containers"][0]["ports"] == [
        {"containerPort": 80, "protocol": "TCP", "name": "http"}
    ]


@pytest.mark.parametrize(
    ("directive", "expected"),
    [
        ("replace", {"labels": {"new": "1"}}),
        ("merge", {"labels": {"old": "1", "new": "1"}}),
        ("delete", {"labels": {}}),
    ],
)
def test_a_directive_says_what_becomes_of_an_object(directive: str, expected: JSON) -> None:
    patch = {"metadata": {"labels": {"$patch": directive, "new": "1"}}}

    after = strategic_patch({"metadata": {"labels": {"old": "1"}}}, patch, POD)

    assert after == {"metadata": expected}


def test_plain_values_are_added_once_and_taken_out_by_a_parallel_list() -> None:
    document = {"metadata": {"finalizers": ["a", "b"]}}
    patch = {
        "metadata": {"finalizers": ["c", "b"], "$deleteFromPrimitiveList/finalizers": ["a", "x"]}
    }

    after = strategic_patch(document, patch, POD)

    assert sorted(after["metadata"]["finalizers"]) == ["b", "c"]


def test_an_order_is_enforced_and_what_it_does_not_name_keeps_its_place() -> None:
    document = pod({"name": "a"}, {"name": "injected"}, {"name": "b"}, {"name": "last"})
    patch = {
        "spec": {
            "$setElementOrder/containers": [{"name": "new"}, {"name": "b"}, {"name": "a"}],
            "containers": [{"name": "new"}],
        }
    }

    after = strategic_patch(document, patch, POD)

    assert names(after) == ["new", "injected", "b", "a", "last"]


def test_an_order_alone_changes_the_order_alone() -> None:
    document = pod({"name": "a", "image": "1"}, {"name": "b"})
    patch = {"spec": {"$setElementOrder/containers": [{"name": "b"}, {"name": "a"}]}}

    after = strategic_patch(document, patch, POD)

    assert after == pod({"name": "b"}, {"name": "a", "image": "1"})


def test_only_the_retained_keys_of_an_object_stay() -> None:
    document = {"spec": {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}}}
    patch = {"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}}

    after = strategic_patch(document, patch, POD)

    assert after == {"spec": {"strategy": {"type": "Recreate"}}}


def test_a_field_may_begin_with_a_dollar_and_be_no_directive() -> None:
    patch = {"schema": {"$ref": "#/a"}}

    assert strategic_patch({}, patch, POD) == patch


@pytest.mark.parametrize(
    ("patch", "message"),
    [
        ([], "error decoding patch"),
        (pod({"image": "a"}), "does not contain declared merge key: name"),
        ({"spec": {"containers": ["web"]}}, "does not contain declared merge key: name"),
        (pod({"name": {}}), "lists of lists"),
        (pod({"name": "a", "$patch": "frob"}), "unknown patch type: frob"),
        (pod({"name": "a", "$patch": "merge"}), "merging lists cannot yet be specified"),
        ({"spec": {"$patch": "frob"}}, "unknown patch type: frob"),
        ({"spec": {"$patch": []}}, "unknown patch type"),
        ({"spec": {"$setElementOrder/containers": "a"}}, "setElementOrder list"),
        ({"spec": {"$setElementOrder": []}}, "setElementOrder list"),
        (
            {"spec": {"containers": [{"name": "a"}], "$setElementOrder/containers": []}},
            "doesn't match",
        ),
        ({"metadata": {"$deleteFromPrimitiveList/finalizers": "a"}}, "primitive list"),
        ({"metadata": {"finalizers": [[]]}}, "lists of lists"),
        ({"spec": {"strategy": {"$retainKeys": "type"}}}, "retainKeys"),
        ({"spec": {"strategy": {"$retainKeys": [], "type": "a"}}}, "retainKeys"),
    ],
)
def test_a_patch_that_makes_no_sense_is_a_bad_request(patch: object, message: str) -> None:
    document = pod({"name": "web"}) | {"metadata": {"finalizers": ["a"]}}

    with pytest.raises(BadRequest, match=message):
        strategic_patch(document, patch, POD)


def test_live_elements_without_a_key_are_left_alone() -> None:
    document = pod({"image": "odd"}, {"name": "web"})

    after = strategic_patch(document, pod({"name": "web", "image": "a"}), POD)

    assert after == pod({"image": "odd"}, {"name": "web", "image": "a"})


def test_neither_document_nor_patch_is_changed_or_shared() -> None:
    document, patch = pod({"name": "a", "env": []}), pod({"name": "b", "env": [{"name": "X"}]})

    after = strategic_patch(document, patch, POD)
    after["spec"]["containers"][0]["env"][0]["name"] = "Y"
    after["spec"]["containers"][1]["env"].append(1)

    assert document == pod({"name": "a", "env": []})
    assert patch == pod({"name": "b", "env": [{"name": "X"}]})
