"""Lists of repositories, page by page."""

from __future__ import annotations

import httpx
import pytest

from slipcast.api import kinds
from slipcast.ports.api import Api, Resource
from slipcast.registry import objects
from unit.registry.conftest import ANNA, SPACE, basic, bind

pytestmark = pytest.mark.anyio

NAMESPACES = Resource(kinds.require("", "Namespace"))
STREAM = kinds.require(kinds.IMAGE, "ImageStream")


@pytest.fixture
async def pulling(client: httpx.AsyncClient, api: Api) -> httpx.AsyncClient:
    """Somebody who may pull from two of three namespaces, whose names sort apart."""
    client.headers.update(basic(*ANNA))
    for namespace, names in ({"shop-2": "ab", SPACE: "abc", "secret": "a"}).items():
        if namespace != SPACE:
            await api.create(NAMESPACES, {"metadata": {"name": namespace}})
        for name in names:
            await api.create(Resource(STREAM, namespace), {"metadata": {"name": name}})
    await bind(api, "system:image-puller", "User", "anna")
    await bind(api, "system:image-puller", "User", "anna", "shop-2")
    return client


async def listed(client: httpx.AsyncClient, path: str) -> list[list[str]]:
    """The pages of the catalog from one on."""
    pages: list[list[str]] = []
    while path:
        answer = await client.get(path)
        pages.append(answer.json()["repositories"])
        path = answer.links["next"]["url"] if answer.links else ""
    return pages


@pytest.mark.parametrize("at_once", [1, 2, 500])
@pytest.mark.parametrize("n", [1, 2, 3, 5, 6])
async def test_the_catalog_comes_in_order_whatever_its_pages(
    pulling: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, n: int, at_once: int
) -> None:
    monkeypatch.setattr(objects, "PAGE", at_once)
    whole = ["shop-2/a", "shop-2/b", "shop/a", "shop/b", "shop/c"]

    pages = await listed(pulling, f"/v2/_catalog?n={n}")

    assert [name for page in pages for name in page] == whole
    assert [len(page) for page in pages[:-1]] == [n] * (len(pages) - 1)


@pytest.mark.parametrize(
    ("last", "first"),
    [
        ("shop", "shop-2/a"), ("shop-2/a", "shop-2/b"), ("shop-2/z", "shop/a"),
        ("shop/", "shop/a"), ("shop/bb", "shop/c"), ("", "shop-2/a"),
    ],
)  # fmt: skip
async def test_a_page_begins_behind_any_name(
    pulling: httpx.AsyncClient, last: str, first: str
) -> None:
    answer = await pulling.get("/v2/_catalog", params={"last": last, "n": "1"})

    assert answer.json()["repositories"] == [first]


async def test_what_one_may_pull_alone_of_a_namespace_is_listed(
    pulling: httpx.AsyncClient, api: Api
) -> None:
    rule = {
        "apiGroups": [kinds.IMAGE],
        "resources": ["imagestreams/layers"],
        "resourceNames": ["a"],
        "verbs": ["get"],
    }
    role = Resource(kinds.require(kinds.RBAC, "Role"), "secret")
    await api.create(role, {"metadata": {"name": "one"}, "rules": [rule]})
    binding = {
        "metadata": {"name": "one"},
        "roleRef": {"apiGroup": kinds.RBAC, "kind": "Role", "name": "one"},
        "subjects": [{"kind": "User", "name": "anna", "apiGroup": kinds.RBAC}],
    }
    await api.create(Resource(kinds.require(kinds.RBAC, "RoleBinding"), "secret"), binding)
    await api.create(Resource(STREAM, "secret"), {"metadata": {"name": "b"}})

    names = (await listed(pulling, "/v2/_catalog"))[0]

    assert [name for name in names if name.startswith("secret/")] == ["secret/a"]
