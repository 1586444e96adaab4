"""Quotas of a namespace on its pods."""

from __future__ import annotations

from typing import Any

import pytest

from slipcast.api.limits import ResourceQuota
from slipcast.builds.podquotas import exceeded
from verdicts import seen


def a_quota(hard: dict[str, str], **spec: Any) -> ResourceQuota:
    return seen(ResourceQuota, metadata={"name": "q"}, spec={"hard": hard, **spec})


def a_pod(phase: str = "Running", **limits: str) -> dict[str, Any]:
    container = {"name": "main", "resources": {"limits": limits}}
    return {"spec": {"containers": [container]}, "status": {"phase": phase}}


@pytest.mark.parametrize(
    ("hard", "told"),
    [
        ({"pods": "2"}, ()),
        ({"pods": "1"}, ("requested: pods=1, used: pods=1, limited: pods=1",)),
        (
            {"count/pods": "2"},
            ("requested: count/pods=1, used: count/pods=2, limited: count/pods=2",),
        ),
        ({"limits.memory": "2Gi"}, ()),
        (
            {"limits.cpu": "1500m"},
            ("requested: limits.cpu=1, used: limits.cpu=1, limited: limits.cpu=1500m",),
        ),
        ({"memory": "1Gi"}, ("requested: memory=1Gi, used: memory=1Gi, limited: memory=1Gi",)),
        ({"secrets": "0"}, ()),
    ],
)
def test_what_runs_counts_and_what_has_ended_does_not(
    hard: dict[str, str], told: tuple[str, ...]
) -> None:
    there = [a_pod(cpu="1", memory="1Gi"), a_pod("Succeeded", memory="8Gi")]

    found = exceeded([a_quota(hard)], there, a_pod(cpu="1", memory="1Gi"))

    assert found == tuple(f"exceeded quota: q, {each}" for each in told)


def test_a_pod_must_say_what_a_quota_limits() -> None:
    assert exceeded([a_quota({"limits.cpu": "1"})], [], a_pod()) == (
        "failed quota: q: must specify limits.cpu",
    )


def test_a_quota_with_scopes_limits_nothing() -> None:
    assert exceeded([a_quota({"pods": "0"}, scopes=["BestEffort"])], [], a_pod()) == ()
