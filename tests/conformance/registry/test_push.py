"""Pushing, as the OCI distribution specification 1.1 has it: its section "Push"."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from conformance.registry.conftest import (
    EMPTY,
    NOTHING,
    OCI_INDEX,
    OCI_MANIFEST,
    SCHEMA_2,
    SCHEMA_2_LIST,
    SPACE,
    Image,
    Repo,
    an_index,
    closing,
    code_of,
    descriptor,
    digest_of,
)

BYTES = {"content-type": "application/octet-stream"}
NEVER = digest_of(b"nobody has ever sent this")


def piece(content: bytes, start: int) -> dict[str, str]:
    """The headers of a piece of an upload."""
    return {**BYTES, "content-range": f"{start}-{start + len(content) - 1}"}


def fresh() -> bytes:
    """Bytes that nobody has ever sent."""
    return secrets.token_bytes(48)


def begin(repo: Repo) -> str:
    """Where a new upload goes on."""
    begun = repo.ask("POST", "blobs/uploads/")
    assert begun.status_code == 202, begun.text
    return repo.upload(begun)


def test_an_upload_begins_somewhere_end_4a(repo: Repo) -> None:
    answer = repo.ask("POST", "blobs/uploads/")

    assert answer.status_code == 202
    assert f"/v2/{repo.name}/blobs/uploads/" in answer.headers["location"]


def test_a_blob_is_sent_by_post_then_put_end_6(repo: Repo) -> None:
    content = fresh()

    sent = repo.ask("PUT", closing(begin(repo), digest_of(content)), content, BYTES)

    assert sent.status_code == 201
    assert sent.headers["docker-content-digest"] == digest_of(content)
    assert repo.get(sent.headers["location"]).content == content


def test_a_blob_is_sent_by_one_post_or_asked_for_by_put_end_4b(repo: Repo) -> None:
    content = fresh()

    sent = repo.ask("POST", "blobs/uploads/", content, BYTES, digest=digest_of(content))

    assert sent.status_code in {201, 202}
    assert sent.headers["location"]


def test_a_blob_sent_by_one_post_is_there_end_4b(repo: Repo) -> None:
    content = fresh()

    sent = repo.ask("POST", "blobs/uploads/", content, BYTES, digest=digest_of(content))

    assert sent.status_code == 201
    assert repo.get(f"blobs/{digest_of(content)}").content == content


@pytest.mark.parametrize("wrong", [NEVER, "sha256:abc", "nonsense"])
def test_a_blob_that_is_not_what_its_digest_names_is_refused_end_6(repo: Repo, wrong: str) -> None:
    answer = repo.ask("PUT", closing(begin(repo), wrong), b"something", BYTES)

    assert (answer.status_code, code_of(answer)) == (400, "DIGEST_INVALID")
    assert repo.get(f"blobs/{NEVER}").status_code == 404


def test_a_blob_is_sent_in_pieces_end_5(repo: Repo) -> None:
    where = begin(repo)

    first = repo.ask("PATCH", where, b"abc", piece(b"abc", 0))
    second = repo.ask("PATCH", repo.upload(first), b"defg", piece(b"defg", 3))
    closed = repo.ask("PUT", closing(repo.upload(second), digest_of(b"abcdefg")))

    assert (first.status_code, first.headers["range"]) == (202, "0-2")
    assert (second.status_code, second.headers["range"]) == (202, "0-6")
    assert closed.status_code == 201
    assert repo.get(f"blobs/{digest_of(b'abcdefg')}").content == b"abcdefg"


def test_the_last_piece_comes_with_the_end_end_6(repo: Repo) -> None:
    first = repo.ask("PATCH", begin(repo), b"abc", piece(b"abc", 0))

    where = closing(repo.upload(first), digest_of(b"abcxyz"))
    closed = repo.ask("PUT", where, b"xyz", piece(b"xyz", 3))

    assert closed.status_code == 201
    assert repo.get(f"blobs/{digest_of(b'abcxyz')}").content == b"abcxyz"


def test_a_blob_is_streamed_in_one_piece_end_5(repo: Repo) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"one, "
        yield b"two"

    sent = repo.ask("PATCH", begin(repo), pieces(), BYTES)
    closed = repo.ask("PUT", closing(repo.upload(sent), digest_of(b"one, two")))

    assert (sent.status_code, closed.status_code) == (202, 201)
    assert repo.get(f"blobs/{digest_of(b'one, two')}").content == b"one, two"


def test_a_piece_out_of_order_is_refused_and_the_upload_goes_on_end_5(repo: Repo) -> None:
    first = repo.ask("PATCH", begin(repo), b"abc", piece(b"abc", 0))
    where = repo.upload(first)

    refused = repo.ask("PATCH", where, b"xyz", piece(b"xyz", 7))
    state = repo.get(where)

    assert refused.status_code == 416
    assert (state.status_code, state.headers["range"]) == (204, "0-2")
    goes_on = repo.ask("PATCH", repo.upload(state), b"def", piece(b"def", 3))
    assert goes_on.status_code == 202


def test_an_upload_says_how_far_it_is_end_13(repo: Repo) -> None:
    first = repo.ask("PATCH", begin(repo), b"abc", piece(b"abc", 0))

    state = repo.get(repo.upload(first))

    assert (state.status_code, state.headers["range"]) == (204, "0-2")
    assert f"/v2/{repo.name}/blobs/uploads/" in state.headers["location"]


@pytest.mark.parametrize("method", ["GET", "PATCH", "PUT", "DELETE"])
def test_an_upload_that_never_was_is_not_found_end_5(repo: Repo, method: str) -> None:
    answer = repo.ask(method, f"blobs/uploads/00000000-0000-0000-0000-000000000000?digest={NEVER}")

    assert (answer.status_code, code_of(answer)) == (404, "BLOB_UPLOAD_UNKNOWN")


def test_an_upload_is_cancelled(repo: Repo) -> None:
    where = begin(repo)

    cancelled = repo.ask("DELETE", where)

    assert cancelled.status_code == 204
    assert repo.get(where).status_code == 404


def test_an_upload_of_one_repository_is_none_of_another(repo: Repo) -> None:
    where = begin(repo).replace(repo.name, f"{SPACE}/other")

    assert repo.get(where).status_code == 404


def test_a_blob_is_mounted_from_another_repository_end_11(repo: Repo) -> None:
    other = repo.named(f"{repo.name}-too")
    content = fresh()
    digest = repo.send_blob(content)

    mounted = other.ask("POST", f"blobs/uploads/?mount={digest}&from={repo.name}")

    assert mounted.status_code == 201
    assert mounted.headers["location"].endswith(f"/v2/{other.name}/blobs/{digest}")
    assert other.get(f"blobs/{digest}").content == content


@pytest.mark.parametrize("origin", ["images/never-was", ""])
def test_a_blob_that_cannot_be_mounted_is_sent_end_11(repo: Repo, origin: str) -> None:
    from_there = f"&from={origin}" if origin else ""

    answer = repo.ask("POST", f"blobs/uploads/?mount={NEVER}{from_there}")

    assert answer.status_code == 202
    assert "/blobs/uploads/" in answer.headers["location"]


def test_a_blob_without_bytes_is_sent(repo: Repo) -> None:
    digest = repo.send_blob(b"")

    assert repo.get(f"blobs/{digest}").content == b""


@pytest.mark.parametrize("media_type", [OCI_MANIFEST, SCHEMA_2])
def test_a_manifest_is_put_under_a_tag_end_7(repo: Repo, media_type: str) -> None:
    image = Image(media_type=media_type)

    put = repo.push(image, "1.0")

    assert put.status_code == 201
    assert put.headers["docker-content-digest"] == image.digest
    assert repo.get(put.headers["location"]).content == image.manifest


def test_a_manifest_is_put_by_its_digest_end_7(repo: Repo) -> None:
    image = Image()

    put = repo.push(image)

    assert put.headers["location"].endswith(f"/v2/{repo.name}/manifests/{image.digest}")
    assert repo.get(f"manifests/{image.digest}").content == image.manifest


def test_a_manifest_is_put_by_a_digest_of_another_algorithm_end_7(repo: Repo) -> None:
    image = Image()
    digest = digest_of(image.manifest, "sha512")
    repo.send_blob(image.layer)
    repo.send_blob(image.config)

    put = repo.put(digest, image.manifest)

    assert (put.status_code, put.headers["docker-content-digest"]) == (201, digest)
    assert repo.get(f"manifests/{digest}").content == image.manifest


def test_a_manifest_that_is_not_what_its_digest_names_is_refused_end_7(repo: Repo) -> None:
    image = Image()
    repo.push(image)

    answer = repo.put(NEVER, image.manifest)

    assert (answer.status_code, code_of(answer)) == (400, "DIGEST_INVALID")


def test_a_manifest_is_kept_byte_for_byte_end_7(repo: Repo) -> None:
    image = Image()
    repo.push(image)
    spaced = json.dumps(json.loads(image.manifest), indent=7, ensure_ascii=False).encode() + b"\n"

    repo.put("spaced", spaced)

    assert repo.get("manifests/spaced").content == spaced


def test_a_manifest_whose_pieces_are_not_there_is_refused_end_7(repo: Repo) -> None:
    image = Image()
    repo.send_blob(image.config)

    answer = repo.put("1", image.manifest)

    assert (answer.status_code, code_of(answer)) == (404, "MANIFEST_BLOB_UNKNOWN")
    assert answer.json()["errors"][0]["detail"] == [{"digest": digest_of(image.layer)}]
    assert repo.get("manifests/1").status_code == 404


def test_an_index_whose_manifests_are_not_there_is_refused_end_7(repo: Repo) -> None:
    there, missing = Image(), Image()
    repo.push(there)

    answer = repo.put("1", an_index(there.manifest, missing.manifest), OCI_INDEX)

    assert (answer.status_code, code_of(answer)) == (404, "MANIFEST_BLOB_UNKNOWN")


def test_pieces_of_another_repository_are_not_there_end_7(repo: Repo) -> None:
    image = Image()
    repo.push(image, "1")

    answer = repo.named(f"{repo.name}-too").put("1", image.manifest)

    assert (answer.status_code, code_of(answer)) == (404, "MANIFEST_BLOB_UNKNOWN")


def test_layers_that_are_elsewhere_for_good_need_not_be_there(repo: Repo) -> None:
    far = descriptor(b"far", "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip")
    image = Image(more={"layers": [{**far, "urls": ["https://elsewhere.test/layer"]}]})
    repo.send_blob(image.config)

    assert repo.put("1", image.manifest).status_code == 201


@pytest.mark.parametrize("media_type", [OCI_INDEX, SCHEMA_2_LIST])
def test_an_index_is_put_end_7(repo: Repo, media_type: str) -> None:
    image = Image()
    repo.push(image)
    index = an_index(image.manifest, mediaType=media_type)

    put = repo.put("all", index, media_type)

    assert put.status_code == 201
    assert repo.get("manifests/all").headers["content-type"] == media_type


def test_an_index_of_nothing_is_put(repo: Repo) -> None:
    assert repo.put("none", an_index(), OCI_INDEX).status_code == 201


def test_an_index_of_indexes_is_put(repo: Repo) -> None:
    image = Image()
    repo.push(image)
    inner = an_index(image.manifest)
    repo.put(digest_of(inner), inner, OCI_INDEX)
    outer = an_index(manifests=[descriptor(inner, OCI_INDEX)])

    assert repo.put("outer", outer, OCI_INDEX).status_code == 201


@pytest.mark.parametrize(
    ("sent_as", "says"),
    [
        (SCHEMA_2, OCI_MANIFEST), (OCI_INDEX, OCI_MANIFEST), (OCI_MANIFEST, SCHEMA_2),
        (OCI_MANIFEST, OCI_INDEX), ("application/octet-stream", OCI_MANIFEST),
        ("text/html", OCI_MANIFEST),
    ],
)  # fmt: skip
def test_the_content_type_is_that_of_the_manifest_end_7(
    repo: Repo, sent_as: str, says: str
) -> None:
    image = Image(media_type=says)
    repo.send_blob(image.layer)
    repo.send_blob(image.config)

    answer = repo.put("1", image.manifest, sent_as)

    assert (answer.status_code, code_of(answer)) == (400, "MANIFEST_INVALID")


def test_a_manifest_need_not_say_what_it_is(repo: Repo) -> None:
    image = Image(more={"mediaType": ""})
    repo.push(image, "1")

    assert repo.get("manifests/1").headers["content-type"] == OCI_MANIFEST


def artifact(config: dict[str, Any], **more: Any) -> bytes:
    """A manifest that is no image's."""
    content = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": config,
        "layers": [descriptor(NOTHING, EMPTY)],
        **more,
    }
    return json.dumps(content).encode()


