"""What pods and their containers may say."""

from typing import Any

import pytest

from slipcast.api.pod import Pod
from slipcast.api.validity.pods import pod
from verdicts import of, of_change, seen

CONTAINER = {"name": "c", "image": "x"}
VOLUME = {"name": "v", "emptyDir": {}}


def of_pod(**spec: Any) -> list[str]:
    """What is wrong with a pod."""
    return of(pod, Pod, spec={"containers": [CONTAINER], **spec})


def of_container(**container: Any) -> list[str]:
    """What is wrong with a container, without the path to it."""
    wrong = of_pod(containers=[{**CONTAINER, **container}], volumes=[VOLUME])
    return [each.removeprefix("spec.containers[0].") for each in wrong]


def test_a_pod_has_containers_with_names_of_their_own() -> None:
    nameless = {"name": "", "image": ""}

    assert of_pod(containers=[]) == ["spec.containers Required"]
    assert of_pod(containers=[nameless, CONTAINER], initContainers=[CONTAINER]) == [
        "spec.containers[0].name Required",
        "spec.containers[0].image Required",
        "spec.initContainers[0].name Duplicate",
    ]


@pytest.mark.parametrize(
    ("container", "wrong"),
    [
        ({"name": "A"}, ["name Invalid"]),
        ({"image": " x"}, ["image Invalid"]),
        ({"imagePullPolicy": "Sometimes"}, ["imagePullPolicy NotSupported"]),
        ({"ports": [{"containerPort": 0}]}, ["ports[0].containerPort Required"]),
        (
            {"ports": [{"containerPort": 99999, "hostPort": -1, "protocol": "X", "name": "1"}]},
            [
                "ports[0].name Invalid",
                "ports[0].containerPort Invalid",
                "ports[0].hostPort Invalid",
                "ports[0].protocol NotSupported",
            ],
        ),
        (
            {"ports": [{"containerPort": 1, "name": "a"}, {"containerPort": 1, "name": "a"}]},
            ["ports[1].name Duplicate"],
        ),
    ],
)
def test_a_container_says_what_runs(container: dict[str, Any], wrong: list[str]) -> None:
    assert of_container(**container) == wrong


def test_variables_have_names_and_one_source() -> None:
    secret = {"secretKeyRef": {"name": "", "key": "a b"}}
    env = [
        {"name": ""},
        {"name": "1a"},
        {"name": "A", "valueFrom": {}},
        {"name": "A", "value": "x", "valueFrom": {"fieldRef": {}}},
        {"name": "A", "valueFrom": {**secret, "configMapKeyRef": {"name": "a", "key": ""}}},
    ]

    assert of_container(env=env) == [
        "env[0].name Required",
        "env[1].name Invalid",
        "env[2].valueFrom Invalid",
        "env[3].valueFrom Invalid",
        "env[3].valueFrom.fieldRef.fieldPath Required",
        "env[4].valueFrom Invalid",
        "env[4].valueFrom.configMapKeyRef.key Required",
        "env[4].valueFrom.secretKeyRef.name Required",
        "env[4].valueFrom.secretKeyRef.key Invalid",
    ]


def test_all_variables_of_a_secret_or_of_a_config_map() -> None:
    both = {"configMapRef": {"name": "A b"}, "secretRef": {"name": ""}}

    assert of_container(envFrom=[{}, both, {"secretRef": {"name": "a"}}]) == [
        "envFrom[0] Invalid",
        "envFrom[1] Invalid",
        "envFrom[1].configMapRef.name Invalid",
        "envFrom[1].secretRef.name Required",
    ]


def test_volumes_are_mounted_where_nothing_else_is() -> None:
    mounts = [
        {"name": "", "mountPath": ""},
        {"name": "other", "mountPath": "/a"},
        {"name": "v", "mountPath": "/a", "subPath": "../x", "subPathExpr": "/x"},
    ]

    assert of_container(volumeMounts=mounts) == [
        "volumeMounts[0].name Required",
        "volumeMounts[0].mountPath Required",
        "volumeMounts[1].name NotFound",
        "volumeMounts[2].mountPath Invalid",
        "volumeMounts[2].subPath Invalid",
        "volumeMounts[2].subPathExpr Invalid",
    ]


