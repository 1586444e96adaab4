"""Builds by kubectl: instantiated, cloned, and told of by the account that runs them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from conformance.conftest import Ran, Server
from conformance.test_rights import kubeconfig

SPACE = "making"
ROOT = f"/apis/build.openshift.io/v1/namespaces/{SPACE}"
CONFIG = {
    "apiVersion": "build.openshift.io/v1",
    "kind": "BuildConfig",
    "metadata": {"name": "app"},
    "spec": {
        # Into a stream that is not there: nothing runs while the tests look.
        "output": {"to": {"kind": "ImageStreamTag", "name": "nowhere:latest"}},
        "source": {"git": {"uri": "https://example.com/app.git"}},
        "strategy": {
            "sourceStrategy": {"from": {"kind": "DockerImage", "name": "example.com/ruby"}}
        },
    },
}


def raw(server: Server, verb: str, path: str, content: dict[str, Any], *words: str) -> Ran:
    """A request of kubectl's to a path."""
    sent = json.dumps(content)
    return server.kubectl(*words, verb, "--raw", path, "-f", "-", stdin=sent)


def a_request(name: str) -> dict[str, Any]:
    """A request for a build."""
    return {"kind": "BuildRequest", "apiVersion": "v1", "metadata": {"name": name}}


@pytest.fixture(scope="module")
def builder(server: Server) -> Iterator[str]:
    """What makes kubectl the account that runs builds, in a namespace with a build."""
    server.kubectl("create", "namespace", SPACE)
    assert server.kubectl("-n", SPACE, "create", "-f", "-", stdin=json.dumps(CONFIG)).code == 0
    made = raw(server, "create", f"{ROOT}/buildconfigs/app/instantiate", a_request("app"))
    assert made.document["metadata"]["name"] == "app-1"
    token = server.kubectl("-n", SPACE, "create", "token", "builder")
    path = server.directory / "builder.kubeconfig"
    path.write_text(kubeconfig(server, token.stdout.strip()))
    yield f"--kubeconfig={path}"
    server.kubectl("delete", "namespace", SPACE)


def test_a_build_is_cloned(server: Server, builder: str) -> None:
    del builder

    clone = raw(server, "create", f"{ROOT}/builds/app-1/clone", a_request("app-1"))

    annotations = clone.document["metadata"]["annotations"]
    assert annotations["openshift.io/build.clone-of"] == "app-1"


def test_the_builders_account_reports_without_a_revision_bld_152(
    server: Server, builder: str
) -> None:
    build = server.kubectl(builder, "-n", SPACE, "get", "build", "app-1", "-o", "json").document
    del build["metadata"]["resourceVersion"]
    build["spec"]["revision"] = {"type": "Git", "git": {"commit": "c0ffee"}}
    build["spec"]["completionDeadlineSeconds"] = 1
    build["status"]["phase"] = "Running"
    build["status"]["stages"] = [{"name": "FetchInputs"}]

    answer = raw(server, "replace", f"{ROOT}/builds/app-1/details", build, builder)

    assert answer.code == 0, answer.stderr
    told = answer.document
    assert told["spec"]["revision"]["git"]["commit"] == "c0ffee"
    assert told["status"]["stages"][0]["name"] == "FetchInputs"
    assert told["status"]["phase"] == "New"
    assert "completionDeadlineSeconds" not in told["spec"]


@pytest.mark.parametrize(
    ("verb", "resource"),
    [
        *[("list", "builds.build.openshift.io"), ("update", "builds.build.openshift.io")],
        *[("create", "builds.build.openshift.io"), ("get", "buildconfigs.build.openshift.io")],
    ],
)
def test_the_builders_account_may_nothing_else_bl_147(
    server: Server, builder: str, verb: str, resource: str
) -> None:
    asked = server.kubectl(builder, "-n", SPACE, "auth", "can-i", verb, resource)

    assert asked.stdout.strip() == "no"
