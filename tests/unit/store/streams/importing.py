"""Imports as the tests of this folder ask for them."""

from __future__ import annotations

import base64
import json
from typing import Any

from slipcast.api import kinds
from slipcast.api.document import JSON
from slipcast.ports.api import Api, Resource
from unit.store.conftest import SECRETS, STREAMS

IMPORTS = Resource(kinds.require(kinds.IMAGE, "ImageStreamImport"), "p")
IMAGES = Resource(kinds.require(kinds.IMAGE, "Image"))
RANGES = Resource(kinds.require("", "LimitRange"), "p")
HOST = "registry.example.com"
WEB = f"{HOST}/acme/web:1"


def an_image(name: str = WEB, to: str = "", **more: Any) -> JSON:
    """An image that is asked for."""
    target = {"to": {"name": to}} if to else {}
    return {"from": {"kind": "DockerImage", "name": name}, **target, **more}


def request(*images: JSON, name: str = "web", **more: Any) -> JSON:
    """A request for images."""
    metadata = {"name": name, **more.pop("metadata", {})}
    return {"metadata": metadata, "spec": {"import": True, "images": list(images), **more}}


async def imported(api: Api, *images: JSON, **more: Any) -> JSON:
    """The status of an import."""
    answer = await api.create(IMPORTS, request(*images, **more))
    status: JSON = answer.document.content["status"]
    return status


async def failure(api: Api, *images: JSON) -> JSON:
    """What is said of the first image, which is not there."""
    found: JSON = (await imported(api, *images or (an_image(),)))["images"][0]["status"]
    return found


async def stream(api: Api, name: str = "web") -> JSON:
    """A stream as it is now."""
    return (await api.get(STREAMS.named(name))).content


async def a_secret(
    api: Api, *, is_right: bool = True, annotations: JSON | None = None, name: str = ""
) -> None:
    """A docker secret of the namespace."""
    password = "right" if is_right else "wrong"
    auth = base64.b64encode(f"ada:{password}".encode()).decode()
    text = json.dumps({"auths": {HOST: {"auth": auth}}})
    await api.create(
        SECRETS,
        {
            "metadata": {
                **({"name": name} if name else {"generateName": "pull-"}),
                "annotations": annotations or {},
            },
            "type": "kubernetes.io/dockerconfigjson",
            "stringData": {".dockerconfigjson": text},
        },
    )
