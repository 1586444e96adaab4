"""kubectl and what is seen of image streams: kinds that have no rows of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from conformance.conftest import Ran, Server

SPACE = "streams"
ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64


def document(kind: str, name: str, **content: Any) -> str:
    """An object of the image group as a file has it."""
    head = {"apiVersion": "image.openshift.io/v1", "kind": kind}
    return json.dumps({**head, "metadata": {"name": name}, **content})


def a_mapping(tag: str, image: str = ONE) -> str:
    """What a registry posts after a push."""
    pushed = {
        "metadata": {"name": image},
        "dockerImageReference": f"docker.io/example/app@{image}",
        "dockerImageMetadata": {"Architecture": "amd64", "Size": 42},
    }
    return document("ImageStreamMapping", "app", image=pushed, tag=tag)


def a_tag(name: str, source: str) -> str:
    """An ImageStreamTag that is made of another tag."""
    return document(
        "ImageStreamTag", name, tag={"from": {"kind": "ImageStreamTag", "name": source}}
    )


class Streams:
    """kubectl in the namespace of these tests."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def __call__(self, *words: str, stdin: str = "") -> Ran:
        """Run it, whatever comes of it."""
        return self._server.kubectl("-n", SPACE, *words, stdin=stdin)

    def create(self, content: str) -> Ran:
        """Create an object, which is known to be fine."""
        made = self("create", "-f", "-", stdin=content)
        assert made.code == 0, made.stderr
        return made


@pytest.fixture
def kubectl(server: Server) -> Iterator[Streams]:
    """A namespace with a stream `app` that has an image in `v1`."""
    assert server.kubectl("create", "namespace", SPACE).code == 0
    streams = Streams(server)
    streams.create(document("ImageStream", "app"))
    assert streams("label", "is", "app", "team=blue").code == 0
    streams.create(a_mapping("v1"))
    yield streams
    assert server.kubectl("delete", "namespace", SPACE).code == 0
    server.kubectl("delete", "images", ONE, TWO, "--ignore-not-found")


def test_a_tag_is_read_under_its_short_name(kubectl: Streams) -> None:
    read = kubectl("get", "istag", "app:v1", "-o", "json")

    assert read.code == 0, read.stderr
    assert read.document["image"]["dockerImageMetadata"]["Architecture"] == "amd64"
    assert read.document["image"]["metadata"]["name"] == ONE


def test_tags_are_listed_as_a_table_and_selected_by_the_labels_of_their_stream(
    kubectl: Streams,
) -> None:
    listed = kubectl("get", "istag", "-l", "team=blue")
    none = kubectl("get", "istag", "-l", "team=red")
    everywhere = kubectl("get", "imagestreamtags", "-A", "--field-selector=metadata.name=app:v1")

    head, row = listed.stdout.splitlines()
    assert head.split() == ["NAME", "IMAGE", "REFERENCE", "UPDATED"]
    assert row.split()[:2] == ["app:v1", f"docker.io/example/app@{ONE}"]
    assert "No resources found" in none.stderr
    assert "app:v1" in everywhere.stdout


def test_a_tag_is_made_annotated_and_removed(kubectl: Streams) -> None:
    made = kubectl.create(a_tag("app:stable", "app:v1"))
    annotated = kubectl("annotate", "istag", "app:stable", "note=a b")
    read = kubectl("get", "istag/app:stable", "-o", "json")
    removed = kubectl("delete", "istag", "app:stable")
    stream = kubectl("get", "is", "app", "-o", "json")

    assert made.stdout == "imagestreamtag.image.openshift.io/app:stable created\n"
    assert annotated.code == 0, annotated.stderr
    assert read.document["metadata"]["annotations"] == {"note": "a b"}
    assert removed.code == 0, removed.stderr
    assert [tag["tag"] for tag in stream.document["status"]["tags"]] == ["v1"]


def test_a_tag_is_applied_twice_and_nothing_happens_the_second_time(kubectl: Streams) -> None:
    first = kubectl("apply", "-f", "-", stdin=a_tag("app:stable", "app:v1"))
    again = kubectl("apply", "-f", "-", stdin=a_tag("app:stable", "app:v1"))

    assert first.code == 0, first.stderr
    assert again.stdout == "imagestreamtag.image.openshift.io/app:stable unchanged\n"


def test_a_tag_is_applied_by_the_server(kubectl: Streams) -> None:
    server_side = ("apply", "--server-side", "-f", "-")

    first = kubectl(*server_side, stdin=a_tag("app:stable", "app:v1"))
    again = kubectl(*server_side, stdin=a_tag("app:stable", "app:v1"))

    assert (first.code, again.code) == (0, 0), first.stderr + again.stderr
    assert kubectl("get", "istag", "app:stable").code == 0


