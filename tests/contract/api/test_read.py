"""Reading objects: one, many, page by page, as of a revision, by selectors."""

from __future__ import annotations

import pytest

from contract.api.conftest import BUILDS, CONFIG_MAPS, NAMESPACES, SECRETS, Put, a_build
from slipcast.ports.api import Api, Listing, ListOptions, Resource
from slipcast.values.apifaults import BadRequest, Invalid, NotFound, Timeout

pytestmark = pytest.mark.anyio


def names(listing: Listing) -> list[str]:
    return [document.names.name for document in listing.documents]


async def test_an_object_is_read_as_it_was_written(api: Api, put: Put):
    await put("a", {"key": "value"})

    found = await api.get(CONFIG_MAPS.named("a"))

    assert found.content["data"] == {"key": "value"}
    assert found.content["metadata"]["resourceVersion"] == str(found.revision)


async def test_a_missing_object_is_not_found_ba_6(api: Api):
    with pytest.raises(NotFound, match=r'builds.build.openshift.io "b" not found'):
        await api.get(BUILDS.named("b"))


@pytest.mark.parametrize("name", ["../b", "a/b", ".", "a\0b"])
async def test_a_name_that_cannot_be_is_not_found(api: Api, put: Put, name: str):
    await put("b")

    with pytest.raises(NotFound):
        await api.get(CONFIG_MAPS.named(name))


async def test_a_list_is_in_order_and_knows_its_revision(api: Api, put: Put):
    await put("b")
    last = await put("a")

    listing = await api.list(CONFIG_MAPS)

    assert names(listing) == ["a", "b"]
    assert listing.revision >= int(last["metadata"]["resourceVersion"])


async def test_a_list_of_all_namespaces_has_those_of_each(api: Api, put: Put):
    await api.create(NAMESPACES, {"metadata": {"name": "q"}})
    await put("a")
    await api.create(Resource(CONFIG_MAPS.kind, "q"), {"metadata": {"name": "b"}})

    listing = await api.list(Resource(CONFIG_MAPS.kind))

    assert names(listing) == ["a", "b"]


async def test_pages_together_are_the_list_as_it_was_at_the_first(api: Api, put: Put):
    await put("a")
    await put("b")
    await put("c")

    first = await api.list(CONFIG_MAPS, ListOptions(limit=2))
    await put("bb")
    second = await api.list(CONFIG_MAPS, ListOptions(limit=2, from_token=first.token))

    assert (names(first), first.remaining) == (["a", "b"], 1)
    assert (names(second), second.token) == (["c"], "")
    assert first.revision == second.revision


async def test_pages_of_a_selection_are_not_counted(api: Api, put: Put):
    await put("a", labels={"app": "x"})
    await put("b")
    await put("c", labels={"app": "x"})

    first = await api.list(CONFIG_MAPS, ListOptions(labels="app=x", limit=1))
    second = await api.list(
        CONFIG_MAPS, ListOptions(labels="app=x", limit=1, from_token=first.token)
    )

    assert (names(first), names(second)) == (["a"], ["c"])
    assert first.remaining is None
    assert second.token == ""


@pytest.mark.parametrize("token", ["?", "e30", "eyJhIjoxfQ", "x" * 5000, "e30="])
async def test_a_token_that_nobody_gave_is_refused(api: Api, token: str):
    with pytest.raises(BadRequest, match="continue key is not valid"):
        await api.list(CONFIG_MAPS, ListOptions(from_token=token))


async def test_a_token_is_good_for_its_own_list_only(api: Api, put: Put):
    await put("a")
    await put("b")
    first = await api.list(CONFIG_MAPS, ListOptions(limit=1))

    with pytest.raises(BadRequest, match="continue key is not valid"):
        await api.list(SECRETS, ListOptions(from_token=first.token))


async def test_a_list_is_as_it_was_at_an_exact_revision(api: Api, put: Put):
    before = await put("a")
    await put("b")

    version = before["metadata"]["resourceVersion"]
    listing = await api.list(CONFIG_MAPS, ListOptions(resource_version=version, match="Exact"))

    assert names(listing) == ["a"]
    assert listing.revision == int(version)


async def test_a_list_not_older_than_a_revision_is_of_now(api: Api, put: Put):
    before = await put("a")
    await put("b")

    version = before["metadata"]["resourceVersion"]
    listing = await api.list(
        CONFIG_MAPS, ListOptions(resource_version=version, match="NotOlderThan")
    )

    assert names(listing) == ["a", "b"]


async def test_a_revision_that_has_not_come_is_a_timeout(api: Api):
    with pytest.raises(Timeout, match="Too large resource version: 999999"):
        await api.list(CONFIG_MAPS, ListOptions(resource_version="999999"))


async def test_a_revision_that_is_no_number_is_refused(api: Api):
    with pytest.raises(BadRequest):
        await api.list(CONFIG_MAPS, ListOptions(resource_version="new"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (ListOptions(match="Exact"), "forbidden unless resourceVersion is provided"),
        (ListOptions(match="Exact", resource_version="0"), 'forbidden for resourceVersion "0"'),
        (ListOptions(match="Near", resource_version="1"), 'Unsupported value: "Near"'),
        (ListOptions(match="Exact", from_token="x"), "forbidden when continue is provided"),
    ],
)
async def test_a_match_that_makes_no_sense_is_invalid(api: Api, options: ListOptions, message: str):
    with pytest.raises(Invalid, match=message):
        await api.list(CONFIG_MAPS, options)


async def test_labels_select(api: Api, put: Put):
    await put("a", labels={"app": "x", "tier": "web"})
    await put("b", labels={"app": "x"})
    await put("c")

    listing = await api.list(CONFIG_MAPS, ListOptions(labels="app=x,tier!=web"))

    assert names(listing) == ["b"]


async def test_a_name_selects(api: Api, put: Put):
    await put("a")
    await put("b")

    listing = await api.list(CONFIG_MAPS, ListOptions(fields="metadata.name=b"))

    assert names(listing) == ["b"]


async def test_builds_are_selected_by_phase_and_pod_ba_7(api: Api):
    pod = {"openshift.io/build.pod-name": "a-build"}
    await api.create(BUILDS, a_build("a", annotations=pod))
    await api.create(BUILDS, {**a_build("b"), "status": {"phase": "Running"}})

    new = await api.list(BUILDS, ListOptions(fields="status=New"))
    running = await api.list(BUILDS, ListOptions(fields="status!=New"))
    of_pod = await api.list(BUILDS, ListOptions(fields="podName=a-build"))

    assert (names(new), names(running), names(of_pod)) == (["a"], ["b"], ["a"])


async def test_a_field_that_cannot_be_selected_by_is_refused_ba_7(api: Api):
    with pytest.raises(BadRequest, match=r"field label not supported: spec.runPolicy"):
        await api.list(BUILDS, ListOptions(fields="spec.runPolicy=Serial"))
