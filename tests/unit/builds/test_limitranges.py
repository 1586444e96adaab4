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


def test_what_several_ranges_say_is_filled_in_before_anything_is_refused() -> None:
    pod, wrong = limited(a_pod(), [a_range(max={"cpu": "2"}), a_range(default={"cpu": "1"})])

    assert (resources(pod)["limits"], wrong) == ({"cpu": "1"}, ())


@pytest.mark.parametrize(
    ("item", "given", "told"),
    [
        (
            {"max": {"cpu": "1"}},
            {"limits": {"cpu": "1"}, "requests": {"cpu": "2"}},
            "maximum cpu usage per Container is 1, but request is 2",
        ),
        (
            {"min": {"cpu": "1"}},
            {"limits": {"cpu": "500m"}, "requests": {"cpu": "1"}},
            "minimum cpu usage per Container is 1, but limit is 500m",
        ),
    ],
)
def test_limits_and_requests_are_both_held_to(
    item: dict[str, Any], given: dict[str, Any], told: str
) -> None:
    assert limited(a_pod(**given), [a_range(**item)])[1] == (told,)


@pytest.mark.parametrize("type_", ["Container", "Pod"])
@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"limits": {"cpu": "1"}, "requests": {"cpu": "500m"}}, ()),
        ({"limits": {"cpu": "2"}}, ()),
        ({"limits": {"cpu": "2"}, "requests": {"cpu": "500m"}}, ("provided ratio is 4.000000",)),
        ({"limits": {"cpu": "2"}, "requests": {"cpu": "0"}}, ("no request is specified or",)),
        ({"requests": {"cpu": "1"}}, ("no limit is specified or limit is 0",)),
        ({}, ("no request is specified or request is 0",)),
    ],
)
def test_a_limit_is_so_many_times_its_request_at_most(
    type_: str, given: dict[str, Any], told: tuple[str, ...]
) -> None:
    _, wrong = limited(a_pod(**given), [a_range(type_, maxLimitRequestRatio={"cpu": "2"})])

    assert len(wrong) == len(told)
    begin = f"cpu max limit to request ratio per {type_} is 2, but "
    assert all(each.startswith(begin + what) for each, what in zip(wrong, told, strict=True))


def test_what_is_no_amount_is_refused_elsewhere() -> None:
    within = a_range(max={"cpu": "1"}, maxLimitRequestRatio={"cpu": "2"})

    assert limited(a_pod(limits={"cpu": "many"}), [within])[1] == ()


def running(*cpu: str, first: tuple[str, ...] = (), beside: tuple[str, ...] = ()) -> dict[str, Any]:
    """A pod whose containers use so much, after first ones, and ones that stay beside them."""

    def using(amount: str, **more: str) -> dict[str, Any]:
        return {"resources": {"limits": {"cpu": amount}}, **more}

    sidecars = [using(each, restartPolicy="Always") for each in beside]
    return {
        "spec": {
            "initContainers": [*sidecars, *map(using, first)],
            "containers": [*map(using, cpu)],
        }
    }


@pytest.mark.parametrize(
    ("pod", "used"),
    [
        (running("1", "1500m"), "2500m"),
        (running("1", "1", first=("3", "1")), "3"),
        (running("1", "1", first=("2",), beside=("1",)), "3"),
        (running("1", first=("2",), beside=("1",)), "3"),
        (running("2", beside=("500m", "500m")), "3"),
    ],
)
def test_a_pod_is_held_to_what_its_containers_use_at_any_time(
    pod: dict[str, Any], used: str
) -> None:
    within = a_range("Pod", max={"cpu": used}, min={"cpu": used})

    assert limited(pod, [within]) == (pod, ())
    assert limited(pod, [a_range("Pod", max={"cpu": "900m"})])[1] == (
        f"maximum cpu usage per Pod is 900m, but limit is {used}",
    )


def test_a_pod_is_held_to_what_is_filled_in_for_its_containers() -> None:
    usual, whole = a_range(default={"memory": "1Gi"}), a_range("Pod", max={"memory": "512Mi"})

    _, wrong = limited(a_pod(), [whole, usual])

    assert wrong == ("maximum memory usage per Pod is 512Mi, but limit is 1Gi",)


@pytest.mark.parametrize(
    ("bound", "told"),
    [
        ("max", "maximum cpu usage per Pod is 1. No limit is specified"),
        ("min", "minimum cpu usage per Pod is 1. No request is specified"),
    ],
)
def test_a_pod_whose_containers_say_nothing_is_told(bound: str, told: str) -> None:
    assert limited(a_pod(), [a_range("Pod", **{bound: {"cpu": "1"}})])[1] == (told,)
