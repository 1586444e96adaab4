"""What pushing means: streams, tags and Images, as kubectl sees them (IS-110 to IS-118)."""

from __future__ import annotations

import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from conformance.conftest import Server
from conformance.registry.conftest import (
    OCI_INDEX,
    SPACE,
    Image,
    Repo,
    an_index,
    code_of,
    digest_of,
    stream,
)


def history(server: Server, repo: Repo, tag: str) -> list[dict[str, Any]]:
    """The history of a tag."""
    found = {each["tag"]: each for each in stream(server, repo)["status"].get("tags", [])}
    items: list[dict[str, Any]] = found[tag]["items"] if tag in found else []
    return items


def image_of(server: Server, digest: str) -> dict[str, Any]:
    """An Image."""
    told = server.kubectl("get", "images.image.openshift.io", digest, "-o", "json")
    assert told.code == 0, told.stderr
    return told.document


def address(http: httpx.Client) -> str:
    """How the registry calls itself."""
    return http.base_url.netloc.decode()


def test_pushing_makes_the_stream_and_the_newest_of_a_tag_is_113(
    repo: Repo, server: Server, http: httpx.Client
) -> None:
    image = Image()

    repo.push(image, "1")

    made, (item,) = stream(server, repo), history(server, repo, "1")
    where = f"{address(http)}/{repo.name}"
    assert made["status"]["dockerImageRepository"] == where
    assert made["spec"].get("tags", []) == []
    assert item["image"] == image.digest
    assert item["dockerImageReference"] == f"{where}@{image.digest}"


def test_pushing_makes_an_image_is_113(repo: Repo, server: Server, http: httpx.Client) -> None:
    image = Image()

    repo.push(image, "1")

    made = image_of(server, image.digest)
    assert made["metadata"]["annotations"] == {
        "openshift.io/image.managed": "true",
        "image.openshift.io/manifestBlobStored": "true",
    }
    assert made["dockerImageReference"] == f"{address(http)}/{repo.name}@{image.digest}"
    assert made["dockerImageManifest"].encode() == image.manifest
    assert made["dockerImageConfig"].encode() == image.config
    assert [each["name"] for each in made["dockerImageLayers"]] == [digest_of(image.layer)]
    labels = made["dockerImageMetadata"]["Config"]["Labels"]
    assert labels == {"layer": digest_of(image.layer)}


def test_a_tag_that_was_pushed_can_be_looked_at_is_51(repo: Repo, server: Server) -> None:
    image = Image()
    repo.push(image, "1")
    name = repo.name.partition("/")[2]

    told = server.kubectl("-n", SPACE, "get", "istag", f"{name}:1", "-o", "json")

    assert told.document["image"]["metadata"]["name"] == image.digest


def test_the_same_image_again_is_no_news_is_116(repo: Repo, server: Server) -> None:
    image = Image()
    repo.push(image, "1")
    before = stream(server, repo)

    repo.push(image, "1")

    assert stream(server, repo) == before


def test_another_image_is_the_newest_is_113(repo: Repo, server: Server) -> None:
    old, new = Image(), Image()
    repo.push(old, "1")

    repo.push(new, "1")

    assert [each["image"] for each in history(server, repo, "1")] == [new.digest, old.digest]


def test_of_many_pushes_to_one_tag_at_once_each_has_been_its_newest(
    repo: Repo, server: Server
) -> None:
    images = [Image() for _ in range(16)]
    [repo.push(each) for each in images]

    with ThreadPoolExecutor(16) as pool:
        put = [*pool.map(lambda each: repo.put("1", each.manifest), images)]

    assert {each.status_code for each in put} == {201}
    items = {each["image"] for each in history(server, repo, "1")}
    assert items == {each.digest for each in images}


def test_pushes_to_many_tags_of_a_new_stream_at_once_are_all_there(repo: Repo) -> None:
    image = Image()
    repo.send_blob(image.layer)
    repo.send_blob(image.config)
    tags = [f"t{number:02}" for number in range(16)]

    with ThreadPoolExecutor(16) as pool:
        put = [*pool.map(lambda tag: repo.put(tag, image.manifest), tags)]

    assert {each.status_code for each in put} == {201}
    assert repo.get("tags/list").json()["tags"] == tags


def test_one_image_has_several_tags(repo: Repo, server: Server) -> None:
    image = Image()
    repo.push(image, "1")

    repo.put("2", image.manifest)

    assert history(server, repo, "2")[0]["image"] == image.digest


def test_an_image_pushed_by_its_digest_has_no_tag(repo: Repo, server: Server) -> None:
    image = Image()

    repo.push(image)

    assert stream(server, repo)["status"].get("tags", []) == []
    assert image_of(server, image.digest)["metadata"]["name"] == image.digest


