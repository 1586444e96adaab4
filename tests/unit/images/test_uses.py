"""Who uses which images: image-streams.md IS-133."""

from __future__ import annotations

from typing import Any

import pytest

from slipcast.api import kinds
from slipcast.api.document import Document
from slipcast.images.uses import Use, use, user_kinds

CONTAINERS = {
    "initContainers": [{"name": "i", "image": "a/init:1"}],
    "containers": [{"name": "c", "image": "a/main:1"}, {"name": "blank", "image": " "}],
    "ephemeralContainers": [{"name": "e", "image": "a/debug:1"}],
    "volumes": [{"name": "v", "image": {"reference": "a/files:1"}}],
}
IMAGES = ["a/init:1", "a/main:1", "a/debug:1", "a/files:1"]
TAG = {"kind": "ImageStreamTag", "name": "ruby:2.3"}
PULLED = {"kind": "DockerImage", "name": "a/b:1"}


def used(group: str, kind: str, content: dict[str, Any]) -> Use:
    """What an object uses."""
    metadata = {"name": "x", "namespace": "shop", "creationTimestamp": "2026-11-22T12:00:00Z"}
    return use(Document.of(kinds.require(group, kind), {"metadata": metadata, **content}))


def test_a_pod_uses_all_images_in_it() -> None:
    found = used(kinds.CORE, "Pod", {"spec": CONTAINERS, "status": {"phase": "Running"}})

    assert [each.name for each in found.references] == IMAGES
    assert (found.who, found.namespace, found.is_over) == ("pods/x", "shop", False)
    assert found.since == "2026-11-22T12:00:00Z"


def test_a_pod_uses_what_its_engine_says_it_runs() -> None:
    digest = "sha256:" + "a" * 64
    statuses = [
        {"name": "c", "imageID": f"docker-pullable://r/a/b@{digest}"},
        {"name": "d", "image": "sha256:1"},
    ]

    found = used(kinds.CORE, "Pod", {"status": {"containerStatuses": statuses}})

    assert found.running == (digest,)


@pytest.mark.parametrize(
    ("phase", "is_over"),
    [("Succeeded", True), ("Failed", True), ("Pending", False), ("", False), ("Unknown", False)],
)
def test_a_pod_is_over_when_it_has_ended(phase: str, *, is_over: bool) -> None:
    assert used(kinds.CORE, "Pod", {"status": {"phase": phase}}).is_over is is_over


@pytest.mark.parametrize(
    ("group", "kind"),
    [
        (kinds.APPS, "Deployment"),
        (kinds.BATCH, "Job"),
        (kinds.APPS_OPENSHIFT, "DeploymentConfig"),
    ],
)
def test_what_pods_are_made_from_uses_their_images(group: str, kind: str) -> None:
    found = used(group, kind, {"spec": {"template": {"spec": CONTAINERS}}})

    assert [each.name for each in found.references] == IMAGES


def test_a_deployment_config_uses_what_triggers_it_and_what_deploys_it() -> None:
    triggers = [{"type": "ImageChange", "imageChangeParams": {"from": TAG}}, {"type": "Config"}]
    strategy = {"customParams": {"image": "a/deployer:1"}}

    found = used(
        kinds.APPS_OPENSHIFT,
        "DeploymentConfig",
        {"spec": {"triggers": triggers, "strategy": strategy}},
    )

    assert [each.name for each in found.references] == ["a/deployer:1", "ruby:2.3"]


@pytest.mark.parametrize("kind", ["Build", "BuildConfig"])
@pytest.mark.parametrize("strategy", ["sourceStrategy", "dockerStrategy", "customStrategy"])
def test_builds_use_what_they_are_made_from(kind: str, strategy: str) -> None:
    source = {"images": [{"from": PULLED}]}

    found = used(
        kinds.BUILD, kind, {"spec": {"strategy": {strategy: {"from": TAG}}, "source": source}}
    )

    assert [(each.kind, each.name) for each in found.references] == [
        ("ImageStreamTag", "ruby:2.3"),
        ("DockerImage", "a/b:1"),
    ]


def test_a_build_config_uses_what_triggers_it() -> None:
    triggers = [{"type": "ImageChange", "imageChange": {"from": TAG}}, {"type": "ConfigChange"}]

    found = used(kinds.BUILD, "BuildConfig", {"spec": {"triggers": triggers}})

    assert [each.name for each in found.references] == ["ruby:2.3"]


def test_every_kind_that_uses_images_is_served() -> None:
    assert {kind.plural for kind in user_kinds()} == {
        *("pods", "deployments", "jobs", "deploymentconfigs", "buildconfigs", "builds"),
    }
