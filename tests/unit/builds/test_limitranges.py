"""What limits of a namespace make of the containers of a pod."""

from __future__ import annotations

from typing import Any

import pytest

from slipcast.api.limits import LimitRange
from slipcast.builds.limitranges import limited
from verdicts import seen


def a_range(type_: str = "Container", **item: Any) -> LimitRange:
    return seen(LimitRange, spec={"limits": [{"type": type_, **item}]})


def a_pod(**resources: Any) -> dict[str, Any]:
    return {"spec": {"containers": [{"name": "main", "resources": resources}]}}


def resources(pod: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = pod["spec"]["containers"][0]["resources"]
    return found


def test_what_a_container_does_not_say_is_said_for_it() -> None:
    usual = a_range(default={"memory": "1Gi", "cpu": "2"}, defaultRequest={"cpu": "100m"})

    pod, wrong = limited(a_pod(limits={"memory": "2Gi"}), [usual])

    assert wrong == ()
    assert resources(pod) == {
        "limits": {"memory": "2Gi", "cpu": "2"},
        "requests": {"memory": "2Gi", "cpu": "100m"},
    }


def test_init_containers_are_containers() -> None:
    pod = {"spec": {"initContainers": [{"name": "git"}], "containers": []}}

    made, _ = limited(pod, [a_range(default={"cpu": "1"})])

    assert made["spec"]["initContainers"] == [
        {"name": "git", "resources": {"limits": {"cpu": "1"}}}
    ]


@pytest.mark.parametrize(
    ("item", "given", "told"),
    [
        ({"max": {"memory": "1Gi"}}, {"limits": {"memory": "2Gi"}}, "but limit is 2Gi"),
        ({"max": {"memory": "1Gi"}}, {}, "No limit is specified"),
        ({"min": {"cpu": "1"}}, {"requests": {"cpu": "100m"}}, "but request is 100m"),
        ({"min": {"cpu": "1"}}, {}, "No request is specified"),
    ],
)
def test_too_much_and_too_little_are_told(
    item: dict[str, Any], given: dict[str, Any], told: str
) -> None:
    _, (wrong,) = limited(a_pod(**given), [a_range(**item)])

    assert told in wrong


def test_what_is_within_limits_is_let_be() -> None:
    given = {"limits": {"memory": "1Gi"}, "requests": {"memory": "512Mi"}}

    pod, wrong = limited(a_pod(**given), [a_range(max={"memory": "1Gi"}, min={"memory": "256Mi"})])

    assert (resources(pod), wrong) == (given, ())


@pytest.mark.parametrize(
    "pod",
    [
        {},
        {"spec": None},
        {"spec": {"containers": "x"}},
        {"spec": {"containers": ["x", {"resources": "y"}]}},
    ],
)
def test_what_is_no_pod_stays_as_it_is(pod: dict[str, Any]) -> None:
    assert limited(pod, [a_range(default={"cpu": "1"})]) == (pod, ())


def test_limits_of_other_things_are_none_of_a_container() -> None:
    pod = a_pod()

    assert limited(pod, [a_range("openshift.io/Image", max={"storage": "1"})]) == (pod, ())
