"""What quotas count, and what is too much."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from slipcast.api import kinds
from slipcast.api.limits import ResourceQuota
from slipcast.builds.quotas import Asked, demanded, exceeded, is_number, limited, meaning, unsaid
from verdicts import seen

POD = kinds.require("", "Pod")
SERVICE = kinds.require("", "Service")
CLAIM = kinds.require("", "PersistentVolumeClaim")
FAST = "fast.storageclass.storage.k8s.io"


def a_quota(hard: dict[str, str], **spec: Any) -> ResourceQuota:
    """A quota called q."""
    return seen(ResourceQuota, metadata={"name": "q"}, spec={"hard": hard, **spec})


def a_pod(phase: str = "Running", **limits: str) -> dict[str, Any]:
    """A pod with limits."""
    container = {"name": "main", "resources": {"limits": limits}}
    return {"spec": {"containers": [container]}, "status": {"phase": phase}}


def a_service(type_: str = "ClusterIP", *ports: int, **spec: Any) -> dict[str, Any]:
    """A service with ports of nodes, 0 for none."""
    return {"spec": {"type": type_, "ports": [{"nodePort": each} for each in ports], **spec}}


def a_claim(storage: str, of_class: str = "fast") -> dict[str, Any]:
    """A claim on storage."""
    requests = {"requests": {"storage": storage}}
    return {"spec": {"storageClassName": of_class, "resources": requests}}


@pytest.mark.parametrize(
    ("name", "group", "kind"),
    [
        ("pods", "", "Pod"),
        ("services", "", "Service"),
        ("secrets", "", "Secret"),
        ("configmaps", "", "ConfigMap"),
        ("persistentvolumeclaims", "", "PersistentVolumeClaim"),
        ("resourcequotas", "", "ResourceQuota"),
        ("openshift.io/imagestreams", "image.openshift.io", "ImageStream"),
        ("count/services", "", "Service"),
        ("count/deployments.apps", "apps", "Deployment"),
        ("count/builds.build.openshift.io", "build.openshift.io", "Build"),
        ("count/imagestreams.image.openshift.io", "image.openshift.io", "ImageStream"),
        ("count/roles.rbac.authorization.k8s.io", "rbac.authorization.k8s.io", "Role"),
    ],
)
def test_a_name_means_the_objects_of_a_kind(name: str, group: str, kind: str) -> None:
    means = meaning(name)

    assert means is not None
    assert means.kind is kinds.require(group, kind)


@pytest.mark.parametrize(
    "name",
    [
        *("count/events", "count/namespaces", "count/pods.apps", "count/deployments", "count/"),
        *("example.com/things", "replicationcontrollers", "count/projects.project.openshift.io"),
    ],
)
def test_some_things_are_not_counted(name: str) -> None:
    assert meaning(name) is None


@pytest.mark.parametrize(
    ("name", "service", "much"),
    [
        ("services.nodeports", a_service("ClusterIP", 0), 0),
        ("services.nodeports", a_service("NodePort", 0, 30001), 2),
        ("services.nodeports", a_service("LoadBalancer", 0, 0), 2),
        (
            "services.nodeports",
            a_service("LoadBalancer", 0, 30001, allocateLoadBalancerNodePorts=False),
            1,
        ),
        ("services.loadbalancers", a_service("LoadBalancer", 0), 1),
        ("services.loadbalancers", a_service("NodePort", 0), 0),
        ("services", a_service("ExternalName"), 1),
    ],
)
def test_services_ask_for_ports_and_balancers(
    name: str, service: dict[str, Any], much: int
) -> None:
    asked = Asked(kind=SERVICE, content=service)

    assert demanded(a_quota({name: "1"}), [asked]).get(name, 0) == much


@pytest.mark.parametrize(
    ("name", "much"),
    [
        ("persistentvolumeclaims", 1),
        ("requests.storage", 2**30),
        (f"{FAST}/requests.storage", 2**30),
        (f"{FAST}/persistentvolumeclaims", 1),
        (f"slow.{FAST}/requests.storage", 0),
        (f"{FAST}/secrets", 0),
    ],
)
def test_claims_ask_for_storage_of_a_class(name: str, much: int) -> None:
    asked = Asked(kind=CLAIM, content=a_claim("1Gi"))

    assert demanded(a_quota({name: "1"}), [asked]).get(name, 0) == much


def test_an_update_asks_for_what_is_more_than_before() -> None:
    quota = a_quota({"requests.storage": "1", "persistentvolumeclaims": "1"})
    grows = Asked(kind=CLAIM, content=a_claim("3Gi"), before=a_claim("1Gi"))
    shrinks = Asked(kind=CLAIM, content=a_claim("1Gi"), before=a_claim("3Gi"))

    assert demanded(quota, [grows]) == {"requests.storage": 2 * 2**30}
    assert demanded(quota, [shrinks]) == {}


def test_an_update_of_a_pod_asks_for_nothing() -> None:
    update = Asked(kind=POD, content=a_pod(cpu="2"), before=a_pod(cpu="1"))

    assert demanded(a_quota({"limits.cpu": "1", "pods": "1"}), [update]) == {}


@pytest.mark.parametrize(
    ("name", "running", "ended"),
    [("pods", 1, 0), ("count/pods", 1, 1), ("memory", 2**30, 0), ("limits.memory", 2**30, 0)],
)
def test_what_has_ended_uses_nothing(name: str, running: int, ended: int) -> None:
    quota = a_quota({name: "1"})
    pods = [a_pod("Running", memory="1Gi"), a_pod("Succeeded", memory="1Gi")]

    found = [demanded(quota, [Asked(kind=POD, content=pod)]).get(name, 0) for pod in pods]

    assert found == [running, ended]


def test_writes_together_ask_for_all_they_want() -> None:
    two = [Asked(kind=SERVICE, content=a_service())] * 2

    assert demanded(a_quota({"services": "1"}), two) == {"services": 2}


@pytest.mark.parametrize(("used", "told"), [(2, False), (3, True)])
def test_one_more_than_there_may_be_is_told_in_the_words_of_kubernetes(
    used: int, *, told: bool
) -> None:
    quota = a_quota({"services": "3"})

    why = exceeded(quota, {"services": Fraction(1)}, {"services": Fraction(used)})

    words = "exceeded quota: q, requested: services=1, used: services=3, limited: services=3"
    assert why == (words if told else "")


def test_all_that_is_too_much_is_told_together() -> None:
    quota = a_quota({"pods": "9", "limits.cpu": "1500m", "limits.memory": "1Gi"})
    more = {"limits.cpu": Fraction(1), "limits.memory": Fraction(2**30), "pods": Fraction(1)}

    assert exceeded(quota, more, more) == (
        "exceeded quota: q, requested: limits.cpu=1,limits.memory=1Gi,"
        " used: limits.cpu=1,limits.memory=1Gi, limited: limits.cpu=1500m,limits.memory=1Gi"
    )


def test_a_new_pod_says_what_is_limited() -> None:
    quota = a_quota({"limits.cpu": "1"})
    new = Asked(kind=POD, content=a_pod())

    assert unsaid(quota, [new]) == "failed quota: q: must specify limits.cpu for: main"
    assert not unsaid(quota, [Asked(kind=POD, content=a_pod(), before=a_pod())])
    assert not unsaid(quota, [Asked(kind=SERVICE, content=a_service())])


def test_a_quota_with_scopes_counts_pods_only() -> None:
    quota = a_quota({"pods": "1", "services": "1"}, scopes=["BestEffort"])

    assert list(limited(quota)) == ["pods"]
    assert demanded(quota, [Asked(kind=POD, content=a_pod())]) == {"pods": 1}
    assert demanded(quota, [Asked(kind=POD, content=a_pod(cpu="1"))]) == {}


def test_a_quota_with_an_unknown_scope_limits_nothing() -> None:
    quota = a_quota({"pods": "0"}, scopes=["CrossNamespacePodAffinity"])

    assert limited(quota) == {}
    assert not unsaid(quota, [Asked(kind=POD, content=a_pod())])


def test_objects_are_looked_at_only_where_they_must_be() -> None:
    hard = {"services": "1", "services.nodeports": "1", "count/pods": "1"}
    plain, some = a_quota(hard), a_quota({"count/pods": "1"}, scopes=["BestEffort"])

    numbers = {name for name, means in limited(plain).items() if is_number(plain, means)}

    assert numbers == {"services", "count/pods"}
    assert not is_number(some, limited(some)["count/pods"])
