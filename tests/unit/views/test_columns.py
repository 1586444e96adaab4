"""What is printed of each kind."""

from datetime import UTC, datetime
from typing import Any

import pytest

from slipcast.api import kinds
from slipcast.api.kinds import KINDS, Kind
from slipcast.views.columns import columns_of

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def row(group: str, name: str, content: dict[str, Any]) -> list[object]:
    """The cells of an object that are always shown."""
    kind = kinds.require(group, name)
    return [column.read(content, NOW) for column in columns_of(kind) if column.priority == 0]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.plural}.{kind.group}")
@pytest.mark.parametrize("content", [{}, {"metadata": {}, "spec": None, "status": []}])
def test_no_object_is_too_empty_for_its_columns(kind: Kind, content: dict[str, Any]) -> None:
    cells = [column.read(content, NOW) for column in columns_of(kind)]

    assert all(isinstance(cell, str | int) for cell in cells)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ({"git": {"uri": "u", "ref": "main"}}, "Git@main"),
        ({"git": {"uri": "u", "ref": "0123456789abcdef01234567"}}, "Git@0123456"),
        ({"git": {"uri": "u"}, "dockerfile": "FROM x"}, "Dockerfile,Git"),
        ({"dockerfile": "FROM x"}, "Dockerfile"),
        ({"binary": {}}, "Binary"),
        ({"type": "None"}, "None"),
    ],
)
def test_a_build_tells_where_its_source_comes_from_gt_2(source: dict[str, Any], text: str) -> None:
    content = {"spec": {"source": source, "strategy": {"sourceStrategy": {"from": {}}}}}

    assert row(kinds.BUILD, "BuildConfig", content)[1:] == ["Source", text, 0]


@pytest.mark.parametrize(
    ("ref", "shown"), [("refs/heads/main", "main@1a2b3c4"), ("x" * 999, f"{'x' * 39}…@1a2b3c4")]
)
def test_a_delivery_tells_what_was_pushed_as_far_as_there_is_room(ref: str, shown: str) -> None:
    cells = row(kinds.SLIPCAST, "WebhookDelivery", {"ref": ref, "commit": "1a2b3c4d5e6f"})

    assert cells[4] == shown


def test_a_quota_tells_what_is_used_and_what_pods_are_held_to() -> None:
    hard = {"pods": "3", "limits.cpu": "4", "configmaps": "9"}
    status = {"hard": hard, "used": {"pods": "1", "limits.cpu": "500m"}}

    cells = row(kinds.CORE, "ResourceQuota", {"status": status})

    assert cells[1:3] == ["configmaps: 0/9, pods: 1/3", "limits.cpu: 500m/4"]


def test_a_build_tells_phase_and_reason_gt_3() -> None:
    status = {
        "phase": "Failed",
        "reason": "AssembleFailed",
        "startTimestamp": "2026-11-22T11:00:00Z",
        "duration": 61 * 10**9,
    }

    cells = row(kinds.BUILD, "Build", {"status": status})

    assert cells[3:] == ["Failed (AssembleFailed)", "About an hour ago", "1m1s"]


def test_the_tags_people_care_about_come_first_gt_5() -> None:
    tags = [{"tag": tag} for tag in ("1.9", "edge", "1.10", "latest", "2")]

    assert row(kinds.IMAGE, "ImageStream", {"status": {"tags": tags}})[2] == (
        "latest,2,1.10 + 2 more..."
    )


def test_a_template_tells_what_is_open_in_it_tp_85() -> None:
    content = {"parameters": [{"name": "A"}, {"name": "B", "value": "1"}], "objects": [{}]}

    assert row(kinds.TEMPLATE, "Template", content)[2:] == ["2 (1 blank)", 1]


def test_a_pod_tells_what_its_containers_wait_for() -> None:
    waiting = {"waiting": {"reason": "CrashLoopBackOff"}}
    status = {"phase": "Running", "containerStatuses": [{"state": waiting, "restartCount": 4}]}

    cells = row("", "Pod", {"spec": {"containers": [{}]}, "status": status})

    assert cells[1:4] == ["0/1", "CrashLoopBackOff", 4]


@pytest.mark.parametrize(
    ("states", "text"),
    [
        ({"containerStatuses": [{"state": {"terminated": {"signal": 9}}}]}, "Signal:9"),
        ({"containerStatuses": [{"state": {"terminated": {"exitCode": 3}}}]}, "ExitCode:3"),
        ({"containerStatuses": [{"state": {"terminated": {"reason": "Error"}}}]}, "Error"),
        ({"containerStatuses": [{"state": {"waiting": {"reason": "PodInitializing"}}}]}, "Pending"),
        ({"initContainerStatuses": [{"state": {"terminated": {"exitCode": 0}}}]}, "Pending"),
        ({"initContainerStatuses": [{"state": {"terminated": {"exitCode": 1}}}]},
         "Init:ExitCode:1"),
    ],
)  # fmt: skip
def test_a_pod_tells_how_its_containers_ended(states: dict[str, Any], text: str) -> None:
    cells = row("", "Pod", {"status": {"phase": "Pending", **states}})

    assert cells[2] == text


