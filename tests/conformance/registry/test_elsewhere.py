"""Images that another registry keeps, pulled through streams here, and no others (IS-119)."""

from __future__ import annotations

import base64
import json
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from typing_extensions import override

import containers
from conformance.conftest import Server
from conformance.registry.conftest import (
    OCI_INDEX,
    OCI_MANIFEST,
    SPACE,
    Image,
    Repo,
    an_index,
    code_of,
    descriptor,
    digest_of,
    stream,
)

pytestmark = pytest.mark.engine
Registries = Callable[..., containers.Registry]


def imported(client: httpx.Client, namespace: str, name: str, image: str) -> dict[str, Any]:
    """What an import of an image as tag `1` of a stream is told."""
    wanted = {
        "from": {"kind": "DockerImage", "name": image},
        "to": {"name": "1"},
        "importPolicy": {"insecure": True},
        "referencePolicy": {"type": "Local"},
    }
    content = {
        "apiVersion": "image.openshift.io/v1",
        "kind": "ImageStreamImport",
        "metadata": {"name": name},
        "spec": {"import": True, "images": [wanted]},
    }
    path = f"/apis/image.openshift.io/v1/namespaces/{namespace}/imagestreamimports"
    answer = client.post(path, json=content)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()["status"]["images"][0]["status"]
    return told


def pushed(registry: containers.Registry, **images: Image) -> None:
    """Push images into a repository of another registry."""
    auth = (registry.username, registry.password) if registry.password else None
    url = f"http://{registry.host}"
    with httpx.Client(base_url=url, auth=auth, trust_env=False) as client:
        for tag, image in images.items():
            Repo(client, "far/app").push(image, tag)


def test_an_index_over_what_was_pulled_through_gives_nothing_of_what_others_have_pushed(
    registry: Registries, repo: Repo, http: httpx.Client
) -> None:
    hidden, there = Image(), registry()
    Repo(http, f"{SPACE}/hidden-{secrets.token_hex(6)}").push(hidden, "1")
    pushed(there, one=hidden)
    imported(http, SPACE, repo.name.partition("/")[2], f"{there.host}/far/app:one")
    assert repo.get("manifests/1").status_code == 200

    put = repo.put("both", an_index(hidden.manifest), OCI_INDEX)

    assert (put.status_code, code_of(put)) == (404, "MANIFEST_BLOB_UNKNOWN")


def test_an_image_elsewhere_is_pulled_through_and_stays_is_119(
    registry: Registries, repo: Repo, http: httpx.Client, server: Server
) -> None:
    image, there = Image(layer=secrets.token_bytes(2_000_000)), registry()
    pushed(there, one=image)
    told = imported(http, SPACE, repo.name.partition("/")[2], f"{there.host}/far/app:one")

    manifest = repo.get("manifests/1")
    looked = repo.ask("HEAD", f"blobs/{digest_of(image.layer)}")
    layer = repo.get(f"blobs/{digest_of(image.layer)}")

    assert told["status"] == "Success", told
    assert (manifest.content, manifest.headers["content-type"]) == (image.manifest, OCI_MANIFEST)
    assert looked.headers["content-length"] == "2000000"
    assert layer.content == image.layer
    (tag,) = stream(server, repo)["status"]["tags"]
    assert tag["items"][0]["dockerImageReference"] == f"{there.host}/far/app@{image.digest}"


def test_what_was_pulled_through_is_there_when_the_other_registry_is_not(
    tmp_path_factory: pytest.TempPathFactory, repo: Repo, http: httpx.Client
) -> None:
    image = Image()
    with containers.registry(tmp_path_factory.mktemp("gone")) as there:
        pushed(there, one=image)
        imported(http, SPACE, repo.name.partition("/")[2], f"{there.host}/far/app:one")
        repo.get("manifests/1")
        repo.get(f"blobs/{digest_of(image.layer)}")

    assert repo.get("manifests/1").content == image.manifest
    assert repo.get(f"blobs/{digest_of(image.layer)}").content == image.layer
    assert repo.get(f"blobs/{digest_of(image.config)}").status_code == 503