@pytest.mark.parametrize(
    "manifest",
    [
        artifact(descriptor(NOTHING, EMPTY), artifactType="application/vnd.example.thing"),
        artifact(descriptor(NOTHING, "application/vnd.example.config.v1+json")),
        artifact(descriptor(NOTHING, EMPTY), artifactType="a/b", annotations={"a": "\N{SNOWMAN}"}),
        artifact(descriptor(NOTHING, EMPTY), artifactType="a/b", layers=[]),
    ],
    ids=["artifact", "config", "annotations", "no layers"],
)
def test_artifacts_are_put_like_images(repo: Repo, manifest: bytes) -> None:
    repo.send_blob(NOTHING)

    put = repo.put("thing", manifest)

    assert put.status_code == 201, put.text
    assert repo.get("manifests/thing").content == manifest


def test_a_configuration_that_is_no_text_is_taken(repo: Repo) -> None:
    binary = b"\x00\xff" * 20
    repo.send_blob(binary)
    repo.send_blob(NOTHING)

    put = repo.put("binary", artifact(descriptor(binary, "application/vnd.example.binary")))

    assert put.status_code == 201, put.text


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"{}", b'{"schemaVersion":2}', b'{"schemaVersion":3}', b"\xff" * 9,
     b'{"schemaVersion":2,"config":1}', b"[" * 5000, b'{"schemaVersion":2,"manifests":{}}'],
)  # fmt: skip
@pytest.mark.parametrize("media_type", [OCI_MANIFEST, OCI_INDEX, SCHEMA_2])
def test_what_is_no_manifest_is_refused_end_7(repo: Repo, body: bytes, media_type: str) -> None:
    answer = repo.put("1", body, media_type)

    assert (answer.status_code, code_of(answer)) == (400, "MANIFEST_INVALID")