def test_a_pod_that_is_deleted_says_so() -> None:
    content = {"metadata": {"deletionTimestamp": "2026-11-22T11:59:00Z"}}

    assert row("", "Pod", content)[2] == "Terminating"


def test_a_service_tells_its_ports() -> None:
    ports = [{"port": 80, "nodePort": 30080}, {"port": 53, "protocol": "UDP"}]

    assert row("", "Service", {"spec": {"ports": ports}})[4] == "80:30080/TCP,53/UDP"


def test_a_job_tells_what_became_of_it_and_how_long_it_took() -> None:
    status = {
        "succeeded": 1,
        "startTime": "2026-11-22T11:50:00Z",
        "completionTime": "2026-11-22T11:51:00Z",
        "conditions": [{"type": "Complete", "status": "True"}],
    }

    assert row(kinds.BATCH, "Job", {"status": status})[1:4] == ["Complete", "1/1", "60s"]


def test_a_binding_tells_who_has_the_role() -> None:
    subjects = [
        {"kind": "User", "name": "ada"},
        {"kind": "ServiceAccount", "namespace": "shop", "name": "builder"},
    ]
    kind = kinds.require(kinds.RBAC, "RoleBinding")

    cells = [column.read({"subjects": subjects}, NOW) for column in columns_of(kind)]

    assert cells[-3:] == ["ada", "", "shop/builder"]


def test_a_role_tells_when_it_was_created() -> None:
    content = {"metadata": {"creationTimestamp": "2026-11-22T11:00:00Z"}}

    assert row(kinds.RBAC, "Role", content)[1] == "2026-11-22T11:00:00Z"


def test_a_selector_is_told_in_one_line() -> None:
    kind = kinds.require("", "Service")
    content = {"spec": {"selector": {"a": "b", "c": "d"}}}

    assert columns_of(kind)[-1].read(content, NOW) == "a=b,c=d"


def test_a_custom_build_comes_from_its_image_gt_2() -> None:
    strategy = {"customStrategy": {"from": {"kind": "DockerImage", "name": "x"}}}

    assert row(kinds.BUILD, "BuildConfig", {"spec": {"strategy": strategy}})[2] == "x"


def test_a_long_description_is_cut_tp_85() -> None:
    content = {"metadata": {"annotations": {"description": "x" * 100}}}

    assert row(kinds.TEMPLATE, "Template", content)[1] == "x" * 77 + "..."


def test_a_build_tells_its_strategy_however_little_that_says_gt_1() -> None:
    content = {"spec": {"strategy": {"type": "Docker", "dockerStrategy": {}}}}

    assert row(kinds.BUILD, "BuildConfig", content)[1] == "Docker"


def test_a_deployment_configuration_tells_what_it_is_deployed_by() -> None:
    image = {"type": "ImageChange", "imageChangeParams": {"from": {"name": "app:latest"}}}
    content = {"spec": {"replicas": 2, "triggers": [{"type": "ConfigChange"}, image]}}

    assert row(kinds.APPS_OPENSHIFT, "DeploymentConfig", content) == [
        "", 0, 2, 0, "config,image(app:latest)",
    ]  # fmt: skip


def test_an_event_tells_who_says_so_and_how_often_to_those_who_ask() -> None:
    content = {
        "source": {"component": "build-controller"},
        "firstTimestamp": "2026-11-22T11:58:00Z",
        "count": 3,
    }
    columns = columns_of(kinds.require("", "Event"))

    wide = {each.name: each.read(content, NOW) for each in columns if each.priority}

    assert (wide["Source"], wide["First Seen"], wide["Count"]) == ("build-controller", "2m", 3)


def test_a_claim_tells_how_its_volume_is_mounted() -> None:
    status = {"phase": "Bound", "accessModes": ["ReadWriteOnce", "ReadOnlyMany"]}

    assert row("", "PersistentVolumeClaim", {"status": status})[4] == "RWO,ROX"


def test_a_token_tells_whose_it_is_and_until_when_it_is_good() -> None:
    content = {
        "metadata": {"name": "sha256~x", "creationTimestamp": "2026-11-22T11:58:00Z"},
        "userName": "anna", "clientName": "cli", "expiresIn": 86400, "scopes": ["user:full"],
        "redirectURI": "https://s/oauth/token/implicit",
    }  # fmt: skip

    assert row(kinds.OAUTH, "OAuthAccessToken", content)[1:] == [
        *("anna", "cli", "2 minutes ago", "2026-11-23T11:58:00Z"),
        *("https://s/oauth/token/implicit", "user:full"),
    ]