def test_an_index_says_which_images_it_stands_for(repo: Repo, server: Server) -> None:
    image = Image()
    repo.push(image)
    index = an_index(image.manifest)

    repo.put("all", index, OCI_INDEX)

    parts = image_of(server, digest_of(index))["dockerImageManifests"]
    assert [each["digest"] for each in parts] == [image.digest]


def made_stream(server: Server, repo: Repo, *tags: dict[str, Any]) -> None:
    """A stream with such spec tags."""
    namespace, _, name = repo.name.partition("/")
    content = {
        "apiVersion": "image.openshift.io/v1",
        "kind": "ImageStream",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"tags": list(tags)},
    }
    made = server.kubectl("create", "-f", "-", stdin=json.dumps(content))
    assert made.code == 0, made.stderr


def test_what_a_tag_shall_be_is_not_changed_by_a_push_is_115(repo: Repo, server: Server) -> None:
    wanted = {"name": "1", "from": {"kind": "DockerImage", "name": "registry.invalid/app:1"}}
    made_stream(server, repo, wanted)
    image = Image()

    repo.push(image, "1")

    (tag,) = stream(server, repo)["spec"]["tags"]
    assert tag["from"] == wanted["from"]
    assert history(server, repo, "1")[0]["image"] == image.digest


def test_a_tag_that_follows_another_gets_what_is_pushed_is_26(repo: Repo, server: Server) -> None:
    made_stream(server, repo, {"name": "stable", "from": {"kind": "ImageStreamTag", "name": "1"}})
    image = Image()

    repo.push(image, "1")

    assert repo.get("manifests/stable").content == image.manifest


def test_an_image_tagged_from_another_stream_is_pulled_through_this_one_is_25(
    repo: Repo, server: Server
) -> None:
    one, two = Image(), Image()
    [repo.push(each) for each in (one, two)]
    index = an_index(one.manifest, two.manifest)
    repo.put("all", index, OCI_INDEX)
    other, name = repo.named(f"{repo.name}-too"), repo.name.partition("/")[2]
    source = {"kind": "ImageStreamTag", "name": f"{name}:all"}

    made_stream(server, other, {"name": "copy", "from": source})

    assert other.get("manifests/copy").content == index
    assert other.get(f"manifests/{two.digest}").content == two.manifest
    assert other.get(f"blobs/{digest_of(two.layer)}").content == two.layer


def test_a_tag_that_kubectl_deletes_is_gone_is_57(repo: Repo, server: Server) -> None:
    repo.push(Image(), "1")
    name = repo.name.partition("/")[2]

    server.kubectl("-n", SPACE, "delete", "istag", f"{name}:1")

    assert repo.get("manifests/1").status_code == 404


def test_a_stream_that_was_deleted_is_made_again_is_130(repo: Repo, server: Server) -> None:
    image, name = Image(), repo.name.partition("/")[2]
    repo.push(image, "1")
    server.kubectl("-n", SPACE, "delete", "imagestream", name)

    repo.push(image, "2")

    assert repo.get("tags/list").json()["tags"] == ["2"]


def test_nothing_is_pushed_where_there_is_no_namespace_is_114(http: httpx.Client) -> None:
    image, repo = Image(), Repo(http, f"no-{secrets.token_hex(4)}/app")
    repo.send_blob(image.layer)
    repo.send_blob(image.config)

    answer = repo.put("1", image.manifest)

    assert (answer.status_code, code_of(answer)) == (403, "DENIED")


@pytest.mark.parametrize("name", ["a__b", "a--b"])
def test_a_name_that_no_stream_can_have_is_refused_is_1(http: httpx.Client, name: str) -> None:
    image, repo = Image(), Repo(http, f"{SPACE}/{name}")
    repo.send_blob(image.layer)
    repo.send_blob(image.config)

    answer = repo.put("1", image.manifest)

    assert (answer.status_code, code_of(answer)) == (400, "NAME_INVALID")


def test_what_a_limit_forbids_is_not_pushed_is_117(http: httpx.Client, server: Server) -> None:
    space = f"{SPACE}-{secrets.token_hex(4)}"
    server.kubectl("create", "namespace", space)
    limit = {"type": "openshift.io/ImageStream", "max": {"openshift.io/image-tags": "0"}}
    content = {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": {"name": "few", "namespace": space},
        "spec": {"limits": [{**limit, "max": {"openshift.io/images": "1"}}]},
    }
    made = server.kubectl("create", "-f", "-", stdin=json.dumps(content))
    first, second, repo = Image(), Image(), Repo(http, f"{space}/app")
    repo.push(first, "1")
    repo.send_blob(second.layer)
    repo.send_blob(second.config)

    answer = repo.put("2", second.manifest)

    assert made.code == 0, made.stderr
    assert (answer.status_code, code_of(answer)) == (403, "DENIED")
    assert "openshift.io/images" in answer.json()["errors"][0]["message"]
    assert repo.get("tags/list").json()["tags"] == ["1"]