def test_a_manifest_for_two_readers_is_refused(repo: Repo) -> None:
    image = Image()
    repo.push(image)
    both = {**json.loads(image.manifest), "manifests": [descriptor(image.manifest, OCI_MANIFEST)]}

    answer = repo.put("both", json.dumps(both).encode())

    assert code_of(answer) == "MANIFEST_INVALID"


def test_a_manifest_that_is_too_large_is_refused_end_7(repo: Repo) -> None:
    answer = repo.put("1", b" " * (4 * 2**20 + 1))

    assert answer.status_code == 413


def test_a_manifest_of_four_megabytes_is_taken(repo: Repo) -> None:
    image = Image()
    repo.push(image)
    large = image.manifest + b" " * (4 * 2**20 - len(image.manifest))

    put = repo.put("large", large)

    assert put.status_code == 201, put.text
    assert repo.get("manifests/large").content == large


@pytest.mark.parametrize("tag", ["a" * 128, "_a", "1", "A.b-C_d", "latest"])
def test_tags_that_may_be(repo: Repo, tag: str) -> None:
    repo.push(Image(), tag)

    assert repo.get(f"manifests/{tag}").status_code == 200


@pytest.mark.parametrize("tag", ["a" * 129, "-a", ".a", "a+b", "a b", "\N{SNOWMAN}"])
def test_tags_that_may_not_be(repo: Repo, tag: str) -> None:
    image = Image()
    repo.push(image)

    answer = repo.put(tag, image.manifest)

    assert (answer.status_code, code_of(answer)) == (400, "TAG_INVALID")


