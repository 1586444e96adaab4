"""What metadata may say, as every client of Kubernetes knows it."""

from typing import Any

import pytest

from slipcast.api import kinds
from slipcast.api.meta import ObjectMeta
from slipcast.api.metadata import created, updated
from verdicts import brief, seen

SECRET = kinds.require("", "Secret")
NAMESPACE = kinds.require("", "Namespace")
CONFIG = kinds.require(kinds.BUILD, "BuildConfig")
OWNER = {"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "u"}


def meta(**said: Any) -> ObjectMeta:
    """Metadata that are fine but for what is said."""
    return seen(ObjectMeta, **{"name": "a", "namespace": "shop", **said})


def of(**said: Any) -> list[str]:
    """What is wrong with the metadata of a new Secret."""
    return brief(created(meta(**said), SECRET))


def test_plain_metadata_are_fine() -> None:
    assert of(labels={"a/b": "c"}, annotations={"A/B": "x y"}, finalizers=["a/b", "orphan"]) == []


@pytest.mark.parametrize("name", ["Bad_Name", "a/b", "a" * 254, "-a"])
def test_names_are_subdomains_ba_20(name: str) -> None:
    assert set(of(name=name)) == {"metadata.name Invalid"}


@pytest.mark.parametrize(
    ("group", "kind", "name", "fine"),
    [
        ("", "Namespace", "a.b", False),
        ("", "Service", "1a", False),
        ("", "Service", "a1", True),
        (kinds.RBAC, "Role", "system:a", True),
        (kinds.RBAC, "Role", "a/b", False),
        (kinds.IMAGE, "Image", "sha256:abc", True),
    ],
)
def test_some_kinds_have_names_of_their_own(
    group: str, kind: str, name: str, *, fine: bool
) -> None:
    found = kinds.require(group, kind)
    namespace = "shop" if found.namespaced else ""

    wrong = created(meta(name=name, namespace=namespace), found)

    assert (wrong == ()) is fine


def test_a_name_is_said_or_begun_ba_10() -> None:
    assert of(name="") == ["metadata.name Required"]
    assert of(generateName="a-") == []
    assert of(generateName="A-") == ["metadata.generateName Invalid"]


def test_a_namespace_is_said_where_there_are_namespaces_ba_20() -> None:
    outside = brief(created(meta(), NAMESPACE))

    assert of(namespace="") == ["metadata.namespace Required"]
    assert of(namespace="a.b") == ["metadata.namespace Invalid"]
    assert outside == ["metadata.namespace Forbidden"]


def test_labels_are_names_and_values() -> None:
    assert of(labels={"a b": "c d"}) == ["metadata.labels Invalid", "metadata.labels Invalid"]


def test_annotations_have_names_and_256_kib() -> None:
    assert of(annotations={"a b": ""}) == ["metadata.annotations Invalid"]
    assert of(annotations={"a": "x" * (256 * 1024 - 1)}) == []
    assert of(annotations={"a": "ä" * 128 * 1024}) == ["metadata.annotations TooLong"]


def test_an_owner_is_named_in_full() -> None:
    wrong = of(ownerReferences=[{}])

    assert wrong == [
        "metadata.ownerReferences.apiVersion Invalid",
        "metadata.ownerReferences.kind Invalid",
        "metadata.ownerReferences.name Invalid",
        "metadata.ownerReferences.uid Invalid",
    ]


def test_one_owner_is_in_control_and_no_event_owns_anything() -> None:
    controller = {**OWNER, "controller": True}

    assert of(ownerReferences=[controller, OWNER]) == []
    assert of(ownerReferences=[controller, controller]) == ["metadata.ownerReferences Invalid"]
    assert of(ownerReferences=[{**OWNER, "kind": "Event"}]) == ["metadata.ownerReferences Invalid"]


@pytest.mark.parametrize(
    "finalizers", [["a b"], ["mine"], ["orphan", "foregroundDeletion"], ["/x"]]
)
def test_finalizers_have_full_names(finalizers: list[str]) -> None:
    assert of(finalizers=finalizers) == ["metadata.finalizers Invalid"]


def test_managed_fields_are_of_known_form() -> None:
    entry = {"operation": "Guess", "fieldsType": "FieldsV2", "manager": "m" * 129}

    assert of(managedFields=[entry, {"operation": "Apply", "fieldsType": "FieldsV1"}]) == [
        "metadata.managedFields[0].operation Invalid",
        "metadata.managedFields[0].fieldsType Invalid",
        "metadata.managedFields[0].manager TooLong",
    ]


def test_one_empty_entry_asks_that_managed_fields_be_forgotten() -> None:
    assert of(managedFields=[{}]) == []
    assert of(managedFields=[{}, {}]) != []


def test_generations_are_counted_upwards() -> None:
    lower = updated(meta(generation=1), meta(generation=2), SECRET)

    assert of(generation=-1) == ["metadata.generation Invalid"]
    assert brief(lower) == ["metadata.generation Invalid"]


def test_what_the_server_said_stays() -> None:
    old = meta(uid="1", creationTimestamp="2026-01-01T00:00:00Z")

    wrong = updated(meta(name="b", uid="2", deletionGracePeriodSeconds=3), old, SECRET)

    assert brief(wrong) == [
        "metadata.name Invalid",
        "metadata.uid Invalid",
        "metadata.creationTimestamp Invalid",
        "metadata.deletionGracePeriodSeconds Invalid",
    ]


def test_what_is_being_deleted_gets_no_new_finalizers() -> None:
    old = meta(finalizers=["a/b"], deletionTimestamp="2026-01-01T00:00:00Z")
    said = {"deletionTimestamp": "2026-01-01T00:00:00Z"}

    more = updated(meta(finalizers=["a/b", "c/d"], **said), old, SECRET)
    fewer = updated(meta(**said), old, SECRET)

    assert brief(more) == ["metadata.finalizers Forbidden"]
    assert fewer == ()


def test_wrong_labels_of_openshift_kinds_are_told_three_times_on_update() -> None:
    new = meta(labels={"a b": ""})

    assert brief(updated(new, meta(), CONFIG)) == ["metadata.labels Invalid"] * 3
    assert brief(updated(new, meta(), SECRET)) == ["metadata.labels Invalid"]
