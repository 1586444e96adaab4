"""Streams as the tests of this folder make them."""

from __future__ import annotations

from typing import Any, Final

import pytest

from contract.api.conftest import STREAMS
from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.ports.api import Api, Resource

ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64
GROUP: Final = kinds.IMAGE
TAGS: Final = Resource(kinds.require(GROUP, "ImageStreamTag"), "p")
IMAGE_TAGS: Final = Resource(kinds.require(GROUP, "ImageTag"), "p")
STREAM_IMAGES: Final = Resource(kinds.require(GROUP, "ImageStreamImage"), "p")
MAPPINGS: Final = Resource(kinds.require(GROUP, "ImageStreamMapping"), "p")
SIGNATURES: Final = Resource(kinds.require(GROUP, "ImageSignature"))
IMAGES: Final = Resource(kinds.require(GROUP, "Image"))
DOCKER: Final = {"kind": "DockerImage", "name": "centos/ruby"}


def a_mapping(tag: str, image: str = ONE, stream: str = "ruby") -> JSON:
    """A mapping of an image."""
    return {
        "metadata": {"name": stream},
        "tag": tag,
        "image": {
            "metadata": {"name": image},
            "dockerImageReference": f"docker.io/centos/{stream}@{image}",
        },
    }


def of_tag(name: str) -> JSON:
    """A reference to a tag."""
    return {"kind": "ImageStreamTag", "name": name}


def a_tag(name: str, source: JSON | None = None, **metadata: Any) -> JSON:
    """An ImageStreamTag of what is given."""
    return {"metadata": {"name": name, **metadata}, "tag": {"from": source or of_tag("ruby:2.3")}}


BASED: Final = {"tags": [{"name": "base", "from": of_tag("ruby:2.3")}]}


def items(content: JSON, tag: str) -> list[JSON]:
    """The history of a tag."""
    found = {each["tag"]: each["items"] for each in content["status"].get("tags") or ()}
    return found.get(tag) or []


async def stream(api: Api, name: str = "ruby") -> JSON:
    """A stream as it is."""
    return (await api.get(STREAMS.named(name))).content


@pytest.fixture
async def ruby(api: Api) -> None:
    """A stream with one image in the tag 2.3, which `latest` follows."""
    spec = {"tags": [{"name": "latest", "from": of_tag("2.3")}]}
    labels = {"lang": "ruby"}
    await api.create(STREAMS, {"metadata": {"name": "ruby", "labels": labels}, "spec": spec})
    await api.create(MAPPINGS, a_mapping("2.3"))
