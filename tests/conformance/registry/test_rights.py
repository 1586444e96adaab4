"""Who may not, cannot: nobody reads or pushes into a repository without the right to.

The answer is the same whether there is something or not.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from conformance.conftest import Server
from conformance.registry.conftest import (
    OCI_CONFIG,
    OCI_LAYER,
    OCI_MANIFEST,
    SPACE,
    Image,
    Repo,
    an_artifact,
    code_of,
    descriptor,
    digest_of,
    stream,
)

Somebody = Callable[..., httpx.Client]
FOREIGN_LAYER = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
NEVER = digest_of(b"nobody has ever sent this")


@pytest.fixture(scope="module")
def own(server: Server) -> str:
    """A namespace of somebody's own."""
    name = f"own-{secrets.token_hex(4)}"
    server.kubectl("create", "namespace", name)
    return name


@pytest.fixture(scope="module")
def stranger(somebody: Somebody, own: str) -> httpx.Client:
    """Somebody who may do everything in a namespace of their own, and nothing elsewhere."""
    return somebody("admin", own)


@pytest.fixture
def secret(http: httpx.Client, repo: Repo) -> tuple[Repo, Image]:
    """A repository with an image that somebody else must not see."""
    image = Image()
    repo.push(image, "1")
    repo.push(an_artifact(image.manifest, "application/vnd.example.sbom"))
    assert http.get(f"/v2/{repo.name}/tags/list").status_code == 200
    return repo, image


def looks(image: Image) -> list[tuple[str, str]]:
    """Every way to look into a repository."""
    digest, layer = image.digest, digest_of(image.layer)
    return [
        ("GET", "tags/list"), ("GET", "manifests/1"), ("HEAD", "manifests/1"),
        ("GET", f"manifests/{digest}"), ("HEAD", f"manifests/{digest}"),
        ("GET", f"blobs/{layer}"), ("HEAD", f"blobs/{layer}"), ("GET", f"referrers/{digest}"),
    ]  # fmt: skip


def changes(image: Image) -> list[tuple[str, str]]:
    """Every way to change a repository."""
    digest, layer = image.digest, digest_of(image.layer)
    return [
        ("POST", "blobs/uploads/"), ("POST", f"blobs/uploads/?digest={layer}"),
        ("POST", f"blobs/uploads/?mount={layer}&from={SPACE}/x"), ("PUT", "manifests/1"),
        ("PUT", f"manifests/{digest}"), ("PATCH", "blobs/uploads/x"), ("GET", "blobs/uploads/x"),
        ("PUT", f"blobs/uploads/x?digest={layer}"), ("DELETE", "blobs/uploads/x"),
        ("DELETE", "manifests/1"), ("DELETE", f"manifests/{digest}"), ("DELETE", f"blobs/{layer}"),
    ]  # fmt: skip


def answers(client: httpx.Client, name: str, asked: list[tuple[str, str]]) -> list[tuple[int, str]]:
    """What somebody is answered of a repository, its name left out."""
    told = [client.request(method, f"/v2/{name}/{path}") for method, path in asked]
    return [(each.status_code, each.text.replace(name, "NAME")) for each in told]


def test_who_has_no_right_sees_nothing(stranger: httpx.Client, secret: tuple[Repo, Image]) -> None:
    asked = looks(secret[1])

    told = answers(stranger, secret[0].name, asked)

    assert {status for status, _ in told} == {403}


def test_who_has_no_right_changes_nothing(
    stranger: httpx.Client, secret: tuple[Repo, Image], server: Server
) -> None:
    before = stream(server, secret[0])

    told = answers(stranger, secret[0].name, changes(secret[1]))

    assert {status for status, _ in told} == {403}
    assert stream(server, secret[0]) == before


def test_who_has_no_right_is_not_told_what_is_there(
    stranger: httpx.Client, secret: tuple[Repo, Image]
) -> None:
    asked = [*looks(secret[1]), *changes(secret[1])]

    there = answers(stranger, secret[0].name, asked)

    assert answers(stranger, f"{SPACE}/never", asked) == there
    assert answers(stranger, "no-such-namespace/never", asked) == there


