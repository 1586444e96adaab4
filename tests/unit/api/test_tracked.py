"""Which fields an object has, and which differ."""

from __future__ import annotations

from shaped import DEPLOYMENT, JSON, container, deployment, labelled
from slipcast.api.tracked import change, fields_of
from slipcast.values.shape import UNKNOWN, Shape

WEB = 'k:{"name":"web"}'


def test_a_configuration_owns_what_it_states_and_not_what_holds_it() -> None:
    config = labelled(deployment(container(image="a"), replicas=1), app="web")

    assert fields_of(config, DEPLOYMENT) == {
        "f:metadata": {"f:labels": {"f:app": {}}},
        "f:spec": {
            "f:replicas": {},
            "f:template": {
                "f:spec": {"f:containers": {WEB: {".": {}, "f:name": {}, "f:image": {}}}}
            },
        },
    }


def test_what_is_atomic_or_empty_is_one_field() -> None:
    spec = {"selector": {"matchLabels": {"a": "b"}}, "strategy": {}}
    config = deployment(container(command=["a", "b"], env=[]), **spec)

    fields = fields_of(config, DEPLOYMENT)["f:spec"]

    assert fields["f:selector"] == {}
    assert fields["f:strategy"] == {}
    assert fields["f:template"]["f:spec"]["f:containers"] == {
        WEB: {".": {}, "f:name": {}, "f:command": {}}
    }


def test_elements_are_named_by_all_their_keys_with_defaults() -> None:
    config = deployment(container(ports=[{"containerPort": 80}]))

    web = fields_of(config, DEPLOYMENT)["f:spec"]["f:template"]["f:spec"]["f:containers"][WEB]

    assert web["f:ports"] == {
        'k:{"containerPort":80,"protocol":"TCP"}': {".": {}, "f:containerPort": {}}
    }


def test_values_of_a_set_are_fields_and_an_atomic_element_has_none() -> None:
    metadata = {"finalizers": ["x"], "ownerReferences": [{"uid": "u", "name": "n"}]}

    fields = fields_of({"metadata": metadata}, DEPLOYMENT)

    assert fields["f:metadata"] == {
        "f:finalizers": {'v:"x"': {}},
        "f:ownerReferences": {'k:{"uid":"u"}': {}},
    }


def test_fields_of_the_server_belong_to_nobody() -> None:
    content = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": "a",
            "namespace": "b",
            "uid": "c",
            "resourceVersion": "1",
            "generation": 1,
            "creationTimestamp": "d",
            "managedFields": [{}],
        },
        "status": {},
    }

    assert fields_of(content, UNKNOWN) == {}


def test_an_added_map_or_list_is_a_member_itself() -> None:
    after = labelled(deployment(container(env=[{"name": "A", "value": "1"}])), app="web")

    added = change(None, after, DEPLOYMENT).changed

    assert added["f:metadata"] == {"f:labels": {".": {}, "f:app": {}}}
    assert added["f:spec"]["f:template"]["f:spec"]["f:containers"][WEB]["f:env"] == {
        ".": {},
        'k:{"name":"A"}': {".": {}, "f:name": {}, "f:value": {}},
    }


def test_only_what_differs_is_changed() -> None:
    before = deployment(container(image="a", env=[{"name": "A", "value": "1"}]), replicas=1)
    after = deployment(container(image="a", env=[{"name": "A", "value": "2"}]), replicas=1)

    differing = change(before, after, DEPLOYMENT)

    in_env: JSON = {"f:env": {'k:{"name":"A"}': {"f:value": {}}}}
    assert differing.changed == {
        "f:spec": {"f:template": {"f:spec": {"f:containers": {WEB: in_env}}}}
    }
    assert differing.removed == {}


def test_what_is_removed_is_removed_with_all_that_it_held() -> None:
    before = labelled(deployment(container(), container("log", image="a")), app="web")
    after = deployment(container())

    differing = change(before, after, DEPLOYMENT)

    log: JSON = {'k:{"name":"log"}': {".": {}, "f:name": {}, "f:image": {}}}
    assert differing.changed == {}
    assert differing.removed == {
        "f:metadata": {"f:labels": {".": {}, "f:app": {}}},
        "f:spec": {"f:template": {"f:spec": {"f:containers": log}}},
    }


def test_another_order_of_a_merged_list_is_no_change() -> None:
    one, other = container("a"), container("b")

    assert change(deployment(one, other), deployment(other, one), DEPLOYMENT).is_none


def test_a_list_whose_elements_nothing_names_is_one_field() -> None:
    before, after = deployment(container(env=[{}])), deployment(container(env=[{"value": "1"}]))

    changed = change(before, after, DEPLOYMENT).changed

    containers = changed["f:spec"]["f:template"]["f:spec"]["f:containers"]
    assert containers == {WEB: {"f:env": {}}}


def test_a_value_that_became_a_map_is_changed_and_what_was_a_map_is_removed() -> None:
    one: JSON = {"data": {"a": "text", "b": {"c": 1}}}
    other: JSON = {"data": {"a": {"d": 1}, "b": "text"}}

    differing = change(one, other, Shape(fields={"data": UNKNOWN}))

    assert differing.changed == {"f:data": {"f:a": {".": {}, "f:d": {}}, "f:b": {}}}
    assert differing.removed == {"f:data": {"f:b": {"f:c": {}}}}