def test_logins_of_the_namespace_open_the_other_registry_is_119(
    registry: Registries, repo: Repo, http: httpx.Client, server: Server
) -> None:
    image, there = Image(), registry(password="secret")
    pushed(there, one=image)
    space = f"{SPACE}-{secrets.token_hex(4)}"
    server.kubectl("create", "namespace", space)
    login = (
        f"--docker-server={there.host}",
        "--docker-username=tester",
        "--docker-password=secret",
    )
    server.kubectl("-n", space, "create", "secret", "docker-registry", "there", *login)
    told = imported(http, space, "app", f"{there.host}/far/app:one")

    mine = repo.named(f"{space}/app")

    assert told["status"] == "Success", told
    assert mine.get("manifests/1").content == image.manifest
    assert mine.get(f"blobs/{digest_of(image.layer)}").content == image.layer


def test_images_of_the_other_registry_that_no_stream_has_are_not_pulled(
    registry: Registries, repo: Repo, http: httpx.Client
) -> None:
    image, other, there = Image(), Image(), registry()
    pushed(there, one=image, two=other)
    imported(http, SPACE, repo.name.partition("/")[2], f"{there.host}/far/app:one")
    repo.get("manifests/1")

    asked = [f"manifests/{other.digest}", "manifests/two", f"blobs/{digest_of(other.layer)}"]

    assert [repo.get(each).status_code for each in asked] == [404, 404, 404]


@contextmanager
def lying(manifests: dict[str, bytes], blobs: dict[str, bytes]) -> Iterator[str]:
    """A registry of somebody's own, which serves whatever they like; its address."""

    class Handler(BaseHTTPRequestHandler):
        """Answers what a puller asks."""

        def do_GET(self) -> None:
            found = manifests.get(self.path.rpartition("/")[2])
            body = blobs.get(self.path.rpartition("/")[2]) if found is None else found
            self.send_response(200 if body is not None or self.path == "/v2/" else 404)
            self.send_header("content-type", OCI_MANIFEST if found else "application/octet-stream")
            self.send_header("content-length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    served = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=served.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"127.0.0.1:{served.server_address[1]}"
    finally:
        served.shutdown()
        served.server_close()
        thread.join()


@pytest.mark.parametrize("what", ["made up", "known"])
def test_a_manifest_from_elsewhere_gives_nothing_of_what_others_have_pushed(
    somebody: Callable[..., httpx.Client], server: Server, repo: Repo, what: str
) -> None:
    own, secret = f"own-{secrets.token_hex(4)}", Image()
    repo.push(secret, "1")
    server.kubectl("create", "namespace", own)
    stranger = somebody("admin", own)
    layers = [descriptor(secret.layer, "application/vnd.oci.image.layer.v1.tar+gzip")]
    shown = Image(more={"layers": layers}) if what == "made up" else secret
    served = {"1": shown.manifest, shown.digest: shown.manifest}
    ours = stranger.base_url.netloc.decode()

    with lying(served, {digest_of(shown.config): shown.config}) as there:
        told = imported(stranger, own, "far", f"{there}/x/y:1")
        seen = Repo(stranger, f"{own}/far").get("manifests/1")
        again = imported(stranger, own, "again", f"{ours}/{own}/far:1")
        pinned = imported(stranger, own, "far", f"{ours}/{own}/far@{shown.digest}")
        got = [
            Repo(stranger, f"{own}/{name}").get(f"blobs/{digest_of(secret.layer)}")
            for name in ("far", "again")
        ]

    assert told["status"] == "Success", told
    assert seen.status_code == 200
    assert (again["status"], pinned["status"]) == ("Failure", "Failure")
    assert [each.status_code for each in got] == [404, 404]


def test_an_image_of_a_stream_is_imported_into_another(
    http: httpx.Client, repo: Repo, server: Server
) -> None:
    image, space = Image(), repo.name.partition("/")[0]
    repo.push(image, "1")
    ours = http.base_url.netloc.decode()
    token = server.kubectl("-n", space, "create", "token", "default").stdout.strip()
    auth = base64.b64encode(f"x:{token}".encode()).decode()
    config = json.dumps({"auths": {ours: {"auth": auth}}})
    name = f"login-{secrets.token_hex(4)}"
    server.kubectl(
        "-n", space, "create", "secret", "generic", name,
        "--type=kubernetes.io/dockerconfigjson", f"--from-literal=.dockerconfigjson={config}",
    )  # fmt: skip
    other = repo.named(f"{repo.name}-too")

    told = imported(http, space, other.name.partition("/")[2], f"{ours}/{repo.name}:1")

    assert told["status"] == "Success", told
    assert other.get("manifests/1").content == image.manifest
    assert other.get(f"blobs/{digest_of(image.layer)}").content == image.layer
