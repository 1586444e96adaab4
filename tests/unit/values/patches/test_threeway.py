"""Three-way patches: what kubectl apply sends, and what comes of it."""

from __future__ import annotations

from slipcast.values.patch import strategic_patch, three_way
from unit.values.patches.test_strategic import POD, pod


def test_nothing_is_sent_when_what_is_asked_for_is_there() -> None:
    asked = pod({"name": "web", "image": "a"})
    current = pod({"name": "web", "image": "a", "tty": True}, {"name": "injected"})

    assert three_way(asked, asked, current, POD) == {}


def test_a_field_no_longer_asked_for_goes_and_those_of_others_stay() -> None:
    original = {"metadata": {"labels": {"a": "1", "b": "2"}}}
    modified = {"metadata": {"labels": {"a": "1"}}}
    current = {"metadata": {"labels": {"a": "1", "b": "2", "c": "3"}}}

    assert three_way(original, modified, current, POD) == {"metadata": {"labels": {"b": None}}}


def test_a_field_that_somebody_changed_is_changed_back() -> None:
    asked = {"spec": {"replicas": 1}}

    assert three_way(asked, asked, {"spec": {"replicas": 5}}, POD) == {"spec": {"replicas": 1}}


def test_an_element_no_longer_asked_for_is_deleted_by_its_key() -> None:
    original = pod({"name": "web"}, {"name": "log"})
    modified = pod({"name": "web"})

    patch = three_way(original, modified, original, POD)

    assert patch == {
        "spec": {
            "containers": [{"$patch": "delete", "name": "log"}],
            "$setElementOrder/containers": [{"name": "web"}],
        }
    }


def test_a_changed_element_is_sent_with_its_key_and_the_wanted_order() -> None:
    original = pod({"name": "a", "image": "1"}, {"name": "b"})
    modified = pod({"name": "a", "image": "2"}, {"name": "b"})
    current = pod({"name": "a", "image": "1"}, {"name": "b"}, {"name": "injected"})

    patch = three_way(original, modified, current, POD)

    assert patch == {
        "spec": {
            "containers": [{"name": "a", "image": "2"}],
            "$setElementOrder/containers": [{"name": "a"}, {"name": "b"}],
        }
    }


def test_an_order_that_was_turned_round_is_turned_back() -> None:
    asked = pod({"name": "a"}, {"name": "b"})
    current = pod({"name": "b"}, {"name": "x"}, {"name": "a"})

    patch = three_way(asked, asked, current, POD)

    assert strategic_patch(current, patch, POD) == pod({"name": "x"}, {"name": "a"}, {"name": "b"})


def test_a_volume_of_another_kind_replaces_the_source_it_had() -> None:
    original = {"spec": {"volumes": [{"name": "v", "emptyDir": {}}]}}
    modified = {"spec": {"volumes": [{"name": "v", "secret": {"secretName": "s"}}]}}

    patch = three_way(original, modified, original, POD)

    assert patch["spec"]["volumes"] == [
        {
            "$retainKeys": ["name", "secret"],
            "emptyDir": None,
            "name": "v",
            "secret": {"secretName": "s"},
        }
    ]
    assert strategic_patch(original, patch, POD) == modified


def test_finalizers_are_added_and_taken_out_one_by_one() -> None:
    original = {"metadata": {"finalizers": ["a", "b"]}}
    modified = {"metadata": {"finalizers": ["b", "c"]}}
    current = {"metadata": {"finalizers": ["a", "b", "theirs"]}}

    patch = three_way(original, modified, current, POD)

    assert patch["metadata"]["$deleteFromPrimitiveList/finalizers"] == ["a"]
    assert patch["metadata"]["finalizers"] == ["c"]
    assert strategic_patch(current, patch, POD) == {
        "metadata": {"finalizers": ["b", "c", "theirs"]}
    }


def test_a_patch_shares_nothing_with_what_was_asked_for() -> None:
    modified = pod({"name": "web", "env": []})

    patch = three_way({}, modified, {}, POD)
    patch["spec"]["containers"][0]["env"].append(1)

    assert modified == pod({"name": "web", "env": []})
