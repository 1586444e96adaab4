"""Content management, as the OCI distribution specification 1.1 has it: what is removed."""

from __future__ import annotations

import pytest

from conformance.conftest import Server
from conformance.registry.conftest import (
    OCI_INDEX,
    Image,
    Repo,
    an_index,
    code_of,
    digest_of,
    stream,
)

NEVER = digest_of(b"nobody has ever sent this")


def test_a_tag_is_removed_end_9(repo: Repo) -> None:
    image = Image()
    repo.push(image, "1")
    repo.push(image, "2")

    removed = repo.ask("DELETE", "manifests/1")

    assert removed.status_code == 202
    assert repo.get("manifests/1").status_code == 404
    assert repo.get("tags/list").json()["tags"] == ["2"]


def test_a_manifest_stays_when_its_tag_is_removed_end_9(repo: Repo) -> None:
    image = Image()
    repo.push(image, "1")

    repo.ask("DELETE", "manifests/1")

    assert repo.get(f"manifests/{image.digest}").content == image.manifest


def test_a_manifest_is_removed_with_all_its_tags_end_9(repo: Repo) -> None:
    image, other = Image(), Image()
    repo.push(image, "1")
    repo.push(image, "2")
    repo.push(other, "3")

    removed = repo.ask("DELETE", f"manifests/{image.digest}")

    assert removed.status_code == 202
    assert repo.get(f"manifests/{image.digest}").status_code == 404
    assert repo.get("manifests/1").status_code == 404
    assert repo.get("tags/list").json()["tags"] == ["3"]


def test_a_tag_means_what_it_meant_before_when_its_newest_is_removed(repo: Repo) -> None:
    old, new = Image(), Image()
    repo.push(old, "1")
    repo.push(new, "1")

    repo.ask("DELETE", f"manifests/{new.digest}")

    assert repo.get("manifests/1").content == old.manifest


def test_a_manifest_without_a_tag_is_removed_end_9(repo: Repo) -> None:
    image = Image()
    repo.push(image)

    removed = repo.ask("DELETE", f"manifests/{image.digest}")

    assert removed.status_code == 202
    assert repo.get(f"manifests/{image.digest}").status_code == 404


@pytest.mark.parametrize("reference", ["never", NEVER])
def test_what_is_not_there_is_not_removed_end_9(repo: Repo, reference: str) -> None:
    repo.push(Image(), "1")

    answer = repo.ask("DELETE", f"manifests/{reference}")

    assert (answer.status_code, code_of(answer)) == (404, "MANIFEST_UNKNOWN")


def test_nothing_is_removed_twice_end_9(repo: Repo) -> None:
    image = Image()
    repo.push(image, "1")
    repo.ask("DELETE", f"manifests/{image.digest}")

    assert repo.ask("DELETE", f"manifests/{image.digest}").status_code == 404


def test_what_was_removed_is_put_again(repo: Repo) -> None:
    image = Image()
    repo.push(image, "1")
    repo.ask("DELETE", f"manifests/{image.digest}")

    repo.push(image, "1")

    assert repo.get("manifests/1").content == image.manifest


def test_a_blob_is_removed_end_10(repo: Repo) -> None:
    digest = repo.send_blob(b"nobody needs this any more")

    removed = repo.ask("DELETE", f"blobs/{digest}")

    assert removed.status_code == 202
    assert repo.get(f"blobs/{digest}").status_code == 404


def test_a_blob_that_is_not_there_is_not_removed_end_10(repo: Repo) -> None:
    repo.push(Image(), "1")

    assert repo.ask("DELETE", f"blobs/{NEVER}").status_code == 404


def test_a_blob_of_an_image_goes_with_the_image(repo: Repo) -> None:
    image = Image()
    repo.push(image, "1")
    layer = digest_of(image.layer)

    removed = repo.ask("DELETE", f"blobs/{layer}")

    before = repo.get(f"blobs/{layer}").status_code
    repo.ask("DELETE", f"manifests/{image.digest}")
    after = repo.get(f"blobs/{layer}").status_code
    assert (removed.status_code, before, after) == (202, 200, 404)


def test_a_blob_of_another_repository_stays(repo: Repo) -> None:
    other = repo.named(f"{repo.name}-too")
    digest = repo.send_blob(b"shared by two")
    other.send_blob(b"shared by two")

    repo.ask("DELETE", f"blobs/{digest}")

    assert other.get(f"blobs/{digest}").status_code == 200


@pytest.mark.parametrize("path", ["tags/list", f"referrers/{NEVER}", "/v2/_catalog"])
@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_what_can_only_be_looked_at_is_not_removed(repo: Repo, method: str, path: str) -> None:
    answer = repo.ask(method, path)

    assert (answer.status_code, code_of(answer)) == (405, "UNSUPPORTED")


def test_a_repository_that_was_deleted_holds_nothing_of_what_it_had(
    repo: Repo, server: Server
) -> None:
    image, namespace_name = Image(), repo.name.partition("/")
    repo.push(image, "1")
    server.kubectl("-n", namespace_name[0], "delete", "imagestream", namespace_name[2])
    repo.push(Image(), "2")

    assert repo.get("manifests/1").status_code == 404
    assert repo.get("tags/list").json()["tags"] == ["2"]


def test_an_index_is_removed_and_what_is_in_it_stays(repo: Repo, server: Server) -> None:
    image = Image()
    repo.push(image)
    index = an_index(image.manifest)
    repo.put("all", index, OCI_INDEX)

    repo.ask("DELETE", f"manifests/{digest_of(index)}")

    assert repo.get(f"manifests/{image.digest}").status_code == 200
    assert stream(server, repo)["status"].get("tags", []) == []
