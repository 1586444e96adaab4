"""`slipcast scale`."""

from __future__ import annotations

from typing import Any

import pytest

from slipcast.testing.toolbox import FakeToolbox
from unit.cli.conftest import Call

ONLY_COUNT = "error: The --replicas=COUNT flag is required, and COUNT must be greater than or equal"


def workload(kind: str, version: str, selector: Any) -> dict[str, Any]:
    """What keeps pods running, one of them."""
    labels = {"app": "web"}
    containers = [{"name": "c", "image": "x"}]
    template = {"metadata": {"labels": labels}, "spec": {"containers": containers}}
    return {
        "apiVersion": version,
        "kind": kind,
        "metadata": {"name": "web", "labels": labels},
        "spec": {"replicas": 1, "selector": selector, "template": template},
    }


@pytest.fixture(autouse=True)
def _there(toolbox: FakeToolbox) -> None:
    toolbox.server.put(
        workload("Deployment", "apps/v1", {"matchLabels": {"app": "web"}}),
        workload("DeploymentConfig", "apps.openshift.io/v1", {"app": "web"}),
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "map"}},
    )


def replicas(call: Call, what: str = "deploy/web") -> int:
    """How many pods are wanted."""
    spec: dict[str, Any] = call("get", what, "-o", "json").document["spec"]
    return int(spec["replicas"])


@pytest.mark.parametrize(
    ("what", "named"),
    [
        ("deploy/web", "deployment.apps/web"),
        ("dc/web", "deploymentconfig.apps.openshift.io/web"),
    ],
)
def test_what_is_scaled_wants_so_many_pods(call: Call, what: str, named: str) -> None:
    ended = call("scale", what, "--replicas=3")

    assert (ended.code, ended.stdout) == (0, f"{named} scaled\n")
    assert replicas(call, what) == 3


@pytest.mark.parametrize("which", [("--all",), ("-l", "app=web")])
def test_several_are_scaled_at_once(call: Call, which: tuple[str, ...]) -> None:
    ended = call("scale", "deploy,dc", *which, "--replicas=0", "-o", "name")

    assert ended.stdout == "deployment.apps/web\ndeploymentconfig.apps.openshift.io/web\n"
    assert (replicas(call), replicas(call, "dc/web")) == (0, 0)


def test_it_is_scaled_where_so_many_were_wanted(call: Call) -> None:
    ended = call("scale", "deploy/web", "--replicas=3", "--current-replicas=1")

    assert ended.stdout == "deployment.apps/web scaled\n"
    assert replicas(call) == 3


def test_another_number_than_was_thought_is_left(call: Call) -> None:
    ended = call("scale", "deploy/web", "--replicas=3", "--current-replicas=2")

    assert (ended.code, ended.stderr) == (1, "error: Expected replicas to be 2, was 1\n")
    assert replicas(call) == 1


def test_the_version_that_is_meant_is_scaled(call: Call) -> None:
    version = call("get", "dc/web", "-o", "jsonpath={.metadata.resourceVersion}").stdout
    call("scale", "dc/web", "--replicas=2", f"--resource-version={version}")

    ended = call("scale", "dc/web", "--replicas=3", f"--resource-version={version}")

    assert ended.stderr.startswith(f"error: Expected resource version to be {version}, was ")
    assert replicas(call, "dc/web") == 2


@pytest.mark.parametrize(
    ("dry", "told"), [("client", " (dry run)"), ("server", " (server dry run)")]
)
def test_a_trial_scales_nothing(call: Call, dry: str, told: str) -> None:
    ended = call("scale", "deploy/web", "--replicas=3", f"--dry-run={dry}")

    assert ended.stdout == f"deployment.apps/web scaled{told}\n"
    assert replicas(call) == 1


def test_the_object_is_printed_as_it_now_is(call: Call) -> None:
    printed = call("scale", "deploy/web", "--replicas=3", "-o", "json").document

    assert printed == call("get", "deploy/web", "-o", "json").document | {
        "metadata": {**printed["metadata"], "generation": 1}
    }


def test_nothing_is_waited_for_and_that_is_told(call: Call) -> None:
    ended = call("scale", "deploy/web", "--replicas=3", "--timeout=1h")

    assert ended.code == 0
    assert "pods are not waited for" in ended.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("deploy/web",), ONLY_COUNT),
        (("deploy/web", "--replicas=-1"), ONLY_COUNT),
        (("deploy/web", "--replicas=1", "--current-replicas=-2"), "of -1 or greater"),
        (("--replicas=1",), "must be specified as <resource> <name>"),
        (("dc", "--all", "--replicas=1", "--resource-version=1"), "with multiple resources"),
        (("cm/map", "--replicas=1"), 'error: cannot scale configmaps "map"'),
        (("deploy/none", "--replicas=1"), 'deployments.apps "none" not found'),
    ],
)
def test_what_cannot_be_scaled_is_refused(call: Call, words: tuple[str, ...], told: str) -> None:
    ended = call("scale", *words)

    assert ended.code == 1
    assert told in ended.stderr


def test_the_scale_is_patched_as_a_part_of_the_object(call: Call) -> None:
    change = ("--subresource=scale", "-p", '{"spec":{"replicas":4}}')

    ended = call("patch", "dc/web", *change)

    assert ended.stdout == "scale.autoscaling/web patched\n"
    assert replicas(call, "dc/web") == 4
