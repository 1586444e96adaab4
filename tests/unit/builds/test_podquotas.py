"""What quotas may say of pods."""

from __future__ import annotations

from typing import Any

import pytest

from slipcast.api.limits import ResourceQuota
from slipcast.builds.podquotas import is_in_scope, is_understood, place_of, unsaid
from verdicts import seen


def a_quota(**spec: Any) -> ResourceQuota:
    """A quota with scopes."""
    return seen(ResourceQuota, metadata={"name": "q"}, spec=spec)


def selecting(operator: str, *values: str) -> ResourceQuota:
    """A quota of pods by their priority."""
    condition = {"scopeName": "PriorityClass", "operator": operator, "values": values}
    return a_quota(scopeSelector={"matchExpressions": [condition]})


def a_pod(resources: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    """A pod with one container."""
    return {"spec": {"containers": [{"name": "main", "resources": resources or {}}], **spec}}


@pytest.mark.parametrize(
    ("names", "resources", "told"),
    [
        (["limits.cpu"], {}, "must specify limits.cpu for: main"),
        (["limits.cpu"], {"limits": {"cpu": "1"}}, ""),
        (["requests.cpu", "cpu"], {"limits": {"cpu": "1"}}, ""),
        (
            ["memory", "cpu"],
            {"limits": {"example.com/gpu": "1"}},
            "must specify cpu for: main; memory for: main",
        ),
        (["pods", "requests.ephemeral-storage"], {}, ""),
    ],
)
def test_every_container_says_what_a_quota_limits(
    names: list[str], resources: dict[str, Any], told: str
) -> None:
    assert unsaid(names, a_pod(resources)) == told


def test_containers_that_say_nothing_are_named() -> None:
    loud = {"name": "loud", "resources": {"limits": {"cpu": "1"}}}
    pod = {"spec": {"initContainers": [{"name": "b"}], "containers": [loud, {"name": "a"}]}}

    assert unsaid(["limits.cpu"], pod) == "must specify limits.cpu for: a,b"


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("cpu", ("requests", "cpu")),
        ("limits.memory", ("limits", "memory")),
        ("hugepages-2Mi", ("requests", "hugepages-2Mi")),
        ("requests.hugepages-2Mi", ("requests", "hugepages-2Mi")),
        ("requests.example.com/gpu", ("requests", "example.com/gpu")),
        ("requests.storage", None),
        ("example.com/gpu", None),
    ],
)
def test_pods_say_how_much_compute_they_use(name: str, place: tuple[str, str] | None) -> None:
    assert place_of(name) == place


@pytest.mark.parametrize(
    ("scope", "pod", "counts"),
    [
        ("Terminating", a_pod(activeDeadlineSeconds=60), True),
        ("Terminating", a_pod(), False),
        ("NotTerminating", a_pod(), True),
        ("NotTerminating", a_pod(activeDeadlineSeconds=0), False),
        ("BestEffort", a_pod(), True),
        ("BestEffort", a_pod({"requests": {"cpu": "0"}}), True),
        ("BestEffort", a_pod({"requests": {"cpu": "1"}}), False),
        ("NotBestEffort", a_pod({"limits": {"memory": "1Gi"}}), True),
        ("NotBestEffort", a_pod({"limits": {"example.com/gpu": "1"}}), False),
        ("PriorityClass", a_pod(priorityClassName="high"), True),
        ("PriorityClass", a_pod(), False),
    ],
)
def test_a_scope_says_which_pods_count(scope: str, pod: dict[str, Any], *, counts: bool) -> None:
    assert is_in_scope(a_quota(scopes=[scope]), pod) is counts


@pytest.mark.parametrize(
    ("quota", "counts"),
    [
        (selecting("In", "high", "low"), True),
        (selecting("In", "low"), False),
        (selecting("NotIn", "low"), True),
        (selecting("Exists"), True),
        (selecting("DoesNotExist"), False),
    ],
)
def test_pods_are_selected_by_their_priority(quota: ResourceQuota, *, counts: bool) -> None:
    assert is_in_scope(quota, a_pod(priorityClassName="high")) is counts


def test_all_scopes_of_a_quota_have_to_hold() -> None:
    quota = a_quota(scopes=["BestEffort", "Terminating"])

    assert is_in_scope(quota, a_pod(activeDeadlineSeconds=5))
    assert not is_in_scope(quota, a_pod())


def test_a_scope_may_be_unknown() -> None:
    assert is_understood(a_quota(scopes=["BestEffort"]))
    assert not is_understood(a_quota(scopes=["CrossNamespacePodAffinity"]))
