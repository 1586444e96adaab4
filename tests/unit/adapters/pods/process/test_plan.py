"""From a pod to what its supervisor does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from slipcast.adapters.pods.process.plan import GRACE, Limits, Plan, plan_of
from slipcast.api.container import Container
from slipcast.api.env import ResourceRequirements
from slipcast.api.meta import ObjectMeta
from slipcast.api.pod import Pod, PodSpec
from slipcast.ports.pods import Materials
from slipcast.values.faults import PodFault

BUILDER = ("python", "-m", "builder")
DOCKER_BUILD = ("slipcast-builder", "docker-build")


def a_container(**changes: Any) -> Container:
    return Container(**{"name": "main", "command": DOCKER_BUILD, **changes})


def planned(*containers: Container, materials: Materials | None = None, **spec: Any) -> Plan:
    pod = Pod(
        metadata=ObjectMeta(uid="1", name="pod", namespace="space"),
        spec=PodSpec(containers=containers, **spec),
    )
    return plan_of(pod, materials or Materials(), BUILDER)


def limited(**amounts: str) -> Container:
    return a_container(resources=ResourceRequirements(limits=amounts))


def test_our_builder_runs_in_the_role_that_the_container_names() -> None:
    plan = planned(a_container(args=("--loglevel=5",)))

    assert plan.mains[0].argv == (*BUILDER, "docker-build", "--loglevel=5")


@pytest.mark.parametrize("command", [(), ("/bin/sh", "-c"), ("/bin/slipcast-builder", "x")])
def test_any_other_container_is_run_as_an_image(command: tuple[str, ...]) -> None:
    plan = planned(a_container(command=command, args=("rm", "-rf")))

    assert plan.mains[0].argv == (*BUILDER, "custom-build")


def test_what_a_pod_does_not_say_is_as_the_api_has_it() -> None:
    plan = planned(a_container())

    assert (plan.restart, plan.deadline, plan.grace) == ("Always", None, GRACE)
    assert plan.mains[0].message_path == "/dev/termination-log"


def test_limits_are_bytes_and_thousandths() -> None:
    plan = planned(limited(memory="64Mi", cpu="500m"))

    assert plan.mains[0].limits == Limits(memory=64 << 20, processors=500, share=500)


def test_a_limit_of_nothing_is_none() -> None:
    assert planned(limited(memory="0", cpu="0")).mains[0].limits == Limits()


def test_a_limit_that_is_no_amount_is_refused() -> None:
    with pytest.raises(PodFault, match="memory"):
        planned(limited(memory="much"))


@pytest.mark.parametrize(
    ("container", "given", "stdin"),
    [
        (a_container(), Path("/x"), "nothing"),
        (a_container(stdin=True, stdin_once=True), Path("/x"), "file"),
        (a_container(stdin=True, stdin_once=True), None, "sent once"),
        (a_container(stdin=True), None, "sent"),
    ],
)
def test_where_input_comes_from(container: Container, given: Path | None, stdin: str) -> None:
    plan = planned(container, materials=Materials(input=given))

    assert plan.mains[0].stdin == stdin


@pytest.mark.parametrize(
    "container",
    [
        a_container(name="../x"),
        a_container(name=""),
        a_container(name="Main"),
        a_container(tty=True),
        a_container(restart_policy="Always"),
    ],
)
def test_what_cannot_be_run_here_is_refused(container: Container) -> None:
    with pytest.raises(PodFault, match="pod pod cannot be run"):
        planned(container)


def test_names_of_containers_are_their_own() -> None:
    with pytest.raises(PodFault):
        planned(a_container(), a_container())


def test_a_pod_without_containers_is_refused() -> None:
    with pytest.raises(PodFault):
        planned()


@pytest.mark.parametrize(
    ("policy", "container", "code", "stays"),
    [
        ("Never", "main", 1, True),
        ("OnFailure", "main", 1, False),
        ("OnFailure", "main", 0, True),
        ("Always", "main", 0, False),
        ("Always", "first", 0, True),
        ("Always", "first", 1, False),
    ],
)
def test_what_is_started_again(policy: str, container: str, code: int, *, stays: bool) -> None:
    first = a_container(name="first")

    plan = planned(a_container(), init_containers=(first,), restart_policy=policy)

    assert plan.stays_ended(container, code) is stays