def test_a_tag_is_patched_and_replaced(kubectl: Streams) -> None:
    kubectl.create(a_mapping("v2", TWO))
    kubectl.create(a_tag("app:stable", "app:v1"))
    body = json.dumps({"tag": {"from": {"kind": "ImageStreamTag", "name": "app:v2"}}})

    patched = kubectl("patch", "istag", "app:stable", "--type=merge", "-p", body, "-o", "json")
    replaced = kubectl("replace", "-f", "-", "-o", "json", stdin=a_tag("app:stable", "app:v1"))

    assert patched.document["image"]["metadata"]["name"] == TWO
    assert replaced.document["image"]["metadata"]["name"] == ONE


def test_what_else_a_tag_has_cannot_be_changed(kubectl: Streams) -> None:
    labelled = kubectl("label", "istag", "app:v1", "a=b")

    assert labelled.code == 1
    assert "may not update fields other than metadata.annotations" in labelled.stderr


def test_a_push_is_told_as_a_status(kubectl: Streams) -> None:
    again = kubectl("create", "-f", "-", "-o", "json", stdin=a_mapping("v1"))

    assert again.document["status"] == "Success"


def test_an_image_of_a_stream_is_read_by_the_beginning_of_its_id(kubectl: Streams) -> None:
    read = kubectl("get", "isimage", "app@1111", "-o", "jsonpath={.image.metadata.name}")
    row = kubectl("get", "isimage", "app@1111")

    assert read.stdout == ONE
    assert f"docker.io/example/app@{ONE}" in row.stdout


def test_what_cannot_be_asked_is_said(kubectl: Streams) -> None:
    assert "must be retrieved with <name>:<tag>" in kubectl("get", "istag", "app").stderr
    assert "must be retrieved with <name>@<id>" in kubectl("get", "isimage", "app").stderr
    assert "NotFound" in kubectl("get", "istag", "app:none").stderr
    assert kubectl("get", "istag", "-w").code != 0


def test_an_image_tag_shows_what_is_wanted_and_what_is(kubectl: Streams) -> None:
    kubectl.create(a_tag("app:stable", "app:v1"))

    rows = [row.split() for row in kubectl("get", "itag").stdout.splitlines()]

    assert rows[0] == ["NAME", "SPEC", "STATUS", "AGE"]
    assert [row[:3] for row in rows[1:]] == [
        ["app:stable", "tag", "app:v1"],
        ["app:v1", "<pushed>", ONE],
    ]


def test_a_signature_is_added_to_an_image_and_taken_away(kubectl: Streams) -> None:
    signature = document("ImageSignature", f"{ONE}@mine", type="atomic", content="c2lnbmVk")
    names = ("get", "image", ONE, "-o", "jsonpath={.signatures[*].metadata.name}")

    kubectl.create(signature)
    added = kubectl(*names)
    removed = kubectl("delete", "imagesignature", f"{ONE}@mine", "--wait=false")

    assert added.stdout == f"{ONE}@mine"
    assert removed.code == 0, removed.stderr
    assert kubectl(*names).stdout == ""


@pytest.mark.parametrize(
    ("below", "kind"), [("layers", "ImageStreamLayers"), ("secrets", "SecretList")]
)
def test_what_lies_below_a_stream_is_read(kubectl: Streams, below: str, kind: str) -> None:
    root = f"/apis/image.openshift.io/v1/namespaces/{SPACE}/imagestreams/app"

    read = kubectl("get", "--raw", f"{root}/{below}")

    assert read.code == 0, read.stderr
    assert read.document["kind"] == kind


@pytest.mark.parametrize(
    "kind",
    [
        "imagestreamtags",
        "imagetags",
        "imagestreamimages",
        "imagestreammappings",
        "imagestreamimports",
        "imagesignatures",
    ],
)
def test_a_kind_is_explained(server: Server, kind: str) -> None:
    explained = server.kubectl("explain", kind)

    assert explained.code == 0, explained.stderr
    assert "metadata" in explained.stdout


def test_a_quota_says_how_many_streams_there_are(kubectl: Streams) -> None:
    used = r"--for=jsonpath={.status.used.openshift\.io/imagestreams}=1"

    made = kubectl("create", "quota", "q", "--hard=openshift.io/imagestreams=3")
    waited = kubectl("wait", "quota/q", used, "--timeout=100s")
    described = kubectl("describe", "quota", "q")

    assert (made.code, waited.code) == (0, 0), made.stderr + waited.stderr
    assert described.stdout.splitlines()[-1].split() == ["openshift.io/imagestreams", "1", "3"]


def test_tags_are_listed_in_pages(kubectl: Streams) -> None:
    kubectl.create(a_mapping("v2", TWO))
    path = f"/apis/image.openshift.io/v1/namespaces/{SPACE}/imagestreamtags?limit=1"

    whole = kubectl("get", "istag", "-o", "name", "--chunk-size=1")
    page = kubectl("get", "--raw", path)

    assert [line.partition("/")[2] for line in whole.stdout.splitlines()] == ["app:v1", "app:v2"]
    assert [each["metadata"]["name"] for each in page.document["items"]] == ["app:v1"]
    assert page.document["metadata"]["continue"]
