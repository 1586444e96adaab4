"""The tags of repositories, page by page."""

from __future__ import annotations

import httpx
import pytest

from slipcast.adapters.remoteregistry.registries import RemoteRegistries
from slipcast.ports.distribution import (
    DistributionFault,
    Way,
)
from slipcast.testing.api import StandingClock
from unit.adapters.remoteregistry.web import (
    WEB,
    Web,
    reading,
    url,
)

pytestmark = pytest.mark.anyio


def tags(*names: object, after: str = "") -> httpx.Response:
    """A page of tags, and where the next one is."""
    headers = {"link": f'<{after}>; rel="next"'} if after else {}
    return httpx.Response(200, json={"name": "acme/web", "tags": list(names)}, headers=headers)


async def test_tags_are_read_through_all_pages(web: Web, registries: RemoteRegistries):
    web.page(url("tags/list"), tags("a", after="/v2/acme/web/tags/list?last=a"))
    web.page(url("tags/list?last=a"), tags("b", "a", after=url("tags/list?last=b")))
    web.page(url("tags/list?last=b"), tags("c"))

    assert await registries.tags(WEB, Way()) == ("a", "b", "c")


@pytest.mark.parametrize(
    "after",
    ["https://evil.example/v2/", "http://r.example/v2/x", url("tags/list"), "https://[x", ""],
)
async def test_pages_are_of_the_registry_and_end(
    web: Web, registries: RemoteRegistries, after: str
):
    web.page(url("tags/list"), tags("a", after=after))

    assert await registries.tags(WEB, Way()) == ("a",)
    assert len(web.asked) == 1


async def test_what_is_no_tag_is_left_out(web: Web, registries: RemoteRegistries):
    web.page(url("tags/list"), tags("ok", "../x", "", "a" * 129, ".x"))

    assert await registries.tags(WEB, Way()) == ("ok",)


@pytest.mark.parametrize("body", [b'{"tags": null}', b"{}", b'{"tags": []}'])
async def test_a_repository_may_have_no_tags(web: Web, registries: RemoteRegistries, body: bytes):
    web.page(url("tags/list"), httpx.Response(200, content=body))

    assert await registries.tags(WEB, Way()) == ()


@pytest.mark.parametrize("body", [b"", b"[]", b'{"tags": [3]}', b"\xff", b"[" * 100_000])
async def test_what_is_no_list_of_tags_is_told(web: Web, registries: RemoteRegistries, body: bytes):
    web.page(url("tags/list"), httpx.Response(200, content=body))

    with pytest.raises(DistributionFault, match="no list of the tags of acme/web"):
        await registries.tags(WEB, Way())


async def test_there_may_be_too_many_tags(web: Web, clock: StandingClock):
    web.page(url("tags/list"), tags("a", "b", "c"))

    with pytest.raises(DistributionFault, match="too many tags"):
        await reading(web, clock, tags=2).tags(WEB, Way())
