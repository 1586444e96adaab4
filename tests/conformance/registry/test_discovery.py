"""Content discovery, as the OCI distribution specification 1.1 has it; and docker's catalog."""

from __future__ import annotations

import secrets
from urllib.parse import urljoin

import httpx
import pytest

from conformance.conftest import Server
from conformance.registry.conftest import (
    OCI_INDEX,
    OCI_MANIFEST,
    SPACE,
    Image,
    Repo,
    an_artifact,
    an_index,
    code_of,
    descriptor,
    digest_of,
)

SBOM, SIGNATURE = "application/vnd.example.sbom", "application/vnd.example.signature"
TAGS = ["10", "2", "A", "_x", "a", "b.1", "latest"]


def next_of(answer: httpx.Response) -> str:
    """Where the next page is; empty at the end."""
    return urljoin(str(answer.url), answer.links["next"]["url"]) if "next" in answer.links else ""


@pytest.fixture
def tagged(repo: Repo) -> Repo:
    """A repository with some tags."""
    image = Image()
    repo.push(image)
    for tag in reversed(TAGS):
        repo.put(tag, image.manifest)
    return repo


def test_tags_are_listed_in_order_end_8a(tagged: Repo) -> None:
    answer = tagged.get("tags/list")

    assert answer.status_code == 200
    assert answer.json() == {"name": tagged.name, "tags": TAGS}
    assert "link" not in answer.headers


def test_what_can_be_read_can_be_looked_at(tagged: Repo, http: httpx.Client) -> None:
    prefix = f"/v2/{tagged.name}"
    paths = [f"{prefix}/tags/list", f"{prefix}/referrers/{digest_of(b'')}", "/v2/_catalog?n=1"]

    looked = [http.head(path) for path in paths]

    read = [http.get(path) for path in paths]
    assert [(each.status_code, each.content) for each in looked] == [(200, b"")] * 3
    assert [each.headers["content-type"] for each in looked] == [
        each.headers["content-type"] for each in read
    ]


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("tags/list", "GET, HEAD"),
        ("manifests/1", "DELETE, GET, HEAD, PUT"),
        ("blobs/uploads/", "POST"),
    ],
)
def test_who_asks_by_an_unknown_method_is_told_those_that_are_known(
    repo: Repo, path: str, known: str
) -> None:
    told = repo.ask("OPTIONS", path)

    assert (told.status_code, code_of(told)) == (405, "UNSUPPORTED")
    assert told.headers["allow"] == known


@pytest.mark.parametrize("most", [1, 3, 6])
def test_tags_are_listed_page_by_page_end_8b(tagged: Repo, most: int) -> None:
    first = tagged.get("tags/list", n=str(most))
    second = tagged.get(next_of(first))

    assert first.json()["tags"] == TAGS[:most]
    assert first.headers["link"].startswith(f"</v2/{tagged.name}/tags/list?")
    assert second.json()["tags"] == TAGS[most : 2 * most]


@pytest.mark.parametrize("most", [7, 100, 10**30])
def test_the_last_page_has_no_next_end_8b(tagged: Repo, most: int) -> None:
    answer = tagged.get("tags/list", n=str(most))

    assert answer.json()["tags"] == TAGS
    assert "link" not in answer.headers


def test_a_page_of_nothing_is_empty_end_8b(tagged: Repo) -> None:
    answer = tagged.get("tags/list", n="0")

    assert answer.json()["tags"] == []
    assert "link" not in answer.headers


@pytest.mark.parametrize(("last", "rest"), [("A", TAGS[3:]), ("B", TAGS[3:]), ("zzz", [])])
def test_tags_are_listed_behind_one_there_or_not_end_8b(
    tagged: Repo, last: str, rest: list[str]
) -> None:
    assert tagged.get("tags/list", last=last).json()["tags"] == rest


@pytest.mark.parametrize("most", ["-1", "ten", "1.5", "\N{ARABIC-INDIC DIGIT ONE}"])
def test_a_page_of_no_number_is_refused(tagged: Repo, most: str) -> None:
    assert tagged.get("tags/list", n=most).status_code == 400


def test_tags_of_a_repository_that_is_not_there_are_not_found_end_8a(repo: Repo) -> None:
    answer = repo.get("tags/list")

    assert (answer.status_code, code_of(answer)) == (404, "NAME_UNKNOWN")


def test_a_repository_of_images_without_tags_has_none(repo: Repo) -> None:
    repo.push(Image())

    assert repo.get("tags/list").json() == {"name": repo.name, "tags": []}


