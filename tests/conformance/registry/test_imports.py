"""Images of the server's own registry are imported with the rights of who asks for it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from conformance.conftest import Server
from conformance.registry.conftest import Image, Repo, digest_of, trust

Somebody = Callable[..., httpx.Client]
PULLER = "system:image-puller"


@pytest.fixture
def own(server: Server) -> str:
    """A namespace of somebody's own."""
    return a_namespace(server, "own")


@pytest.fixture
def kept(server: Server, http: httpx.Client) -> tuple[Repo, Image]:
    """An image that the registry keeps in a namespace of others."""
    repo, image = Repo(http, f"{a_namespace(server, 'theirs')}/app"), Image()
    repo.push(image, "1")
    return repo, image


def a_namespace(server: Server, prefix: str) -> str:
    """A namespace that nobody else uses."""
    name = f"{prefix}-{secrets.token_hex(4)}"
    made = server.kubectl("create", "namespace", name)
    assert made.code == 0, made.stderr
    return name


def named(repo: Repo, stream: str = "app") -> str:
    """The full name of an image of a repository's namespace."""
    namespace = repo.name.partition("/")[0]
    return f"{repo.http.base_url.netloc.decode()}/{namespace}/{stream}:1"


def let(server: Server, repo: Repo, group: str) -> None:
    """Let a group pull from the namespace of a repository."""
    namespace = repo.name.partition("/")[0]
    role, who = f"--clusterrole={PULLER}", f"--group={group}"
    bound = server.kubectl("-n", namespace, "create", "rolebinding", "pullers", role, who)
    assert bound.code == 0, bound.stderr


def imported(client: httpx.Client, namespace: str, name: str) -> dict[str, Any]:
    """What is said of an image that is imported into the stream `app`."""
    images = [{"from": {"kind": "DockerImage", "name": name}, "to": {"name": "1"}}]
    content = {
        "apiVersion": "image.openshift.io/v1",
        "kind": "ImageStreamImport",
        "metadata": {"name": "app"},
        "spec": {"import": True, "images": images},
    }
    path = f"/apis/image.openshift.io/v1/namespaces/{namespace}/imagestreamimports"
    told = client.post(path, json=content)
    assert told.status_code == 201, told.text
    found: dict[str, Any] = told.json()["status"]["images"][0]
    return found


def test_who_may_pull_imports_and_builds_pull_the_result(
    server: Server, somebody: Somebody, own: str, kept: tuple[Repo, Image]
) -> None:
    repo, image = kept
    let(server, repo, "system:serviceaccounts:default")

    said = imported(somebody("admin", own), own, named(repo))

    assert said["status"]["status"] == "Success", said
    token = server.kubectl("-n", own, "create", "token", "builder").stdout.strip()
    headers = {"authorization": f"Bearer {token}"}
    with httpx.Client(base_url=server.url, verify=trust(server), headers=headers) as builder:
        pulled = Repo(builder, f"{own}/app")
        assert pulled.get("manifests/1").content == image.manifest
        assert pulled.get(f"blobs/{digest_of(image.layer)}").content == image.layer
        assert Repo(builder, repo.name).get("manifests/1").status_code == 403


def test_who_may_not_pull_is_told_nothing(
    somebody: Somebody, own: str, kept: tuple[Repo, Image]
) -> None:
    repo, image = kept
    stranger = somebody("admin", own)

    there = imported(stranger, own, named(repo))
    never = imported(stranger, own, named(repo, "never"))

    assert (there["status"]["reason"], there.get("image")) == ("Unauthorized", None)
    assert PULLER in there["status"]["message"]
    assert json.dumps(there).replace("/app:1", "/never:1") == json.dumps(never)
    mine = Repo(stranger, f"{own}/app")
    assert mine.get(f"manifests/{image.digest}").status_code == 404
    assert mine.get(f"blobs/{digest_of(image.layer)}").status_code == 404


@pytest.mark.parametrize("is_let", [True, False])
def test_a_stream_imports_with_the_rights_of_its_namespace(
    server: Server, own: str, kept: tuple[Repo, Image], *, is_let: bool
) -> None:
    repo, image = kept
    let(server, repo, f"system:serviceaccounts:{own if is_let else 'nobody'}")

    told = server.slipcast("-n", own, "tag", "--source=docker", named(repo), "app:1", "--scheduled")

    assert told.code == 0, told.stderr
    events = "jsonpath={.status.tags[0].items[*].image}{.status.tags[0].conditions[*].reason}"
    wait = "--for=jsonpath={.status.tags[0].tag}=1"
    waited = server.kubectl("-n", own, "wait", "imagestream/app", wait, "--timeout=100s")
    found = server.kubectl("-n", own, "get", "imagestream", "app", "-o", events)
    assert found.stdout == (image.digest if is_let else "Unauthorized"), waited.stderr