def test_nobody_sees_or_changes_anything(nobody: httpx.Client, secret: tuple[Repo, Image]) -> None:
    asked = [*looks(secret[1]), *changes(secret[1])]

    there = answers(nobody, secret[0].name, asked)

    assert {status for status, _ in there} == {401}
    assert answers(nobody, "no-such-namespace/never", asked) == there


def test_a_blob_is_not_mounted_out_of_a_repository_without_the_right(
    stranger: httpx.Client, own: str, secret: tuple[Repo, Image]
) -> None:
    layer, mine = digest_of(secret[1].layer), Repo(stranger, f"{own}/app")

    mounted = mine.ask("POST", f"blobs/uploads/?mount={layer}&from={secret[0].name}")
    never = mine.ask("POST", f"blobs/uploads/?mount={NEVER}&from={SPACE}/never")

    assert (mounted.status_code, never.status_code) == (202, 202)
    assert mine.get(f"blobs/{layer}").status_code == 404


def test_a_digest_alone_gives_nothing_in_a_repository_of_ones_own(
    stranger: httpx.Client, own: str, secret: tuple[Repo, Image]
) -> None:
    mine = Repo(stranger, f"{own}/app")
    mine.push(Image(), "1")

    told = answers(stranger, mine.name, looks(secret[1])[3:7])

    assert {status for status, _ in told} == {404}


def test_a_manifest_does_not_bring_the_pieces_of_others_along(
    stranger: httpx.Client, own: str, secret: tuple[Repo, Image]
) -> None:
    mine, wanted = Repo(stranger, f"{own}/app"), secret[1]
    mine.send_blob(wanted.config)

    put = mine.put("1", wanted.manifest)

    assert (put.status_code, code_of(put)) == (404, "MANIFEST_BLOB_UNKNOWN")


@pytest.mark.parametrize(
    "foreign", [{"urls": ["https://elsewhere.example/layer"]}, {"mediaType": FOREIGN_LAYER}]
)
def test_who_calls_the_layer_of_others_foreign_does_not_get_it(
    stranger: httpx.Client, own: str, secret: tuple[Repo, Image], foreign: dict[str, Any]
) -> None:
    mine, layer = Repo(stranger, f"{own}/app"), secret[1].layer
    image = Image(more={"layers": [descriptor(layer, OCI_LAYER) | foreign]})
    mine.send_blob(image.config)

    put = mine.put("1", image.manifest)

    assert put.status_code == 201, put.text
    assert answers(stranger, mine.name, [("GET", f"blobs/{digest_of(layer)}")])[0][0] == 404
    assert answers(stranger, mine.name, [("HEAD", f"blobs/{digest_of(layer)}")])[0][0] == 404


def test_who_calls_the_configuration_of_others_foreign_does_not_get_it(
    stranger: httpx.Client, own: str, secret: tuple[Repo, Image]
) -> None:
    mine, config = Repo(stranger, f"{own}/app"), secret[1].config
    called = descriptor(config, OCI_CONFIG, urls=["https://elsewhere.example/config"])
    image = Image(more={"config": called, "layers": []})

    put = mine.put("1", image.manifest)

    assert (put.status_code, code_of(put)) == (404, "MANIFEST_BLOB_UNKNOWN")


def test_an_index_does_not_bring_the_manifests_of_others_along(
    stranger: httpx.Client, own: str, secret: tuple[Repo, Image]
) -> None:
    mine, wanted = Repo(stranger, f"{own}/app"), secret[1]
    index = b'{"schemaVersion":2,"manifests":[%s]}' % (
        httpx.Response(200, json=descriptor(wanted.manifest, OCI_MANIFEST)).content
    )

    put = mine.put("1", index, "application/vnd.oci.image.index.v1+json")

    assert (put.status_code, code_of(put)) == (404, "MANIFEST_BLOB_UNKNOWN")


def test_what_others_say_of_an_image_is_not_told_in_a_repository_of_ones_own(
    stranger: httpx.Client, own: str, secret: tuple[Repo, Image]
) -> None:
    mine = Repo(stranger, f"{own}/app")
    mine.push(Image(), "1")

    assert mine.get(f"referrers/{secret[1].digest}").json()["manifests"] == []