def test_a_tag_is_moved(repo: Repo) -> None:
    first, second = Image(), Image()
    repo.push(first, "1")

    repo.push(second, "1")

    assert repo.get("manifests/1").content == second.manifest
    assert repo.get(f"manifests/{first.digest}").content == first.manifest


def test_a_manifest_about_another_says_so_end_7(repo: Repo) -> None:
    subject = Image()
    repo.push(subject, "1")
    about = Image(more={"subject": descriptor(subject.manifest, OCI_MANIFEST)})

    put = repo.push(about)

    assert put.headers["oci-subject"] == subject.digest


def test_a_manifest_about_one_that_is_not_there_is_taken_end_7(repo: Repo) -> None:
    later = Image()
    about = Image(more={"subject": descriptor(later.manifest, OCI_MANIFEST)})

    put = repo.push(about)

    assert (put.status_code, put.headers["oci-subject"]) == (201, later.digest)


def test_one_about_nothing_has_no_such_header(repo: Repo) -> None:
    assert "oci-subject" not in repo.push(Image()).headers


def test_a_manifest_of_the_oldest_form_is_put_and_pulled(repo: Repo) -> None:
    layer = fresh()
    repo.send_blob(layer)
    manifest = {
        "schemaVersion": 1, "name": repo.name, "tag": "old", "architecture": "amd64",
        "fsLayers": [{"blobSum": digest_of(layer)}],
        "history": [{"v1Compatibility": json.dumps({"id": "a" * 64, "os": "linux"})}],
    }  # fmt: skip
    body = json.dumps(manifest).encode()

    put = repo.put("old", body, "application/vnd.docker.distribution.manifest.v1+json")

    assert put.status_code == 201, put.text
    assert repo.get("manifests/old").content == body


def test_types_of_layers_are_anybodys(repo: Repo) -> None:
    content = fresh()
    repo.send_blob(content)
    image = Image(more={"layers": [descriptor(content, "application/vnd.example+brotli")]})
    repo.send_blob(image.config)

    assert repo.put("1", image.manifest).status_code == 201
