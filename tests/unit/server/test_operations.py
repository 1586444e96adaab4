"""What OpenAPI says of operations whose bodies are bytes."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from slipcast.server import openapi

BELOW = "/apis/build.openshift.io/v1/namespaces/{namespace}"
LOG = f"{BELOW}/builds/{{name}}/log"
BINARY = f"{BELOW}/buildconfigs/{{name}}/instantiatebinary"
SCALES = {
    "v2": "/deployments/{name}/scale",
    "v3/apis/apps/v1": "/deployments/{name}/scale",
    "v3/apis/apps.openshift.io/v1": "/deploymentconfigs/{name}/scale",
}


def paths(which: str) -> dict[str, Any]:
    """The paths of a document."""
    body = openapi.document(which)
    assert body is not None
    return dict(msgspec.json.decode(body)["paths"])


def names(operation: dict[str, Any]) -> set[str]:
    """The parameters of an operation."""
    return {each["name"] for each in operation["parameters"]}


def test_a_log_is_text() -> None:
    log = paths("v3/apis/build.openshift.io/v1")[LOG]["get"]

    assert log["responses"]["200"]["content"] == {"text/plain": {"schema": {"type": "string"}}}
    assert {"follow", "tailLines", "nowait", "version"} <= names(log)


def test_a_pod_has_no_number() -> None:
    log = paths("v3/api/v1")["/api/v1/namespaces/{namespace}/pods/{name}/log"]["get"]

    assert {"container", "follow", "previous"} <= names(log)
    assert not {"version", "nowait"} & names(log)


def test_a_source_is_bytes_and_a_build_is_answered() -> None:
    binary = paths("v3/apis/build.openshift.io/v1")[BINARY]["post"]

    assert [*binary["requestBody"]["content"]] == ["application/octet-stream"]
    schema = binary["responses"]["201"]["content"]["application/json"]["schema"]
    assert schema["$ref"].endswith(".Build")
    assert {"asFile", "revision.commit"} <= names(binary)


def test_the_older_version_says_so_too() -> None:
    found = paths("v2")

    assert found[LOG]["get"]["produces"] == ["text/plain"]
    assert found[BINARY]["post"]["consumes"] == ["application/octet-stream"]


@pytest.mark.parametrize("which", ["v2", "v3/apis/apps/v1", "v3/apis/apps.openshift.io/v1"])
def test_a_scale_is_put_and_answered(which: str) -> None:
    (path,) = [each for each in paths(which) if each.endswith(SCALES[which])]
    found = paths(which)[path]

    assert {*found} == {"parameters", "get", "put", "patch"}
    said = found["put"]["x-kubernetes-group-version-kind"]
    assert said == {"group": "autoscaling", "version": "v1", "kind": "Scale"}
    assert "io.k8s.api.autoscaling.v1.Scale" in msgspec.json.encode(found["put"]).decode()


@pytest.mark.parametrize(
    "which",
    ["v2", "v3/apis/build.openshift.io/v1", "v3/api/v1", "v3/apis/apps/v1"],
)
def test_every_schema_that_is_named_is_there(which: str) -> None:
    body = openapi.document(which)
    assert body is not None

    document = msgspec.json.decode(body)
    known = document.get("definitions") or document["components"]["schemas"]

    assert {name.rpartition("/")[2] for name in references(document)} <= {*known}


def references(part: Any) -> set[str]:
    """Everything that a part of a document refers to."""
    if isinstance(part, list):
        return set().union(*map(references, part))
    if not isinstance(part, dict):
        return set()
    own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
    return own.union(*map(references, part.values()))


def test_a_webhook_is_told_with_what_follows_it_in_its_path_ba_4() -> None:
    path = f"{BELOW}/buildconfigs/{{name}}/webhooks/{{secret}}/{{type}}"

    item = paths("v3/apis/build.openshift.io/v1")[path]

    assert [each["name"] for each in item["parameters"]] == ["namespace", "name", "secret", "type"]
    assert names(item["post"]) == set()
    assert list(item["post"]["responses"]) == ["200", "default"]