def mapping(image: Image, name: str, reference: str) -> str:
    """A mapping of somebody's image into a stream of one's own."""
    managed = {"openshift.io/image.managed": "true"}
    content = {
        "apiVersion": "image.openshift.io/v1",
        "kind": "ImageStreamMapping",
        "metadata": {"name": name},
        "tag": "stolen",
        "image": {
            "metadata": {"name": image.digest, "annotations": managed},
            "dockerImageReference": reference,
        },
    }
    return httpx.Response(200, json=content).text


def test_an_image_is_not_mapped_into_a_stream_by_its_digest_alone(
    stranger: httpx.Client, own: str, secret: tuple[Repo, Image]
) -> None:
    mine, (theirs, image) = Repo(stranger, f"{own}/app"), secret
    mine.push(Image(), "1")
    address = stranger.base_url.netloc.decode()
    path = f"/apis/image.openshift.io/v1/namespaces/{own}/imagestreammappings"
    references = [
        f"{address}/{theirs.name}@{image.digest}",
        f"{address}/{mine.name}@{image.digest}",
    ]

    for reference in references:
        content = mapping(image, "app", reference)
        stranger.post(path, content=content, headers={"content-type": "application/json"})

    told = answers(stranger, mine.name, [("GET", "manifests/stolen"), *looks(secret[1])[3:7]])
    assert {status for status, _ in told} <= {403, 404, 503}


def test_what_somebody_says_of_an_image_beforehand_is_not_believed(
    stranger: httpx.Client, own: str, repo: Repo, server: Server
) -> None:
    image = Image()
    Repo(stranger, f"{own}/app").push(Image(), "1")
    content = json.loads(mapping(image, "app", "elsewhere.test/x/y:1"))
    content["image"]["dockerImageMetadata"] = {"Config": {"Labels": {"layer": "lies"}}}
    content["image"]["dockerImageManifest"] = Image().manifest.decode()
    path = f"/apis/image.openshift.io/v1/namespaces/{own}/imagestreammappings"
    said = stranger.post(path, json=content)

    repo.push(image, "1")

    shown = server.kubectl("get", "images.image.openshift.io", image.digest, "-o", "json").document
    labels = shown["dockerImageMetadata"]["Config"]["Labels"]
    assert said.status_code == 201, said.text
    assert labels == {"layer": digest_of(image.layer)}
    assert shown["dockerImageManifest"].encode() == image.manifest


def test_a_stream_is_not_pointed_at_a_repository_of_others(
    stranger: httpx.Client, own: str, secret: tuple[Repo, Image]
) -> None:
    theirs, image = secret
    address = stranger.base_url.netloc.decode()
    name = f"pointed-{secrets.token_hex(4)}"
    content = {
        "metadata": {"name": name},
        "spec": {
            "tags": [
                {
                    "name": "stolen",
                    "reference": True,
                    "from": {"kind": "DockerImage", "name": f"{address}/{theirs.name}:1"},
                },
                {
                    "name": "pinned",
                    "reference": True,
                    "from": {
                        "kind": "DockerImage",
                        "name": f"{address}/{theirs.name}@{image.digest}",
                    },
                },
            ]
        },
    }
    path = f"/apis/image.openshift.io/v1/namespaces/{own}/imagestreams"
    made = stranger.post(
        path, json={"kind": "ImageStream", "apiVersion": "image.openshift.io/v1", **content}
    )

    asked = [("GET", "manifests/stolen"), ("GET", "manifests/pinned"), *looks(secret[1])[3:7]]
    told = answers(stranger, f"{own}/{name}", asked)

    assert made.status_code in {201, 403, 422}
    assert {status for status, _ in told} == {404}


def test_the_catalog_has_what_one_may_pull_and_nothing_else(
    stranger: httpx.Client, own: str, secret: tuple[Repo, Image]
) -> None:
    mine = Repo(stranger, f"{own}/app")
    mine.push(Image(), "1")

    listed = mine.get("/v2/_catalog").json()["repositories"]

    assert mine.name in listed
    assert secret[0].name not in listed
    assert not any(each.startswith(f"{SPACE}/") for each in listed)


