"""Objects of other kinds, described."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.api.kinds import KINDS, Kind
from slipcast.views.describe import images
from slipcast.views.describe.description import described
from slipcast.views.describe.page import Around

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
METADATA = {"name": "x", "namespace": "shop", "creationTimestamp": "2026-11-22T11:50:00Z"}
POD: JSON = {
    "spec": {
        "initContainers": [{"name": "i", "image": "z"}],
        "containers": [
            {
                "name": "c",
                "image": "y",
                "command": ["run"],
                "ports": [{"containerPort": 8080}],
                "env": [
                    {"name": "A", "value": "1"},
                    {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
                ],
                "volumeMounts": [{"name": "v", "mountPath": "/v"}],
            }
        ],
        "volumes": [{"name": "v"}],
    },
    "status": {
        "phase": "Failed",
        "containerStatuses": [
            {"name": "c", "state": {"terminated": {"exitCode": 3, "reason": "Error"}}}
        ],
        "conditions": [{"type": "Ready", "status": "False"}],
    },
}


def text(kind: Kind, events: tuple[JSON, ...] = (), **content: Any) -> str:
    """The description of an object."""
    whole = {"apiVersion": kind.api_version, "kind": kind.name, "metadata": METADATA, **content}
    return described(kind, whole, Around(now=NOON, events=events))


def core(name: str, **content: Any) -> list[str]:
    """The lines about an object of the core group, blanks made one."""
    lines = text(kinds.require(kinds.CORE, name), **content).splitlines()
    return [" ".join(line.split()) for line in lines]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_can_be_described(kind: Kind) -> None:
    assert text(kind).startswith("Name:")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("content", [{}, {"metadata": {}, "spec": None, "status": []}])
def test_no_object_is_too_empty_for_its_description(kind: Kind, content: JSON) -> None:
    assert described(kind, content, Around(now=NOON)).startswith("Name:")


def test_an_object_that_ends_says_so() -> None:
    lines = core("Pod", metadata={**METADATA, "deletionTimestamp": "2026-11-22T11:59:00Z"})

    assert "Status: Terminating since About a minute ago" in lines


def test_a_container_that_runs_says_since_when() -> None:
    state = {"running": {"startedAt": "2026-11-22T11:59:58Z"}}
    status = {"containerStatuses": [{"name": "c", "state": state, "ready": True}]}

    lines = core("Pod", spec={"containers": [{"name": "c"}]}, status=status)

    assert {"State: Running", "Started: 2 seconds ago", "Ready: True"} <= set(lines)


def test_the_image_of_a_tag_is_told() -> None:
    page = images.image_of({"image": {"metadata": {"name": "sha256:1"}}}, Around(now=NOON))

    assert next(page).value == "sha256:1"


@pytest.mark.parametrize(
    ("size", "told"),
    [(12, "12B"), (2_500_000, "2.5MB"), (10**16, "1e+04TB"), (None, "0B")],
)
def test_sizes_have_the_unit_that_suits_them(size: object, told: str) -> None:
    assert images.size_text(size) == told


def test_values_of_secrets_are_never_told() -> None:
    lines = core("Secret", type="Opaque", data={"password": "aGlkZGVu", "empty": ""})

    assert lines[-2:] == ["empty: 0 bytes", "password: 6 bytes"]


def test_an_annotation_that_repeats_the_object_is_left_out() -> None:
    note = {"kubectl.kubernetes.io/last-applied-configuration": '{"data": "aGlkZGVu"}'}

    lines = core("Secret", metadata={**METADATA, "annotations": note})

    assert "Annotations: <none>" in lines


def test_values_of_config_maps_are_told_and_move_no_cursor() -> None:
    lines = core("ConfigMap", data={"k": "one\n\x1b[2Jtwo"}, binaryData={"b": "AAA="})

    assert lines[lines.index("k:") :][:4] == ["k:", "----", "one", "^[[2Jtwo"]
    assert "b: 2 bytes" in lines


def test_a_pod_tells_what_runs_in_it() -> None:
    lines = core("Pod", **POD)

    assert "Status: Error" in lines
    assert lines[lines.index("State: Terminated") :][:3] == [
        "State: Terminated",
        "Reason: Error",
        "Exit Code: 3",
    ]
    assert "B: <set to the key 'k' in secret 's'>" in lines
    assert {"Mounts: /v from v", "Volumes: v", "Ports: 8080", "Ready False"} <= set(lines)


def test_a_pod_that_waits_tells_what_for() -> None:
    # UP-30
    full = {"type": "PodScheduled", "status": "False", "message": "2 of 2 builds run"}

    lines = core("Pod", **{**POD, "status": {"conditions": [full]}})

    assert {"Type Status Message", "PodScheduled False 2 of 2 builds run"} <= set(lines)


def test_a_service_tells_its_ports() -> None:
    lines = core("Service", spec={"ports": [{"port": 80, "targetPort": 8080}]})

    assert {"Port: <unset> 80/TCP", "TargetPort: 8080/TCP"} <= set(lines)


def test_a_deployment_tells_what_it_runs() -> None:
    spec = {"replicas": 2, "selector": {"matchLabels": {"a": "b"}}, "template": POD}

    lines = text(kinds.require(kinds.APPS, "Deployment"), spec=spec).splitlines()

    assert "Selector:     a=b" in lines
    assert "Replicas:     2" in lines


def test_a_role_tells_what_it_allows() -> None:
    rule = {"apiGroups": ["", "apps"], "resources": ["pods"], "verbs": ["get", "list"]}

    lines = text(kinds.require(kinds.RBAC, "Role"), rules=[rule]).splitlines()

    assert lines[-2].split() == ["pods", "[]", "[]", "[get", "list]"]
    assert lines[-1].split()[0] == "pods.apps"


def test_a_binding_tells_who_has_a_role() -> None:
    held: JSON = {
        "roleRef": {"kind": "Role", "name": "r"},
        "subjects": [{"kind": "User", "name": "u"}],
    }

    lines = text(kinds.require(kinds.RBAC, "RoleBinding"), **held).splitlines()

    assert lines[-1].split() == ["User", "u"]


def test_a_quota_tells_what_is_used_of_what() -> None:
    condition = {"scopeName": "PriorityClass", "operator": "In", "values": ["low", "high"]}
    spec = {
        "hard": {"pods": "3", "example.com/a": "1"},
        "scopes": ["BestEffort", "Terminating"],
        "scopeSelector": {"matchExpressions": [condition]},
    }

    lines = core("ResourceQuota", spec=spec, status={"used": {"pods": "2"}})

    assert "Scopes: BestEffort, Terminating" in lines
    assert "Scope: PriorityClass In low, high" in lines
    assert lines.index("example.com/a <none> 1") < lines.index("pods 2 3")


def test_other_kinds_are_told_field_by_field() -> None:
    spec = {"maxSize": 1, "items": [{"aName": True}, "b"], "refreshToken": "hidden"}

    page = text(kinds.require(kinds.CORE, "LimitRange"), spec=spec)

    assert "  Max Size:" in page
    assert "    A Name:" in page
    assert "    b\n" in page
    assert "hidden" not in page


def test_events_are_a_table_at_the_end() -> None:
    seen = {
        "type": "Normal",
        "reason": "Started",
        "message": "it runs",
        "source": {"component": "agent"},
        "count": 3,
        "firstTimestamp": "2026-11-22T11:59:00Z",
        "lastTimestamp": "2026-11-22T11:59:50Z",
    }

    lines = text(kinds.require(kinds.CORE, "Pod"), (seen,)).splitlines()

    assert lines[-3].split() == ["Type", "Reason", "Age", "From", "Message"]
    assert " ".join(lines[-1].split()) == "Normal Started 10s (x3 over 60s) agent it runs"


def test_an_image_tells_what_runs_in_it() -> None:
    config = {
        "Entrypoint": ["/run"],
        "Cmd": ["x"],
        "User": "1001",
        "ExposedPorts": {"8080/tcp": {}},
        "Env": ["A=1"],
        "Labels": {"a": "b"},
    }
    layers = [{"name": "sha256:1", "size": 2_500_000}, {"name": "sha256:2", "size": 12}]
    manifest = {"os": "linux", "architecture": "arm", "variant": "v7", "digest": "sha256:3"}

    page = text(
        kinds.require(kinds.IMAGE, "Image"),
        dockerImageReference="r/x@sha256:0",
        dockerImageMetadata={"Config": config, "Architecture": "amd64"},
        dockerImageLayers=layers,
        dockerImageManifests=[manifest],
    )

    assert "Image Size:     2.5MB in 2 layers\n" in page
    assert "Exposes Ports:  8080/tcp\n" in page
    assert "linux/arm/v7  sha256:3\n" in page


def test_a_template_tells_what_it_asks_for_and_makes() -> None:
    parameters = [
        {"name": "A", "required": True, "generate": "expression", "from": "[a-z]{8}"},
        {"name": "B", "value": "1", "displayName": "Bee"},
    ]

    page = text(
        kinds.require(kinds.TEMPLATE, "Template"),
        parameters=parameters,
        objects=[{"kind": "Service", "metadata": {"name": "web"}}],
        message="Done.",
    )

    assert "  Generated:  expression from [a-z]{8}\n" in page.replace("     ", "  ")
    assert "Service web\n" in page
