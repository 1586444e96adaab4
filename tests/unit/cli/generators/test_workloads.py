"""Deployments, services and quotas from flags."""

from __future__ import annotations

import pytest

from slipcast.cli.generators import workloads
from slipcast.values.faults import UsageFault


def test_every_image_is_a_container_and_the_first_has_the_port() -> None:
    content = workloads.deployment("d", ["reg:5000/a/b:c", "e@sha256:1"], (), replicas=2, port=80)

    assert content["spec"]["template"]["spec"]["containers"] == [
        {"name": "b", "image": "reg:5000/a/b:c", "ports": [{"containerPort": 80}]},
        {"name": "e", "image": "e@sha256:1"},
    ]


def test_a_command_is_for_one_image() -> None:
    with pytest.raises(UsageFault, match="multiple --image options and command"):
        workloads.deployment("d", ["a", "b"], ["x"], replicas=1, port=0)


@pytest.mark.parametrize(
    ("text", "port", "target"), [("80", 80, 80), ("80:8080", 80, 8080), ("80:http", 80, "http")]
)
def test_a_port_has_a_target(text: str, port: int, target: object) -> None:
    told = workloads.service_port(text)

    assert (told["port"], told["targetPort"]) == (port, target)


@pytest.mark.parametrize("text", ["", "http", "0", "70000", "80:"])
def test_what_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(UsageFault, match="invalid port"):
        workloads.service_port(text)


def test_a_quota_says_how_much_of_what() -> None:
    content = workloads.quota("q", "pods=1,cpu=2", "BestEffort")

    assert content["spec"] == {"hard": {"pods": "1", "cpu": "2"}, "scopes": ["BestEffort"]}


def test_an_amount_that_is_missing_is_told() -> None:
    with pytest.raises(UsageFault, match="Invalid argument syntax pods"):
        workloads.quota("q", "pods", "")