def test_nobody_has_no_catalog(nobody: httpx.Client) -> None:
    answer = nobody.get("/v2/_catalog")

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer ")


def test_an_image_puller_pulls_and_does_not_push(
    somebody: Somebody, secret: tuple[Repo, Image]
) -> None:
    puller, (repo, image) = somebody("system:image-puller"), secret

    seen = answers(puller, repo.name, looks(image))
    changed = answers(puller, repo.name, changes(image))

    assert {status for status, _ in seen} == {200}
    assert {status for status, _ in changed} == {403}


def test_an_image_pusher_pushes_into_what_is_there_and_makes_nothing(
    somebody: Somebody, repo: Repo
) -> None:
    repo.push(Image(), "1")
    pusher = Repo(somebody("system:image-pusher"), repo.name)
    image, new = Image(), pusher.named(f"{repo.name}-new")

    pushed = pusher.push(image, "2")
    new.send_blob(image.layer)
    new.send_blob(image.config)
    made = new.put("1", image.manifest)

    assert pushed.status_code == 201
    assert (made.status_code, code_of(made)) == (403, "DENIED")
    assert repo.named(new.name).get("tags/list").status_code == 404


def test_an_image_builder_pushes_into_what_is_not_there_yet(somebody: Somebody, repo: Repo) -> None:
    builder = Repo(somebody("system:image-builder"), repo.name)

    pushed = builder.push(Image(), "1")

    assert pushed.status_code == 201
    assert repo.get("tags/list").json()["tags"] == ["1"]


@pytest.mark.parametrize("role", ["system:image-pusher", "system:image-builder"])
def test_who_may_push_may_not_remove(
    somebody: Somebody, secret: tuple[Repo, Image], role: str
) -> None:
    repo, image = secret
    pusher = Repo(somebody(role), repo.name)

    removed = [
        pusher.ask("DELETE", f"manifests/{each}").status_code for each in ("1", image.digest)
    ]

    assert removed == [403, 403]


def test_who_may_edit_may_remove(somebody: Somebody, secret: tuple[Repo, Image]) -> None:
    editor = Repo(somebody("edit"), secret[0].name)

    assert editor.ask("DELETE", "manifests/1").status_code == 202


def test_nobody_pulls_where_everybody_may(
    nobody: httpx.Client, server: Server, http: httpx.Client
) -> None:
    space = f"public-{secrets.token_hex(4)}"
    server.kubectl("create", "namespace", space)
    image, repo = Image(), Repo(http, f"{space}/app")
    repo.push(image, "1")
    group = "--group=system:unauthenticated"
    role = "--clusterrole=system:image-puller"
    server.kubectl("-n", space, "create", "rolebinding", "anybody", role, group)

    seen = answers(nobody, repo.name, looks(image))
    changed = answers(nobody, repo.name, changes(image))
    listed = nobody.get("/v2/_catalog").json()["repositories"]

    assert {status for status, _ in seen} == {200}
    assert {status for status, _ in changed} == {401}
    assert listed == [repo.name]
    server.kubectl("-n", space, "delete", "rolebinding", "anybody")


def test_accounts_of_a_namespace_pull_and_its_builder_pushes(
    server: Server, http: httpx.Client, own: str
) -> None:
    def token(name: str) -> dict[str, str]:
        told = server.kubectl("-n", own, "create", "token", name).stdout.strip()
        coded = base64.b64encode(f"unused:{told}".encode()).decode()
        return {"authorization": f"Basic {coded}"}

    repo = Repo(http, f"{own}/built")
    repo.push(Image(), "1")
    path = f"/v2/{repo.name}/"
    default, builder = token("default"), token("builder")
    http_only = httpx.Client(base_url=http.base_url, verify=False, trust_env=False)  # noqa: S501

    with http_only as asking:
        pulled = asking.get(f"{path}tags/list", headers=default)
        refused = asking.post(f"{path}blobs/uploads/", headers=default)
        begun = asking.post(f"{path}blobs/uploads/", headers=builder)

    assert (pulled.status_code, refused.status_code, begun.status_code) == (200, 403, 202)