def test_nothing_needs_more_than_it_may_use() -> None:
    limits = {"cpu": 1, "memory": "-1Gi", "disk": 1}
    requests = {"cpu": "1500m", "memory": "-2Gi", "disk": "500m"}

    assert of_container(resources={"limits": limits, "requests": requests}) == [
        "resources.limits[memory] Invalid",
        "resources.requests[memory] Invalid",
        "resources.requests Invalid",
    ]


def test_a_volume_has_a_name_and_one_source() -> None:
    volumes = [
        {"name": ""},
        {"name": "B", "secret": {}, "configMap": {}},
        {"name": "v", "persistentVolumeClaim": {}},
        {"name": "v", "hostPath": {"path": ""}},
        {"name": "w", "hostPath": {"path": "/a/../b"}},
    ]

    assert of_pod(volumes=volumes) == [
        "spec.volumes[0].name Required",
        "spec.volumes[0] Required",
        "spec.volumes[1].name Invalid",
        "spec.volumes[1] Forbidden",
        "spec.volumes[1].secret.secretName Required",
        "spec.volumes[1].configMap.name Required",
        "spec.volumes[2].persistentVolumeClaim.claimName Required",
        "spec.volumes[3].hostPath.path Required",
        "spec.volumes[3].name Duplicate",
        "spec.volumes[4].hostPath.path Invalid",
    ]


@pytest.mark.parametrize(
    ("spec", "wrong"),
    [
        ({"restartPolicy": "Maybe"}, "restartPolicy NotSupported"),
        ({"dnsPolicy": "Own"}, "dnsPolicy NotSupported"),
        ({"activeDeadlineSeconds": 0}, "activeDeadlineSeconds Invalid"),
        ({"terminationGracePeriodSeconds": -1}, "terminationGracePeriodSeconds Invalid"),
        ({"serviceAccountName": "A b"}, "serviceAccountName Invalid"),
        ({"hostname": "a.b"}, "hostname Invalid"),
        ({"imagePullSecrets": [{}]}, "imagePullSecrets[0].name Required"),
        ({"nodeSelector": {"a b": ""}}, "nodeSelector Invalid"),
    ],
)
def test_a_pod_runs_in_known_ways(spec: dict[str, Any], wrong: str) -> None:
    assert of_pod(**spec) == [f"spec.{wrong}"]


@pytest.mark.parametrize(
    ("spec", "wrong"),
    [
        ({}, []),
        ({"containers": [{**CONTAINER, "image": "y"}]}, []),
        ({"activeDeadlineSeconds": 5, "terminationGracePeriodSeconds": 1}, []),
        ({"nodeName": "here"}, []),
        ({"containers": [{**CONTAINER, "args": ["x"]}]}, ["spec Forbidden"]),
        ({"terminationGracePeriodSeconds": 7}, ["spec Forbidden"]),
        ({"hostname": "other"}, ["spec Forbidden"]),
        ({"initContainers": [{**CONTAINER, "name": "i"}]}, ["spec Forbidden"]),
        ({"activeDeadlineSeconds": 50}, ["spec.activeDeadlineSeconds Invalid"]),
        (
            {"containers": [CONTAINER, {**CONTAINER, "name": "d"}]},
            ["spec.containers Forbidden"],
        ),
    ],
)
def test_of_a_pod_little_changes(spec: dict[str, Any], wrong: list[str]) -> None:
    base: dict[str, Any] = {"containers": [CONTAINER], "activeDeadlineSeconds": 10}
    old = seen(Pod, spec=base)

    assert of_change(pod, old, spec={**base, **spec}) == wrong


def test_where_a_pod_runs_is_said_once() -> None:
    base: dict[str, Any] = {"containers": [CONTAINER], "nodeName": "here"}

    wrong = of_change(pod, seen(Pod, spec=base), spec={**base, "nodeName": "there"})

    assert wrong == ["spec Forbidden"]
