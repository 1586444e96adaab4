"""What deployments and jobs may say."""

from typing import Any

import pytest

from slipcast.api.apps import Deployment
from slipcast.api.batch import Job
from slipcast.api.deploymentconfig import DeploymentConfig
from slipcast.api.validity.workloads import deployment, deployment_config, job
from verdicts import of, of_change, seen

CONTAINERS = [{"name": "c", "image": "x"}]
TEMPLATE: dict[str, Any] = {
    "metadata": {"labels": {"app": "web"}},
    "spec": {"containers": CONTAINERS},
}
ONCE: dict[str, Any] = {"spec": {"containers": CONTAINERS, "restartPolicy": "Never"}}
SPEC: dict[str, Any] = {"selector": {"matchLabels": {"app": "web"}}, "template": TEMPLATE}
LABELS = "spec.template.metadata.labels Invalid"


def of_deployment(**spec: Any) -> list[str]:
    """What is wrong with a deployment."""
    return of(deployment, Deployment, spec={**SPEC, **spec})


def of_job(**spec: Any) -> list[str]:
    """What is wrong with a job."""
    return of(job, Job, spec={"template": ONCE, **spec})


def of_config(**spec: Any) -> list[str]:
    """What is wrong with a DeploymentConfig."""
    return of(deployment_config, DeploymentConfig, spec={"template": TEMPLATE, **spec})


def requirement(operator: str, *values: str) -> dict[str, Any]:
    """A selector by one label."""
    return {"matchExpressions": [{"key": "app", "operator": operator, "values": values}]}


def test_a_deployment_selects_its_own_pods() -> None:
    assert of_deployment() == []
    assert of_deployment(selector=None) == ["spec.selector Required"]
    assert of_deployment(selector={}) == ["spec.selector Invalid"]
    assert of_deployment(selector={"matchLabels": {"app": "other"}}) == [LABELS]


def test_images_that_triggers_fill_in_may_be_blank() -> None:
    blank = {
        "metadata": TEMPLATE["metadata"],
        "spec": {"containers": [{"name": "c", "image": " "}]},
    }

    assert of_deployment(template=blank) == []


@pytest.mark.parametrize(
    ("selector", "wrong"),
    [
        (requirement("In", "web"), []),
        (requirement("In", "db"), [LABELS]),
        (requirement("NotIn", "db"), []),
        (requirement("NotIn", "web"), [LABELS]),
        (requirement("Exists"), []),
        (requirement("DoesNotExist"), [LABELS]),
        (requirement("In"), ["spec.selector.matchExpressions[0].values Required", LABELS]),
        (requirement("Exists", "x"), ["spec.selector.matchExpressions[0].values Forbidden"]),
        (requirement("Near"), ["spec.selector.matchExpressions[0].operator Invalid", LABELS]),
        (requirement("In", "web", "a b"), ["spec.selector.matchExpressions[0].values[1] Invalid"]),
    ],
)
def test_pods_are_selected_by_conditions_too(selector: dict[str, Any], wrong: list[str]) -> None:
    assert of_deployment(selector=selector) == wrong


def test_a_condition_names_a_label() -> None:
    condition = {"key": "a b", "operator": "DoesNotExist"}

    assert of_deployment(selector={"matchExpressions": [condition]}) == [
        "spec.selector.matchExpressions[0].key Invalid"
    ]


def test_pods_of_a_deployment_run_always() -> None:
    once = {**TEMPLATE, "spec": {**ONCE["spec"], "activeDeadlineSeconds": 5}}

    assert of_deployment(template=once) == [
        "spec.template.spec.restartPolicy NotSupported",
        "spec.template.spec.activeDeadlineSeconds Forbidden",
    ]


