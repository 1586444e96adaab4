"""Images that are named as tags of streams, in objects that are written."""

from __future__ import annotations

from typing import Final

import pytest

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.images.localnames import ANNOTATION
from slipcast.ports.api import Api, Patch, Resource, WriteOptions
from slipcast.store.store import Store
from slipcast.values.actor import MASTERS, Actor
from unit.store.conftest import NAMESPACES, STREAMS

pytestmark = pytest.mark.anyio

ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64
MAPPINGS: Final = Resource(kinds.require(kinds.IMAGE, "ImageStreamMapping"), "p")
PODS: Final = Resource(kinds.require("", "Pod"), "p")
DEPLOYMENTS: Final = Resource(kinds.require(kinds.APPS, "Deployment"), "p")
LOCAL: Final = Patch(type="merge", body={"spec": {"lookupPolicy": {"local": True}}})
ASKED: Final = {ANNOTATION: "*"}


@pytest.fixture
async def api(store: Store) -> Api:
    """Somebody in a namespace with a stream that has an image."""
    api = store.as_(Actor(name="root", groups=(MASTERS,)))
    await api.create(NAMESPACES, {"metadata": {"name": "p"}})
    await api.create(STREAMS, {"metadata": {"name": "ruby"}})
    await api.create(MAPPINGS, a_mapping(ONE))
    return api


def a_mapping(image: str) -> JSON:
    """An image for the tag 2.3."""
    pulled = {"metadata": {"name": image}, "dockerImageReference": f"quay.io/ruby@{image}"}
    return {"metadata": {"name": "ruby"}, "tag": "2.3", "image": pulled}


def a_pod(**labels: str) -> JSON:
    """A pod that is asked to be of the tag."""
    containers = [{"name": "a", "image": "ruby:2.3"}]
    metadata = {"name": "a", "labels": labels}
    return {"metadata": metadata, "spec": {"containers": containers}}


def a_deployment() -> JSON:
    """A deployment of such pods."""
    labels = {"app": "a"}
    template = {**a_pod(), "metadata": {"labels": labels, "annotations": ASKED}}
    spec = {"selector": {"matchLabels": labels}, "template": template}
    return {"metadata": {"name": "a"}, "spec": spec}


def image_of(content: JSON) -> str:
    """The image of the only container."""
    spec = content["spec"]
    image: str = spec.get("template", {"spec": spec})["spec"]["containers"][0]["image"]
    return image


async def test_a_pod_is_of_the_image_that_the_tag_means_is_509(api: Api) -> None:
    await api.patch(STREAMS.named("ruby"), LOCAL)

    made = await api.create(PODS, a_pod())

    assert image_of(made.document.content) == f"quay.io/ruby@{ONE}"


async def test_of_a_stream_that_does_not_say_so_it_is_not_is_509(api: Api) -> None:
    assert image_of((await api.create(PODS, a_pod())).document.content) == "ruby:2.3"


async def test_what_was_looked_up_stays_until_somebody_names_it_again(api: Api) -> None:
    await api.create(DEPLOYMENTS, a_deployment())
    await api.create(MAPPINGS, a_mapping(TWO))
    labels = Patch(type="merge", body={"metadata": {"labels": {"a": "b"}}})

    changed = await api.patch(DEPLOYMENTS.named("a"), labels)

    assert image_of(changed.document.content) == f"quay.io/ruby@{ONE}"


async def test_the_same_name_again_is_what_the_tag_means_now(api: Api) -> None:
    await api.create(DEPLOYMENTS, a_deployment())
    await api.create(MAPPINGS, a_mapping(TWO))

    changed = await api.update(DEPLOYMENTS.named("a"), a_deployment())

    assert image_of(changed.document.content) == f"quay.io/ruby@{TWO}"
    assert changed.document.content["metadata"]["generation"] == 2


async def test_the_same_name_of_the_same_image_is_no_change_up_17(api: Api) -> None:
    options = WriteOptions(manager="me")
    made = await api.create(DEPLOYMENTS, a_deployment(), options)

    again = await api.update(DEPLOYMENTS.named("a"), a_deployment(), options)

    assert again.document.revision == made.document.revision
    assert again.document.content == made.document.content


async def test_nor_is_the_same_apply(api: Api) -> None:
    options = WriteOptions(manager="me")
    body = {"apiVersion": "apps/v1", "kind": "Deployment", **a_deployment()}
    apply = Patch(type="apply", body=body)
    made = await api.patch(DEPLOYMENTS.named("a"), apply, options)

    again = await api.patch(DEPLOYMENTS.named("a"), apply, options)

    assert again.document.revision == made.document.revision


async def test_the_pod_of_a_build_is_of_the_servers_own_images(api: Api) -> None:
    await api.patch(STREAMS.named("ruby"), LOCAL)

    made = await api.create(PODS, a_pod(**{"openshift.io/build.name": "a"}))

    assert image_of(made.document.content) == "ruby:2.3"
