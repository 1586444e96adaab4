"""Lists of repositories, page by page."""

from __future__ import annotations

import json

import httpx
import pytest

from slipcast.api import kinds
from slipcast.images.manifests import LARGEST
from slipcast.ports.api import Api, Resource
from slipcast.registry import objects
from slipcast.registry.parts import Parts
from slipcast.values.digest import Digest
from unit.registry.conftest import ANNA, SPACE, basic, bind, with_history
from unit.registry.test_belonging import OCI, descriptor
from unit.registry.test_uploads import have

pytestmark = pytest.mark.anyio

MANIFEST = f"{OCI}.manifest.v1+json"
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


async def test_an_answer_is_not_larger_than_a_manifest_and_a_little(
    client: httpx.AsyncClient, api: Api, parts: Parts
) -> None:
    await bind(api, "system:image-builder", "User", "anna")
    client.headers.update(basic(*ANNA))
    subject = Digest.of(b"subject")
    await with_history(api, "app")
    for number in range(3):
        about = {"subject": descriptor(subject), "config": descriptor(Digest.of(b"{}"))}
        note = {"annotations": {"note": f"{number}" * (LARGEST * 2 // 3)}}
        body = json.dumps(
            {"schemaVersion": 2, "mediaType": MANIFEST, "layers": [], **about, **note}
        )
        digest = await have(parts, "shop/app", body.encode())
        await parts.links.add("manifests", "shop/app", digest, subject)

    first = await client.get(f"/v2/shop/app/referrers/{subject}")
    second = await client.get(first.links["next"]["url"])

    assert [len(each.json()["manifests"]) for each in (first, second)] == [2, 1]
    assert "next" not in second.links
