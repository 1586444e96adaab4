"""What is filled in of objects that do not say it, as clients of Kubernetes know it."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from slipcast.api.apps import Deployment
from slipcast.api.batch import Job
from slipcast.api.core import Secret, Service
from slipcast.api.deploymentconfig import DeploymentConfig
from slipcast.api.kinds import RBAC
from slipcast.api.limits import LimitRange, PersistentVolumeClaim
from slipcast.api.pod import Pod
from slipcast.api.presets.others import (
    filled_binding,
    filled_claim,
    filled_limit_range,
    filled_secret,
)
from slipcast.api.presets.pods import filled_pod, pull_policy
from slipcast.api.presets.services import filled_route, filled_service
from slipcast.api.presets.workloads import (
    filled_deployment,
    filled_deployment_config,
    filled_job,
)
from slipcast.api.rbac import ClusterRoleBinding, RoleBinding
from slipcast.api.route import Route
from verdicts import seen

DIGEST = "x@sha256:" + "a" * 64
FULL: dict[str, Any] = {
    "volumes": [{"name": "v"}, {"name": "s", "secret": {"secretName": "s"}}],
    "containers": [
        {
            "name": "c",
            "image": "x",
            "ports": [{"containerPort": 80}],
            "env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}],
            "livenessProbe": {"httpGet": {"port": 80}},
            "readinessProbe": {"exec": {"command": ["x"]}},
            "resources": {"limits": {"cpu": 1, "memory": "1Gi"}, "requests": {"cpu": "5m"}},
        }
    ],
    "serviceAccount": "builder",
}
TEMPLATE: dict[str, Any] = {"metadata": {"labels": {"a": "b"}}, "spec": FULL}
ANYTHING: list[tuple[Callable[[Any], Any], type[msgspec.Struct], dict[str, Any]]] = [
    (filled_pod, Pod, {"spec": FULL}),
    (filled_service, Service, {"spec": {"ports": [{"port": 80}], "type": "NodePort"}}),
    (filled_route, Route, {"spec": {"tls": {}, "alternateBackends": [{}]}}),
    (filled_deployment, Deployment, {"spec": {"template": TEMPLATE}}),
    (filled_job, Job, {"spec": {"template": TEMPLATE}}),
    (filled_deployment_config, DeploymentConfig, {"spec": {"template": TEMPLATE}}),
    (filled_secret, Secret, {"stringData": {"a": "b"}}),
    (filled_limit_range, LimitRange, {"spec": {"limits": [{"type": "Container"}]}}),
    (filled_claim, PersistentVolumeClaim, {}),
    (filled_binding, RoleBinding, {"subjects": [{"kind": "User", "name": "a"}]}),
]


def written(value: msgspec.Struct) -> Any:
    """A part of an object, as JSON."""
    return msgspec.json.decode(msgspec.json.encode(value))


@pytest.mark.parametrize(("fill", "struct", "content"), ANYTHING)
def test_what_is_filled_in_once_stays(
    fill: Callable[[Any], Any], struct: type[msgspec.Struct], content: dict[str, Any]
) -> None:
    once = fill(seen(struct, **content))

    assert fill(once) == once


def test_a_pod_says_how_it_runs() -> None:
    spec = written(filled_pod(seen(Pod, spec=FULL)).spec)

    rest = {key: value for key, value in spec.items() if key not in {"containers", "volumes"}}
    assert rest == {
        "restartPolicy": "Always",
        "terminationGracePeriodSeconds": 30,
        "dnsPolicy": "ClusterFirst",
        "serviceAccountName": "builder",
        "serviceAccount": "builder",
        "securityContext": {},
        "schedulerName": "default-scheduler",
    }


def test_a_container_says_how_it_is_pulled_and_probed() -> None:
    container = written(filled_pod(seen(Pod, spec=FULL)).spec)["containers"][0]
    timing = {
        "timeoutSeconds": 1,
        "periodSeconds": 10,
        "successThreshold": 1,
        "failureThreshold": 3,
    }

    assert container["imagePullPolicy"] == "Always"
    assert container["terminationMessagePath"] == "/dev/termination-log"
    assert container["terminationMessagePolicy"] == "File"
    assert container["ports"] == [{"containerPort": 80, "protocol": "TCP"}]
    assert container["env"][0]["valueFrom"]["fieldRef"]["apiVersion"] == "v1"
    assert container["livenessProbe"] == {
        "httpGet": {"path": "/", "port": 80, "scheme": "HTTP"},
        **timing,
    }
    assert container["readinessProbe"] == {"exec": {"command": ["x"]}, **timing}
    assert container["resources"]["requests"] == {"cpu": "5m", "memory": "1Gi"}


def test_volumes_are_empty_directories_or_files_that_all_may_read() -> None:
    volumes = written(filled_pod(seen(Pod, spec=FULL)).spec)["volumes"]

    assert volumes == [
        {"name": "v", "emptyDir": {}},
        {"name": "s", "secret": {"secretName": "s", "defaultMode": 0o644}},
    ]


@pytest.mark.parametrize(
    ("image", "policy"),
    [
        ("x", "Always"),
        ("x:latest", "Always"),
        ("x:1", "IfNotPresent"),
        (DIGEST, "IfNotPresent"),
        (" ", "IfNotPresent"),
    ],
)
def test_an_image_whose_name_may_move_is_pulled_always(image: str, policy: str) -> None:
    assert pull_policy(image) == policy


def test_what_a_pod_says_is_kept() -> None:
    spec = {
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": 0,
        "containers": [{"name": "c", "image": "x", "imagePullPolicy": "Never"}],
    }

    filled = filled_pod(seen(Pod, spec=spec)).spec

    assert (filled.restart_policy, filled.termination_grace_period_seconds) == ("Never", 0)
    assert filled.containers[0].image_pull_policy == "Never"


def test_a_service_leads_to_the_same_port() -> None:
    service = seen(Service, spec={"ports": [{"port": 80}, {"port": 81, "targetPort": "http"}]})

    assert written(filled_service(service).spec) == {
        "ports": [
            {"port": 80, "protocol": "TCP", "targetPort": 80},
            {"port": 81, "protocol": "TCP", "targetPort": "http"},
        ],
        "type": "ClusterIP",
        "sessionAffinity": "None",
        "internalTrafficPolicy": "Cluster",
    }


@pytest.mark.parametrize(
    ("type_", "inside", "outside"),
    [("ExternalName", None, ""), ("NodePort", "Cluster", "Cluster")],
)
def test_traffic_of_a_service_goes_where_it_can(
    type_: str, inside: str | None, outside: str
) -> None:
    spec = filled_service(seen(Service, spec={"type": type_})).spec

    assert spec.internal_traffic_policy == inside
    assert spec.external_traffic_policy == outside


def test_a_route_leads_to_services() -> None:
    route = seen(Route, spec={"to": {"name": "a"}, "alternateBackends": [{"weight": 0}], "tls": {}})

    assert written(filled_route(route).spec) == {
        "to": {"kind": "Service", "name": "a", "weight": 100},
        "alternateBackends": [{"kind": "Service", "weight": 0}],
        "tls": {"termination": "edge"},
        "wildcardPolicy": "None",
    }


def test_encryption_that_goes_on_behind_the_route_is_said() -> None:
    route = seen(Route, spec={"tls": {"destinationCACertificate": "c"}})

    tls = filled_route(route).spec.tls

    assert tls is not None
    assert tls.termination == ""


def test_encryption_may_begin_with_a_capital() -> None:
    route = seen(Route, spec={"tls": {"termination": "Reencrypt"}})

    tls = filled_route(route).spec.tls

    assert tls is not None
    assert tls.termination == "reencrypt"


def test_a_deployment_rolls_one_pod() -> None:
    spec = written(filled_deployment(seen(Deployment)).spec)

    assert spec["replicas"] == 1
    assert spec["strategy"] == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"},
    }
    assert (spec["revisionHistoryLimit"], spec["progressDeadlineSeconds"]) == (10, 600)


def test_a_deployment_may_have_no_pods_and_not_roll() -> None:
    deployment = seen(Deployment, spec={"replicas": 0, "strategy": {"type": "Recreate"}})

    spec = filled_deployment(deployment).spec

    assert spec.replicas == 0
    assert spec.strategy.rolling_update is None


@pytest.mark.parametrize(("parallel", "times"), [(None, 1), (3, None)])
def test_a_job_runs_once_or_as_often_as_it_likes(parallel: int | None, times: int | None) -> None:
    spec = filled_job(seen(Job, spec={"parallelism": parallel})).spec

    assert spec.parallelism == (parallel or 1)
    assert spec.completions == times
    assert spec.backoff_limit == 6
    assert spec.template.spec.restart_policy == ""


def test_a_deployment_config_follows_itself() -> None:
    spec = filled_deployment_config(seen(DeploymentConfig, spec={"template": TEMPLATE})).spec

    assert spec.selector == {"a": "b"}
    assert written(spec.strategy) == {
        "type": "Rolling",
        "rollingParams": {
            "updatePeriodSeconds": 1,
            "intervalSeconds": 1,
            "timeoutSeconds": 600,
            "maxUnavailable": "25%",
            "maxSurge": "25%",
        },
        "activeDeadlineSeconds": 21600,
    }
    assert [each.type for each in spec.triggers or ()] == ["ConfigChange"]


@pytest.mark.parametrize(
    ("params", "more", "fewer"),
    [({"maxSurge": 1}, 1, 0), ({"maxUnavailable": 1}, 0, 1), ({"updatePercent": 5}, None, None)],
)
def test_one_share_said_means_none_of_the_other(
    params: dict[str, int], more: int | None, fewer: int | None
) -> None:
    config = seen(DeploymentConfig, spec={"strategy": {"rollingParams": params}})

    rolling = filled_deployment_config(config).spec.strategy.rolling_params

    assert rolling is not None
    assert (rolling.max_surge, rolling.max_unavailable) == (more, fewer)


def test_other_strategies_have_parameters_of_their_own() -> None:
    recreate = seen(DeploymentConfig, spec={"strategy": {"type": "Recreate"}})
    custom = seen(DeploymentConfig, spec={"strategy": {"type": "Custom"}})

    params = filled_deployment_config(recreate).spec.strategy.recreate_params

    assert params is not None
    assert params.timeout_seconds == 600
    assert filled_deployment_config(custom).spec.strategy.rolling_params is None


def test_triggers_that_are_said_are_kept_and_watch_tags() -> None:
    change = {"type": "ImageChange", "imageChangeParams": {"from": {"name": "a:b"}}}
    none = filled_deployment_config(seen(DeploymentConfig, spec={"triggers": []}))
    some = filled_deployment_config(seen(DeploymentConfig, spec={"triggers": [change]}))

    assert none.spec.triggers == ()
    assert some.spec.triggers is not None
    assert some.spec.triggers[0].image_change_params is not None
    assert some.spec.triggers[0].image_change_params.from_.kind == "ImageStreamTag"


def test_text_of_a_secret_becomes_data() -> None:
    secret = filled_secret(seen(Secret, data={"a": "YQ==", "b": "Yg=="}, stringData={"a": "c"}))

    assert (secret.type, secret.data, secret.string_data) == ("Opaque", {"a": b"c", "b": b"b"}, {})


def test_containers_need_what_they_may_use_and_may_use_the_most() -> None:
    item = {"type": "Container", "max": {"a": 3}, "min": {"a": 1, "b": 1}, "default": {"c": 2}}
    limits = seen(LimitRange, spec={"limits": [item, {"type": "Pod", "max": {"a": 3}}]})

    container, pod = filled_limit_range(limits).spec.limits

    assert container.default == {"a": 3, "c": 2}
    assert container.default_request == {"a": 3, "b": 1, "c": 2}
    assert pod.default == {}


def test_storage_holds_files() -> None:
    assert filled_claim(seen(PersistentVolumeClaim)).spec.volume_mode == "Filesystem"


def test_roles_and_users_are_of_the_group_of_roles() -> None:
    subjects = [{"kind": "User", "name": "a"}, {"kind": "ServiceAccount", "name": "b"}]

    binding = filled_binding(seen(RoleBinding, subjects=subjects))
    cluster = filled_binding(seen(ClusterRoleBinding, subjects=subjects))

    assert binding.role_ref.api_group == RBAC
    assert [subject.api_group for subject in binding.subjects] == [RBAC, ""]
    assert cluster.subjects == binding.subjects


def test_a_claim_waits_for_its_volume() -> None:
    assert filled_claim(seen(PersistentVolumeClaim)).status.phase == "Pending"