@pytest.mark.parametrize(
    ("strategy", "wrong"),
    [
        ({"type": "Sudden"}, ["type NotSupported"]),
        ({"type": "Recreate"}, []),
        ({"type": "Recreate", "rollingUpdate": {}}, ["rollingUpdate Forbidden"]),
        ({"rollingUpdate": {"maxSurge": "a%"}}, ["rollingUpdate.maxSurge Invalid"]),
        ({"rollingUpdate": {"maxUnavailable": -1}}, ["rollingUpdate.maxUnavailable Invalid"]),
        (
            {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": "0%"}},
            ["rollingUpdate.maxUnavailable Invalid"],
        ),
        ({"rollingUpdate": {"maxUnavailable": "25%", "maxSurge": 1}}, []),
    ],
)
def test_a_deployment_rolls_in_known_ways(strategy: dict[str, Any], wrong: list[str]) -> None:
    assert of_deployment(strategy=strategy) == [f"spec.strategy.{each}" for each in wrong]


def test_numbers_of_a_deployment_are_not_negative() -> None:
    wrong = of_deployment(replicas=-1, revisionHistoryLimit=-1, progressDeadlineSeconds=0)

    assert wrong == [
        "spec.replicas Invalid",
        "spec.revisionHistoryLimit Invalid",
        "spec.progressDeadlineSeconds Invalid",
    ]


def test_whom_a_deployment_selects_never_changes() -> None:
    old = seen(Deployment, spec={**SPEC, "selector": requirement("Exists")})

    assert of_change(deployment, old, spec=SPEC) == ["spec.selector Invalid"]


@pytest.mark.parametrize("policy", ["", "Always"])
def test_pods_of_a_job_run_once(policy: str) -> None:
    template = {"spec": {"containers": CONTAINERS, "restartPolicy": policy}}

    assert of_job(template=template) == ["spec.template.spec.restartPolicy Required"]


@pytest.mark.parametrize(
    ("spec", "wrong"),
    [
        ({"parallelism": -1}, ["spec.parallelism Invalid"]),
        ({"completions": -1}, ["spec.completions Invalid"]),
        ({"backoffLimit": -1}, ["spec.backoffLimit Invalid"]),
        ({"activeDeadlineSeconds": 0}, ["spec.activeDeadlineSeconds Invalid"]),
        ({"completionMode": "Some"}, ["spec.completionMode NotSupported"]),
        ({"completionMode": "Indexed"}, ["spec.completions Required"]),
        ({"selector": {"matchLabels": {"a": "b"}}}, [LABELS]),
    ],
)
def test_a_job_counts_sensibly(spec: dict[str, Any], wrong: list[str]) -> None:
    assert of_job(**spec) == wrong


def test_what_a_job_runs_never_changes() -> None:
    old = seen(Job, spec={"template": ONCE, "completions": 1})
    other = {"spec": {**ONCE["spec"], "hostname": "x"}}

    assert of_change(job, old, spec={"template": ONCE, "completions": 1, "parallelism": 2}) == []
    assert of_change(job, old, spec={"template": other, "completions": 2}) == [
        "spec.completions Invalid",
        "spec.template Invalid",
    ]


def test_where_a_job_that_waits_will_run_may_change() -> None:
    old = seen(Job, spec={"template": ONCE, "suspend": True})
    moved = {"spec": {**ONCE["spec"], "nodeSelector": {"a": "b"}}}

    assert of_change(job, old, spec={"template": moved, "suspend": True}) == []


def test_a_deployment_config_selects_its_own_pods() -> None:
    assert of_config() == []
    assert of_config(selector={"app": "other"}) == [LABELS]
    assert of_config(template=None) == ["spec.template Required"]
    assert of_config(template={"spec": {"containers": CONTAINERS}}) == ["spec.selector Required"]


def test_a_deployment_config_deploys_in_known_ways() -> None:
    assert of_config(replicas=-1, strategy={"type": "Custom"}) == [
        "spec.replicas Invalid",
        "spec.strategy.customParams.image Required",
    ]
    assert of_config(strategy={"type": "Sudden"}) == ["spec.strategy.type NotSupported"]


def test_an_image_that_a_trigger_brings_is_not_missing() -> None:
    from_ = {"kind": "ImageStreamTag", "name": "a:b"}
    params = {"containerNames": ["c"], "from": from_}
    template = {**TEMPLATE, "spec": {"containers": [{"name": "c", "image": ""}]}}
    trigger = {"type": "ImageChange", "imageChangeParams": params}

    assert of_config(template=template, triggers=[trigger]) == []
    assert of_config(template=template) == ["spec.template.spec.containers[0].image Required"]


def test_a_trigger_says_which_image_is_for_whom() -> None:
    wrong = of_config(
        triggers=[
            {},
            {"type": "ImageChange"},
            {"type": "ImageChange", "imageChangeParams": {"from": {"kind": "Pod"}}},
        ]
    )

    assert wrong == [
        "spec.triggers[0].type Required",
        "spec.triggers[1].imageChangeParams Required",
        "spec.triggers[2].imageChangeParams.from.name Required",
        "spec.triggers[2].imageChangeParams.from.kind Invalid",
        "spec.triggers[2].imageChangeParams.containerNames Required",
    ]
