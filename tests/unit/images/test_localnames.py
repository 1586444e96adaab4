"""Which images of an object are named as tags of streams, and what they become."""

from __future__ import annotations

from typing import Final

import pytest
from msgspec.structs import replace

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.api.image import ImageLookupPolicy, ImageStream
from slipcast.api.kinds import Kind
from slipcast.images.localnames import ANNOTATION, names, resolved
from unit.images.streaming import ADDRESS, ONE, a_stream, an_event, follows

POD: Final = kinds.require(kinds.CORE, "Pod")
DEPLOYMENT: Final = kinds.require(kinds.APPS, "Deployment")
CONFIG: Final = kinds.require(kinds.APPS_OPENSHIFT, "DeploymentConfig")
JOB: Final = kinds.require(kinds.BATCH, "Job")
BUILD: Final = kinds.require(kinds.BUILD, "Build")
PULLED: Final = f"docker.io/centos/ruby@{ONE}"
ASKED: Final = {ANNOTATION: "*"}


def a_local(*, local: bool = True) -> ImageStream:
    """The stream ruby, with an image in tag a: names may mean its tags, or not."""
    stream = a_stream(repository=f"{ADDRESS}/shop/ruby", a=an_event())
    return replace(stream, spec=replace(stream.spec, lookup_policy=ImageLookupPolicy(local=local)))


def a_pod(*images: str, **annotations: str) -> JSON:
    """A pod of containers with such images."""
    containers = [{"name": str(n), "image": image} for n, image in enumerate(images)]
    return {"metadata": {"annotations": annotations}, "spec": {"containers": containers}}


def templated(pod: JSON, **metadata: object) -> JSON:
    """An object whose pods are so."""
    return {"metadata": metadata, "spec": {"template": pod}}


def became(kind: Kind, content: JSON, stream: ImageStream, before: JSON | None = None) -> JSON:
    """What an object becomes where there is that stream only."""
    return resolved(content, names(kind, content, before), {"ruby": stream})


def images(content: JSON) -> list[str]:
    """The images of the containers of a pod."""
    return [each["image"] for each in content["spec"]["containers"]]


def test_a_name_is_what_the_tag_means_where_the_stream_says_so_is_509():
    pod = became(POD, a_pod("ruby:a", "ruby:a"), a_local())

    assert images(pod) == [PULLED, PULLED]


def test_and_stays_where_it_does_not_is_509():
    pod = a_pod("ruby:a")

    assert became(POD, pod, a_local(local=False)) == pod


@pytest.mark.parametrize(
    "image",
    ["library/ruby:a", "docker.io/ruby:a", f"ruby@{ONE}", "python:a", "Ruby", " ", "${IMAGE}"],
)
def test_what_is_more_than_one_word_or_no_stream_stays(image: str):
    pod = a_pod(image, **ASKED)

    assert became(POD, pod, a_local()) == pod


def test_without_a_tag_latest_is_meant_il_2():
    (named,) = names(POD, a_pod("ruby"), None)

    assert (named.stream, named.tag) == ("ruby", "latest")


def test_an_object_may_ask_for_itself_il_3():
    pod = became(POD, a_pod("ruby:a", **ASKED), a_local(local=False))

    assert images(pod) == [PULLED]


@pytest.mark.parametrize("kind", [DEPLOYMENT, CONFIG, JOB])
def test_so_may_the_pods_that_are_made_of_it_il_3(kind: Kind):
    content = became(kind, templated(a_pod("ruby:a", **ASKED)), a_local(local=False))

    assert images(content["spec"]["template"]) == [PULLED]


def test_containers_that_begin_first_are_looked_at_too():
    pod = {"metadata": {}, "spec": {"initContainers": [{"image": "ruby:a"}]}}

    content = became(POD, pod, a_local())

    assert content["spec"] == {"initContainers": [{"image": PULLED}]}


def test_a_local_tag_is_pulled_through_the_stream_is_41():
    stream = a_local()
    tag = follows("a", "x", kind="DockerImage")
    tag = replace(tag, reference_policy=replace(tag.reference_policy, type="Local"))
    stream = replace(stream, spec=replace(stream.spec, tags=(tag,)))

    pod = became(POD, a_pod("ruby:a"), stream)

    assert images(pod) == [f"{ADDRESS}/shop/ruby@{ONE}"]


def test_a_tag_without_an_image_is_that_of_the_streams_repository():
    pod = became(POD, a_pod("ruby:b"), a_local())

    assert images(pod) == [f"{ADDRESS}/shop/ruby:b"]


def test_and_stays_where_there_is_no_registry():
    stream = a_local()
    stream = replace(stream, status=replace(stream.status, docker_image_repository=""))

    assert images(became(POD, a_pod("ruby:b"), stream)) == ["ruby:b"]


def test_an_image_that_did_not_change_is_not_looked_up_again():
    before = a_pod("ruby:a", "ruby:b")

    assert [each.tag for each in names(POD, a_pod("ruby:a", "ruby:c"), before)] == ["c"]


def test_but_when_the_object_begins_to_ask():
    before = a_pod("ruby:a")

    assert images(became(POD, a_pod("ruby:a", **ASKED), a_local(local=False), before)) == [PULLED]


@pytest.mark.parametrize("kind", [JOB, BUILD])
def test_what_cannot_change_is_looked_at_once(kind: Kind):
    assert names(kind, templated(a_pod("ruby:b")), templated(a_pod("ruby:a"))) == ()


def test_a_container_that_a_trigger_gives_its_image_is_left_to_it():
    content = templated(a_pod("ruby:a", "ruby:a"))
    trigger = {"imageChangeParams": {"automatic": True, "containerNames": ["0"]}}
    content["spec"]["triggers"] = [trigger]

    made = became(CONFIG, content, a_local())

    assert images(made["spec"]["template"]) == ["ruby:a", PULLED]


def test_what_a_build_is_made_from_may_be_named_so():
    source = {"images": [{"from": {"kind": "DockerImage", "name": "ruby:a"}}]}
    strategy = {"dockerStrategy": {"from": {"kind": "DockerImage", "name": "ruby:a"}}}
    build = {"metadata": {}, "spec": {"source": source, "strategy": strategy}}

    made = became(BUILD, build, a_local())["spec"]

    assert made["strategy"]["dockerStrategy"]["from"]["name"] == PULLED
    assert made["source"]["images"][0]["from"]["name"] == PULLED


def test_a_kind_without_images_names_none():
    assert names(kinds.require("", "Secret"), a_pod("ruby:a"), None) == ()
