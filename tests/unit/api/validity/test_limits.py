"""What limits, quotas and claims may say."""

from typing import Any

import pytest

from slipcast.api.limits import LimitRange, PersistentVolumeClaim, ResourceQuota
from slipcast.api.validity.claims import claim
from slipcast.api.validity.limits import limit_range, resource_quota
from verdicts import of, of_change, seen

SIZE = {"requests": {"storage": "1Gi"}}
CLAIM: dict[str, Any] = {"accessModes": ["ReadWriteOnce"], "resources": SIZE}


def of_limits(*limits: dict[str, Any]) -> list[str]:
    """What is wrong with limits."""
    return of(limit_range, LimitRange, spec={"limits": limits})


def of_quota(**spec: Any) -> list[str]:
    """What is wrong with a quota."""
    return of(resource_quota, ResourceQuota, spec=spec)


def test_each_type_is_limited_once() -> None:
    image = {"type": "openshift.io/Image", "max": {"storage": "1Gi"}}

    assert of_limits(image) == []
    assert of_limits(image, image) == ["spec.limits[1].type Duplicate"]
    assert of_limits({"type": "Node"}) == ["spec.limits[0].type Invalid"]
    assert of_limits({"type": "a b"}) == ["spec.limits[0].type Invalid"]


@pytest.mark.parametrize(
    ("limits", "field"),
    [
        ({"min": {"cpu": 2}, "max": {"cpu": "1"}}, "min"),
        ({"min": {"cpu": 2}, "defaultRequest": {"cpu": "1900m"}}, "defaultRequest"),
        ({"defaultRequest": {"cpu": 2}, "max": {"cpu": 1}}, "defaultRequest"),
        ({"defaultRequest": {"cpu": 2}, "default": {"cpu": 1}}, "defaultRequest"),
        ({"min": {"cpu": 2}, "default": {"cpu": 1}}, "default"),
        ({"default": {"cpu": 2}, "max": {"cpu": 1}}, "default"),
        ({"maxLimitRequestRatio": {"cpu": "0.5"}}, "maxLimitRequestRatio"),
        ({"max": {"cpu": "1e9999"}}, "max"),
        ({"max": {"cpu": "-1"}}, "max"),
    ],
)
def test_limits_are_in_order(limits: dict[str, Any], field: str) -> None:
    assert of_limits({"type": "Container", **limits}) == [f"spec.limits[0].{field}[cpu] Invalid"]


def test_the_least_may_be_the_most() -> None:
    same = {"cpu": "1"}

    assert of_limits({"type": "Container", "min": same, "default": same, "max": same}) == []


def test_pods_have_no_default_limits_and_claims_are_limited_in_size() -> None:
    pod = {"type": "Pod", "default": {"cpu": 1}, "defaultRequest": {"cpu": 1}}
    claims = {"type": "PersistentVolumeClaim", "max": {"cpu": 1}}

    assert of_limits(pod, claims) == [
        "spec.limits[0].default Forbidden",
        "spec.limits[0].defaultRequest Forbidden",
        "spec.limits[1].limits Required",
    ]


def test_a_quota_counts_what_is_known_in_whole_numbers() -> None:
    hard = {"pods": "1.5", "wat": 1, "a b": 1, "limits.cpu": "100m", "count/jobs": "0.5"}

    assert of_quota(hard=hard) == [
        "spec.hard[wat] Invalid",
        "spec.hard[wat] Invalid",
        "spec.hard[a b] Invalid",
        "spec.hard[pods] Invalid",
        "spec.hard[count/jobs] Invalid",
    ]


def test_a_quota_of_openshift_is_taken() -> None:
    assert of_quota(hard={"openshift.io/imagestreams": "10"}, scopes=["Terminating"]) == []


def test_what_a_quota_counts_is_known_and_never_changes() -> None:
    old = seen(ResourceQuota, spec={"scopes": ["BestEffort"]})

    assert of_quota(scopes=["Whatever"]) == ["spec.scopes Invalid"]
    assert of_change(resource_quota, old, spec={"scopes": []}) == ["spec.scopes Invalid"]


def test_a_claim_says_how_and_how_much() -> None:
    assert of(claim, PersistentVolumeClaim) == [
        "spec.accessModes Required",
        "spec.resources[storage] Required",
    ]
    assert of(claim, PersistentVolumeClaim, spec=CLAIM) == []


@pytest.mark.parametrize(
    ("spec", "wrong"),
    [
        ({"accessModes": ["Once"]}, "spec.accessModes NotSupported"),
        ({"volumeMode": "Tape"}, "spec.volumeMode NotSupported"),
        ({"resources": {"requests": {"storage": "0"}}}, "spec.resources[storage] Invalid"),
        ({"resources": {"requests": {"storage": "-1"}}}, "spec.resources[storage] Invalid"),
    ],
)
def test_a_claim_asks_for_what_there_can_be(spec: dict[str, Any], wrong: str) -> None:
    assert of(claim, PersistentVolumeClaim, spec={**CLAIM, **spec}) == [wrong]


@pytest.mark.parametrize(
    ("spec", "wrong"),
    [
        ({}, []),
        ({"volumeName": "found"}, []),
        ({"resources": {"requests": {"storage": "2Gi"}}}, []),
        (
            {"resources": {"requests": {"storage": "1Mi"}}},
            ["spec.resources.requests.storage Forbidden"],
        ),
        ({"storageClassName": "fast"}, ["spec Forbidden"]),
    ],
)
def test_of_a_claim_only_the_size_grows(spec: dict[str, Any], wrong: list[str]) -> None:
    old = seen(PersistentVolumeClaim, spec=CLAIM)

    assert of_change(claim, old, spec={**CLAIM, **spec}) == wrong