def test_referrers_are_an_index_end_12a(repo: Repo) -> None:
    subject = Image()
    repo.push(subject, "1")
    about = an_artifact(subject.manifest, SBOM, annotations={"made": "today"})
    repo.push(about)

    answer = repo.get(f"referrers/{subject.digest}")

    assert (answer.status_code, answer.headers["content-type"]) == (200, OCI_INDEX)
    assert answer.json() == {
        "schemaVersion": 2,
        "mediaType": OCI_INDEX,
        "manifests": [
            descriptor(
                about.manifest, OCI_MANIFEST, artifactType=SBOM, annotations={"made": "today"}
            )
        ],
    }


def test_referrers_of_what_is_not_there_yet_are_known_end_12a(repo: Repo) -> None:
    later = Image()
    about = an_artifact(later.manifest, SBOM)
    repo.push(about)

    found = repo.get(f"referrers/{later.digest}").json()["manifests"]

    assert [each["digest"] for each in found] == [about.digest]


@pytest.mark.parametrize("is_there", [True, False])
def test_what_nothing_refers_to_has_an_empty_index_end_12a(repo: Repo, is_there: bool) -> None:  # noqa: FBT001
    image = Image()
    repo.push(image if is_there else Image(), "1")

    answer = repo.get(f"referrers/{image.digest}")

    assert (answer.status_code, answer.headers["content-type"]) == (200, OCI_INDEX)
    assert answer.json()["manifests"] == []


def test_referrers_in_a_repository_that_is_not_there_are_none_end_12a(repo: Repo) -> None:
    answer = repo.get(f"referrers/{digest_of(b'x')}")

    assert (answer.status_code, answer.json()["manifests"]) == (200, [])


def test_referrers_of_no_digest_are_refused_end_12a(repo: Repo) -> None:
    assert repo.get("referrers/latest").status_code == 400


def test_referrers_are_chosen_by_their_type_end_12b(repo: Repo) -> None:
    subject = Image()
    repo.push(subject, "1")
    sbom, signature = an_artifact(subject.manifest, SBOM), an_artifact(subject.manifest, SIGNATURE)
    repo.push(sbom)
    repo.push(signature)

    answer = repo.get(f"referrers/{subject.digest}", artifactType=SIGNATURE)

    assert [each["digest"] for each in answer.json()["manifests"]] == [signature.digest]
    assert answer.headers["oci-filters-applied"] == "artifactType"


def test_the_type_of_one_without_is_its_configurations_end_12b(repo: Repo) -> None:
    subject = Image()
    about = an_artifact(subject.manifest)
    repo.push(about)

    found = repo.get(f"referrers/{subject.digest}").json()["manifests"]

    assert found[0]["artifactType"] == "application/vnd.oci.image.config.v1+json"


def test_an_index_refers_like_a_manifest_end_12a(repo: Repo) -> None:
    subject = Image()
    about = an_index(subject=descriptor(subject.manifest, OCI_MANIFEST), artifactType=SBOM)
    repo.put(digest_of(about), about, OCI_INDEX)

    found = repo.get(f"referrers/{subject.digest}").json()["manifests"]

    assert found == [descriptor(about, OCI_INDEX, artifactType=SBOM)]


def test_a_referrer_with_a_tag_is_one_too_end_12a(repo: Repo) -> None:
    subject = Image()
    about = an_artifact(subject.manifest, SBOM)
    repo.push(about, "sbom")

    found = repo.get(f"referrers/{subject.digest}").json()["manifests"]

    assert [each["digest"] for each in found] == [about.digest]


def test_referrers_are_listed_page_by_page_end_12a(repo: Repo) -> None:
    subject = Image()
    about = sorted((an_artifact(subject.manifest, SBOM) for _ in range(3)), key=lambda a: a.digest)
    [repo.push(each) for each in about]

    first = repo.get(f"referrers/{subject.digest}", n="2", artifactType=SBOM)
    second = repo.get(next_of(first))

    assert [each["digest"] for each in first.json()["manifests"]] == [a.digest for a in about[:2]]
    assert [each["digest"] for each in second.json()["manifests"]] == [about[2].digest]
    assert "link" not in second.headers


def test_one_that_is_removed_refers_no_more_end_12a(repo: Repo) -> None:
    subject = Image()
    about = an_artifact(subject.manifest, SBOM)
    repo.push(about)
    repo.ask("DELETE", f"manifests/{about.digest}")

    assert repo.get(f"referrers/{subject.digest}").json()["manifests"] == []


def test_repositories_are_listed_page_by_page(repo: Repo, server: Server) -> None:
    space = f"{SPACE}-{secrets.token_hex(4)}"
    server.kubectl("create", "namespace", space)
    names = [f"{space}/{each}" for each in ("a", "a-b", "c")]
    [repo.named(name).push(Image(), "1") for name in names]

    first = repo.get("/v2/_catalog", n="2", last=f"{space}/")
    second = repo.get(next_of(first))

    assert first.json() == {"repositories": names[:2]}
    assert second.json()["repositories"][:1] == names[2:]
