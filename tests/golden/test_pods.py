"""The pods that builds run in, kept under review: `make golden` rewrites them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from slipcast.api import kinds
from slipcast.api.build import Build
from slipcast.api.lens import content_of
from slipcast.builds.cluster import Cluster
from slipcast.builds.strategies import Facts, PodPlan, plan

PODS = Path(__file__).parent / "pods"
REWRITE = os.environ.get("GOLDEN") == "rewrite"
POD = kinds.require(kinds.CORE, "Pod")
IMAGE = {"kind": "DockerImage", "name": "registry.example.com/shop/ruby@sha256:" + "a" * 64}
OUTPUT = "registry.example.com/shop/app:latest"
CLUSTER = Cluster(builder_image="slipcast/builder:1", version="v1.5.0", engine_socket="/run/e.sock")
STAGES = Cluster(builder_image="slipcast/builder:1", stages=True)
GIT = {
    "git": {"uri": "https://example.com/shop.git", "ref": "main"},
    "contextDir": "app",
    "sourceSecret": {"name": "git-login"},
}
SOURCE = {
    "sourceStrategy": {
        "from": IMAGE,
        "pullSecret": {"name": "pull"},
        "env": [{"name": "BUILD_LOGLEVEL", "value": "2"}, {"name": "RAILS_ENV", "value": "test"}],
    }
}
KEY = {"secretKeyRef": {"name": "keys", "key": "api"}}
DOCKER = {"dockerStrategy": {"env": [{"name": "API_KEY", "valueFrom": KEY}]}}
CUSTOM = {
    "customStrategy": {
        "from": IMAGE,
        "exposeDockerSocket": True,
        "env": [{"name": "OPENSHIFT_CUSTOM_BUILD_BASE_IMAGE", "value": IMAGE["name"]}],
        "secrets": [{"secretSource": {"name": "keys"}, "mountPath": "/keys"}],
    }
}


@pytest.mark.parametrize(
    ("name", "strategy", "cluster"),
    [
        ("source", SOURCE, CLUSTER),
        ("source-in-stages", SOURCE, STAGES),
        ("docker", DOCKER, CLUSTER),
        ("custom", CUSTOM, CLUSTER),
    ],
)
def test_pods_are_what_was_reviewed(name: str, strategy: dict[str, Any], cluster: Cluster) -> None:
    found = plan(a_build(strategy), cluster, Facts(output=OUTPUT))
    assert isinstance(found, PodPlan)
    text = msgspec.json.format(msgspec.json.encode(content_of(found.pod, POD))).decode() + "\n"
    file = PODS / f"{name}.json"
    if REWRITE:
        file.write_text(text)

    assert file.read_text() == text


def a_build(strategy: dict[str, Any]) -> Build:
    """A build with something of everything."""
    spec = {
        "serviceAccount": "builder",
        "source": GIT,
        "strategy": strategy,
        "output": {
            "to": {"kind": "ImageStreamTag", "name": "app:latest"},
            "pushSecret": {"name": "push"},
        },
        "resources": {"limits": {"memory": "1Gi"}},
        "completionDeadlineSeconds": 600,
    }
    metadata = {"name": "shop-7", "namespace": "shop", "uid": "b-7"}
    content = {"metadata": metadata, "spec": spec, "status": {"phase": "New"}}
    return msgspec.convert(content, Build)
