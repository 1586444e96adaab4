"""A web of registries that answers what it was told to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from slipcast.adapters.remoteregistry.reaching import Bounds
from slipcast.adapters.remoteregistry.registries import RemoteRegistries
from slipcast.images.manifests import SCHEMA_2
from slipcast.ports.distribution import (
    DistributionFault,
    Login,
    RemoteManifest,
    Way,
)
from slipcast.testing.api import StandingClock
from slipcast.values.imageref import ImageRef
from slipcast.values.sensitive import Sensitive

HOST = "r.example"


WEB = ImageRef.parse(f"{HOST}/acme/web:1")


BODY = b'{"schemaVersion": 2}'


LOGIN = Login(place=HOST, user="ada", password=Sensitive("secret"))


ADA = "Basic YWRhOnNlY3JldA=="


Answer = Callable[[httpx.Request], httpx.Response]


@dataclass
class Web:
    """A web whose answers are given by the URL; what was asked, with what was said."""

    pages: dict[str, list[httpx.Response | Exception]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)

    def page(self, url: str, *answers: httpx.Response | Exception) -> None:
        """Answer a URL: each answer once, the last one for ever."""
        self.pages[url] = list(answers)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer."""
        url = str(request.url)
        self.asked.append((url, request.headers.get("authorization", "")))
        self.accepted.append(request.headers.get("accept", ""))
        answers = self.pages.get(url, [httpx.Response(404)])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(
            answer.status_code, headers=answer.headers, stream=httpx.ByteStream(answer.content)
        )


def reading(web: Web, clock: StandingClock, **bounds: Any) -> RemoteRegistries:
    """Who reads from the web."""
    return RemoteRegistries(clock, bounds=Bounds(**bounds), transport=httpx.MockTransport(web))


def a_manifest(body: bytes = BODY, media_type: str = SCHEMA_2) -> httpx.Response:
    """A manifest as registries serve it."""
    return httpx.Response(200, content=body, headers={"content-type": media_type})


def bearer(realm: str = "https://auth.example/token", scope: str = "s") -> httpx.Response:
    """A demand for a token."""
    challenge = f'Bearer realm="{realm}",service="r",scope="{scope}"'
    return httpx.Response(401, headers={"www-authenticate": challenge})


def basic() -> httpx.Response:
    """A demand for a password."""
    return httpx.Response(401, headers={"www-authenticate": 'Basic realm="r"'})


def a_token(text: str = "t", **more: Any) -> httpx.Response:
    """A token."""
    return httpx.Response(200, json={"token": text, **more})


def url(path: str = "manifests/1", host: str = HOST, scheme: str = "https") -> str:
    """A URL of the repository."""
    return f"{scheme}://{host}/v2/acme/web/{path}"


TOKEN = "https://auth.example/token?service=r&scope=s"


async def manifest(
    registries: RemoteRegistries, way: Way | None = None, image: ImageRef = WEB
) -> RemoteManifest:
    """The manifest of an image."""
    return await registries.manifest(image, way or Way())


async def fault(
    registries: RemoteRegistries, way: Way | None = None, image: ImageRef = WEB
) -> DistributionFault:
    """Why there is no manifest."""
    with pytest.raises(DistributionFault) as caught:
        await manifest(registries, way, image)
    return caught.value
