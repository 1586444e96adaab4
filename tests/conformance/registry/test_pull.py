"""Pulling, as the OCI distribution specification 1.1 has it: its section "Pull"."""

from __future__ import annotations

import secrets

import pytest

from conformance.registry.conftest import (
    OCI_INDEX,
    OCI_MANIFEST,
    SCHEMA_2,
    Image,
    Repo,
    an_index,
    code_of,
    digest_of,
)

NEVER = digest_of(b"nobody has ever sent this")


def test_a_registry_says_that_it_is_one_end_1(repo: Repo) -> None:
    answer = repo.get("/v2/")

    assert answer.status_code == 200
    assert answer.headers["docker-distribution-api-version"] == "registry/2.0"


def test_a_blob_is_pulled_end_2(repo: Repo) -> None:
    digest = repo.send_blob(b"a layer")

    answer = repo.get(f"blobs/{digest}")

    assert (answer.status_code, answer.content) == (200, b"a layer")
    assert answer.headers["docker-content-digest"] == digest


def test_a_blob_is_looked_at_end_2(repo: Repo) -> None:
    digest = repo.send_blob(b"a layer")

    answer = repo.ask("HEAD", f"blobs/{digest}")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == "7"
    assert answer.headers["docker-content-digest"] == digest


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_blob_that_is_not_there_is_not_found_end_2(repo: Repo, method: str) -> None:
    repo.send_blob(b"another layer")

    assert repo.ask(method, f"blobs/{NEVER}").status_code == 404


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_blob_of_a_repository_that_is_not_there_is_not_found_end_2(
    repo: Repo, method: str
) -> None:
    assert repo.ask(method, f"blobs/{NEVER}").status_code == 404


@pytest.mark.parametrize(
    ("wanted", "said", "part"),
    [
        ("bytes=0-3", "bytes 0-3/10", b"0123"),
        ("bytes=4-", "bytes 4-9/10", b"456789"),
        ("bytes=-2", "bytes 8-9/10", b"89"),
        ("bytes=8-99", "bytes 8-9/10", b"89"),
    ],
)
def test_a_part_of_a_blob_is_pulled(repo: Repo, wanted: str, said: str, part: bytes) -> None:
    digest = repo.send_blob(b"0123456789")

    answer = repo.get(f"blobs/{digest}", {"range": wanted})

    assert (answer.status_code, answer.content) == (206, part)
    assert answer.headers["content-range"] == said


def test_a_part_that_no_blob_has_is_refused(repo: Repo) -> None:
    digest = repo.send_blob(b"0123456789")

    assert repo.get(f"blobs/{digest}", {"range": "bytes=10-"}).status_code == 416


@pytest.mark.parametrize("by", ["tag", "digest"])
def test_a_manifest_is_pulled_end_3(repo: Repo, by: str) -> None:
    image = Image()
    repo.push(image, "1")

    answer = repo.get(f"manifests/{'1' if by == 'tag' else image.digest}")

    assert (answer.status_code, answer.content) == (200, image.manifest)
    assert answer.headers["content-type"] == OCI_MANIFEST
    assert answer.headers["docker-content-digest"] == image.digest
    assert answer.headers["etag"] == f'"{image.digest}"'


@pytest.mark.parametrize("by", ["tag", "digest"])
def test_a_manifest_is_looked_at_end_3(repo: Repo, by: str) -> None:
    image = Image()
    repo.push(image, "1")

    answer = repo.ask("HEAD", f"manifests/{'1' if by == 'tag' else image.digest}")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(image.manifest))
    assert answer.headers["content-type"] == OCI_MANIFEST
    assert answer.headers["docker-content-digest"] == image.digest


def test_a_manifest_that_somebody_has_already_is_not_sent_again(repo: Repo) -> None:
    image = Image()
    repo.push(image, "1")

    answer = repo.get("manifests/1", {"if-none-match": f'"{image.digest}"'})

    assert (answer.status_code, answer.content) == (304, b"")


@pytest.mark.parametrize("media_type", [OCI_MANIFEST, SCHEMA_2])
@pytest.mark.parametrize("accepted", [OCI_MANIFEST, SCHEMA_2, "*/*", "text/html"])
def test_clients_get_what_is_kept_whatever_they_accept_end_3(
    repo: Repo, media_type: str, accepted: str
) -> None:
    image = Image(media_type=media_type)
    repo.push(image, "1")

    answer = repo.get("manifests/1", {"accept": accepted})

    assert (answer.status_code, answer.content) == (200, image.manifest)
    assert answer.headers["content-type"] == media_type


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("reference", ["never", NEVER, "not!valid"])
def test_a_manifest_that_is_not_there_is_not_found_end_3(
    repo: Repo, method: str, reference: str
) -> None:
    repo.push(Image(), "1")

    assert repo.ask(method, f"manifests/{reference}").status_code == 404


def test_that_a_manifest_is_not_there_is_said_in_the_words_of_the_specification(
    repo: Repo,
) -> None:
    assert code_of(repo.get("manifests/never")) == "MANIFEST_UNKNOWN"
    assert code_of(repo.get(f"blobs/{NEVER}")) == "BLOB_UNKNOWN"
    assert code_of(repo.get("tags/list")) == "NAME_UNKNOWN"


def test_an_index_and_what_is_in_it_are_pulled_end_3(repo: Repo) -> None:
    one, two = Image(), Image()
    repo.push(one)
    repo.push(two)
    index = an_index(one.manifest, two.manifest)
    repo.put("all", index, OCI_INDEX)

    whole, part = repo.get("manifests/all"), repo.get(f"manifests/{two.digest}")

    assert (whole.content, whole.headers["content-type"]) == (index, OCI_INDEX)
    assert part.content == two.manifest


@pytest.mark.parametrize(
    "name", ["images/UPPER", "images/-app", "images/app-", "images/a..b", "images", "a/b/c"]
)
def test_names_that_no_repository_can_have_are_refused(repo: Repo, name: str) -> None:
    answer = repo.named(name).get("tags/list")

    assert answer.status_code in {400, 404}
    assert code_of(answer) in {"NAME_INVALID", "NAME_UNKNOWN"}


def test_a_name_that_is_too_long_is_refused(repo: Repo) -> None:
    answer = repo.named(f"images/{'a' * 300}").get("tags/list")

    assert (answer.status_code, code_of(answer)) == (400, "NAME_INVALID")


@pytest.mark.parametrize("digest", ["sha256:abc", "md5:" + "0" * 32, "sha256:" + "G" * 64])
@pytest.mark.parametrize("what", ["manifests", "blobs"])
def test_digests_that_are_none_are_refused(repo: Repo, what: str, digest: str) -> None:
    answer = repo.get(f"{what}/{digest}")

    assert (answer.status_code, code_of(answer)) == (400, "DIGEST_INVALID")


def test_what_was_sent_under_another_algorithm_is_pulled_by_it(repo: Repo) -> None:
    content = secrets.token_bytes(32)
    digest = repo.send_blob(content, digest_of(content, "sha512"))

    assert repo.get(f"blobs/{digest}").content == content


def test_errors_are_json(repo: Repo) -> None:
    answer = repo.get("manifests/never")

    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()["errors"][0]) >= {"code", "message"}
