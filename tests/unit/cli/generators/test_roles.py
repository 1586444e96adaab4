"""Roles and bindings from flags."""

from __future__ import annotations

import pytest

from slipcast.cli.generators import roles
from slipcast.cli.generators.roles import Subjects
from slipcast.values.faults import UsageFault


def test_every_group_of_resources_has_a_rule_of_its_own() -> None:
    rules = roles.rules(["get"], ["pods", "deployments.apps", "pods/log"], ["n"])

    assert [(rule["apiGroups"], rule["resources"]) for rule in rules] == [
        ([""], ["pods", "pods/log"]),
        (["apps"], ["deployments"]),
    ]


def test_every_verb_makes_the_others_superfluous() -> None:
    assert roles.rules(["get", "*"], ["pods"], [])[0]["verbs"] == ["*"]


def test_a_resource_nobody_serves_is_refused() -> None:
    with pytest.raises(UsageFault, match='resource type "foos"'):
        roles.rules(["get"], ["foos"], [])


def test_a_service_account_has_a_namespace() -> None:
    with pytest.raises(UsageFault, match="must be <namespace>:<name>"):
        _ = Subjects(accounts=("builder",)).content


def test_one_role_is_bound() -> None:
    with pytest.raises(UsageFault, match="exactly one of clusterrole or role"):
        roles.binding("b", [], cluster_role="a", role="b")


def test_a_role_of_all_with_a_label_has_no_rules_of_its_own() -> None:
    content = roles.cluster_role("r", [], [("a", "b")])

    assert content["aggregationRule"] == {"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}
