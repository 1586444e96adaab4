"""Roles and bindings in OpenShift's form and in Kubernetes'."""

from typing import Any

import pytest

from slipcast.access import roleforms
from slipcast.api.kinds import RBAC

BINDING: dict[str, Any] = {
    "metadata": {"name": "b", "namespace": "shop"},
    "roleRef": {"name": "edit"},
    "userNames": ["anna", "system:serviceaccount:shop:robot"],
    "groupNames": ["crew"],
}
KEPT: list[dict[str, str]] = [
    {"apiGroup": RBAC, "kind": "User", "name": "anna"},
    {"kind": "ServiceAccount", "namespace": "shop", "name": "robot"},
    {"apiGroup": RBAC, "kind": "Group", "name": "crew"},
]


def kept(binding: dict[str, Any], before: dict[str, Any] | None = None) -> dict[str, Any]:
    return roleforms.kept("RoleBinding", binding, before)


def test_names_become_subjects() -> None:
    found = kept(BINDING)

    assert found["subjects"] == KEPT
    assert found["roleRef"] == {"apiGroup": RBAC, "kind": "ClusterRole", "name": "edit"}


def test_subjects_are_shown_as_names_as_well() -> None:
    shown = roleforms.shown("RoleBinding", kept(BINDING))

    assert shown["userNames"] == BINDING["userNames"]
    assert shown["groupNames"] == ["crew"]
    assert [each["kind"] for each in shown["subjects"]] == ["User", "ServiceAccount", "Group"]
    assert shown["roleRef"] == {"name": "edit"}


def test_names_of_the_servers_own_are_of_kinds_of_their_own() -> None:
    subjects = [{"kind": "SystemGroup", "name": "system:authenticated"}]

    found = kept({**BINDING, "userNames": None, "groupNames": None, "subjects": subjects})

    assert found["subjects"] == [
        {"apiGroup": RBAC, "kind": "Group", "name": "system:authenticated"}
    ]
    assert roleforms.shown("RoleBinding", found)["subjects"] == subjects


def test_of_a_new_binding_names_count_where_there_are_any() -> None:
    found = kept({**BINDING, "subjects": [{"kind": "User", "name": "ben"}]})

    assert found["subjects"] == KEPT


def test_of_a_changed_binding_what_was_changed_counts() -> None:
    before = roleforms.shown("RoleBinding", kept(BINDING))

    by_subjects = kept({**before, "subjects": before["subjects"][:1]}, before)
    by_names = kept({**before, "userNames": ["anna"]}, before)

    assert by_subjects["subjects"] == KEPT[:1]
    assert by_names["subjects"] == [KEPT[0], KEPT[2]]


def test_a_binding_without_anybody_says_so_with_null() -> None:
    shown = roleforms.shown("RoleBinding", kept({**BINDING, "userNames": [], "groupNames": None}))

    assert (shown["userNames"], shown["groupNames"], shown["subjects"]) == (None, None, [])


@pytest.mark.parametrize("ref", [{"name": "r", "namespace": "shop"}, {"kind": "Role", "name": "r"}])
def test_a_role_of_the_namespace_is_named_by_it(ref: dict[str, str]) -> None:
    found = kept({**BINDING, "roleRef": ref})

    assert found["roleRef"]["kind"] == "Role"
    assert roleforms.shown("RoleBinding", found)["roleRef"] == {"namespace": "shop", "name": "r"}


def test_a_role_of_another_namespace_is_wrong() -> None:
    (cause,) = roleforms.wrong(
        "RoleBinding", {**BINDING, "roleRef": {"name": "r", "namespace": "bank"}}
    )

    assert cause.field == "roleRef.namespace"


def test_a_rule_on_resources_and_paths_is_two() -> None:
    rule = {"verbs": ["get"], "resources": ["pods"], "nonResourceURLs": ["/healthz"]}

    found = roleforms.kept("ClusterRole", {"metadata": {"name": "r"}, "rules": [rule]})

    assert found["rules"] == [
        {"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]},
        {"verbs": ["get"], "nonResourceURLs": ["/healthz"]},
    ]


def test_a_rule_that_attributes_restrict_is_wrong() -> None:
    rule = {"verbs": ["get"], "attributeRestrictions": {"kind": "IsPersonalSubjectAccessReview"}}

    (cause,) = roleforms.wrong("Role", {"metadata": {"name": "r"}, "rules": [{}, rule]})

    assert cause.field == "rules[1].attributeRestrictions"


def test_fields_that_are_managed_under_other_names_are_not_shown() -> None:
    content = {"metadata": {"name": "r", "managedFields": [{}]}, "rules": []}

    assert roleforms.shown("Role", content) == {"metadata": {"name": "r"}, "rules": []}


def test_what_is_null_in_a_list_is_not_there() -> None:
    role = {"metadata": {"name": "r"}, "rules": [None, {"verbs": ["get", None]}]}
    binding = {**BINDING, "userNames": [None, "anna"], "groupNames": None}

    (rule,) = roleforms.kept("Role", role)["rules"]

    assert roleforms.wrong("Role", role) == ()
    assert rule == {"verbs": ["get"], "apiGroups": [""], "resources": []}
    assert kept(binding)["subjects"] == KEPT[:1]


def test_a_rule_about_no_object_does_not_become_one_about_every_object() -> None:
    rule = {"verbs": ["get"], "resources": ["pods"], "resourceNames": [None]}

    (found,) = roleforms.kept("Role", {"metadata": {"name": "r"}, "rules": [rule]})["rules"]

    assert found["resourceNames"] == [None]
