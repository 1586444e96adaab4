"""What roles may give, and to whom."""

from typing import Any

import pytest

from slipcast.api.kinds import RBAC
from slipcast.api.rbac import ClusterRole, ClusterRoleBinding, Role, RoleBinding
from slipcast.api.validity.roles import (
    cluster_role,
    cluster_role_binding,
    role,
    role_binding,
)
from verdicts import of, of_change, seen

VIEW = {"apiGroup": RBAC, "kind": "ClusterRole", "name": "view"}


def of_subject(**subject: Any) -> list[str]:
    """What is wrong with a binding to somebody."""
    return of(role_binding, RoleBinding, roleRef=VIEW, subjects=[subject])


def test_a_rule_says_what_may_be_done_with_what() -> None:
    assert of(role, Role, rules=[{}]) == [
        "rules[0].verbs Required",
        "rules[0].apiGroups Required",
        "rules[0].resources Required",
    ]


def test_paths_belong_to_the_cluster_and_stand_alone() -> None:
    rule = {"verbs": ["get"], "nonResourceURLs": ["/healthz"]}
    both = {**rule, "resources": ["pods"]}

    assert of(role, Role, rules=[rule]) == ["rules[0].nonResourceURLs Invalid"]
    assert of(cluster_role, ClusterRole, rules=[rule]) == []
    assert of(cluster_role, ClusterRole, rules=[both]) == ["rules[0].nonResourceURLs Invalid"]


def test_an_aggregated_role_says_of_what() -> None:
    wrong = of(cluster_role, ClusterRole, aggregationRule={})

    assert wrong == ["aggregationRule.clusterRoleSelectors Required"]


@pytest.mark.parametrize(
    ("ref", "wrong"),
    [
        ({**VIEW, "apiGroup": "x"}, ["apiGroup NotSupported"]),
        ({**VIEW, "kind": "Group"}, ["kind NotSupported"]),
        ({**VIEW, "name": ""}, ["name Required"]),
        ({**VIEW, "name": "a/b"}, ["name Invalid"]),
        ({**VIEW, "kind": "Role"}, []),
    ],
)
def test_a_binding_gives_a_role(ref: dict[str, str], wrong: list[str]) -> None:
    assert of(role_binding, RoleBinding, roleRef=ref) == [f"roleRef.{each}" for each in wrong]


def test_a_binding_of_the_cluster_gives_a_role_of_the_cluster() -> None:
    ref = {**VIEW, "kind": "Role"}

    assert of(cluster_role_binding, ClusterRoleBinding, roleRef=ref) == [
        "roleRef.kind NotSupported"
    ]


def test_what_a_binding_gives_never_changes() -> None:
    old = seen(RoleBinding, roleRef=VIEW)
    cluster = seen(ClusterRoleBinding, roleRef=VIEW)
    edit = {**VIEW, "name": "edit"}

    assert of_change(role_binding, old, roleRef=edit) == ["roleRef Invalid"]
    assert of_change(cluster_role_binding, cluster, roleRef=edit) == ["roleRef Invalid"]
    assert of_change(role_binding, old, roleRef=VIEW) == []


@pytest.mark.parametrize(
    ("subject", "wrong"),
    [
        ({"kind": "User", "name": ""}, ["name Required"]),
        ({"kind": "User", "name": "a", "apiGroup": "x"}, ["apiGroup NotSupported"]),
        ({"kind": "Robot", "name": "a"}, ["kind NotSupported"]),
        ({"kind": "ServiceAccount", "name": "A b"}, ["name Invalid", "namespace Required"]),
        (
            {"kind": "ServiceAccount", "name": "a", "namespace": "b", "apiGroup": RBAC},
            ["apiGroup NotSupported"],
        ),
        ({"kind": "ServiceAccount", "namespace": "b"}, ["name Required"]),
        ({"kind": "Group", "name": "system:authenticated", "apiGroup": RBAC}, []),
    ],
)
def test_a_role_is_given_to_somebody(subject: dict[str, str], wrong: list[str]) -> None:
    assert of_subject(**subject) == [f"subjects[0].{each}" for each in wrong]
