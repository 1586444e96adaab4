"""Watching: every change once, in order, and only what was asked for."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from contract.api.conftest import BUILDS, CONFIG_MAPS, NAMESPACES, SECRETS, Put, a_build
from slipcast.ports.api import Api, Patch, Resource, WatchEvent, WatchOptions
from slipcast.values.apifaults import BadRequest, Invalid, Timeout

pytestmark = pytest.mark.anyio

Events = AsyncGenerator[WatchEvent, None]


async def told(events: Events, count: int) -> list[tuple[str, str]]:
    """The next so many events: their types and names."""
    found = [await anext(events) for _ in range(count)]
    return [(event.type, event.document.names.name) for event in found]


async def relabel(api: Api, name: str, app: str) -> None:
    patch = Patch(type="merge", body={"metadata": {"labels": {"app": app}}})
    await api.patch(CONFIG_MAPS.named(name), patch)


async def test_changes_after_a_revision_are_told_in_order(api: Api, put: Put):
    start = (await put("a"))["metadata"]["resourceVersion"]
    await put("b")
    await relabel(api, "a", "x")
    await api.delete(CONFIG_MAPS.named("b"))

    events = await api.watch(CONFIG_MAPS, WatchOptions(resource_version=start))

    async with aclosing(events):
        assert await told(events, 3) == [("ADDED", "b"), ("MODIFIED", "a"), ("DELETED", "b")]


async def test_changes_are_told_as_they_come(api: Api, put: Put):
    start = (await put("a"))["metadata"]["resourceVersion"]
    events = await api.watch(CONFIG_MAPS, WatchOptions(resource_version=start))

    async with aclosing(events):
        await put("b")
        first = await told(events, 1)
        await api.delete(CONFIG_MAPS.named("b"))
        second = await told(events, 1)

    assert (first, second) == ([("ADDED", "b")], [("DELETED", "b")])


@pytest.mark.parametrize("version", ["", "0"])
async def test_without_a_revision_a_watch_begins_with_what_there_is(
    api: Api, put: Put, version: str
):
    await put("a")
    events = await api.watch(CONFIG_MAPS, WatchOptions(resource_version=version))

    async with aclosing(events):
        first = await told(events, 1)
        await put("b")
        second = await told(events, 1)

    assert (first, second) == ([("ADDED", "a")], [("ADDED", "b")])


async def test_initial_events_end_with_a_bookmark(api: Api, put: Put):
    content = await put("a")
    options = WatchOptions(initial_events=True, match="NotOlderThan", bookmarks=True)

    events = await api.watch(CONFIG_MAPS, options)
    async with aclosing(events):
        added, end = await anext(events), await anext(events)

    assert (added.type, end.type, end.initial_end) == ("ADDED", "BOOKMARK", True)
    assert end.document.revision >= int(content["metadata"]["resourceVersion"])


async def test_a_deleted_object_is_told_as_it_last_was_at_its_deletion(api: Api, put: Put):
    content = await put("a", {"b": "c"})
    version = content["metadata"]["resourceVersion"]
    events = await api.watch(CONFIG_MAPS, WatchOptions(resource_version=version))

    async with aclosing(events):
        await api.delete(CONFIG_MAPS.named("a"))
        event = await anext(events)

    assert event.document.content["data"] == {"b": "c"}
    assert event.document.revision > int(version)


async def test_what_comes_into_a_selection_is_added_and_what_leaves_it_deleted_ba_7(
    api: Api, put: Put
):
    start = (await put("a", labels={"app": "y"}))["metadata"]["resourceVersion"]
    options = WatchOptions(resource_version=start, labels="app=x")
    events = await api.watch(CONFIG_MAPS, options)

    async with aclosing(events):
        await relabel(api, "a", "x")
        await put("other")
        await relabel(api, "a", "z")
        await api.delete(CONFIG_MAPS.named("a"))
        await put("b", labels={"app": "x"})

        assert await told(events, 3) == [("ADDED", "a"), ("DELETED", "a"), ("ADDED", "b")]


async def test_an_object_that_leaves_is_told_as_it_was_inside(api: Api, put: Put):
    start = (await put("a", labels={"app": "x"}))["metadata"]["resourceVersion"]
    options = WatchOptions(resource_version=start, labels="app=x")
    events = await api.watch(CONFIG_MAPS, options)

    async with aclosing(events):
        await relabel(api, "a", "y")
        event = await anext(events)

    assert event.type == "DELETED"
    assert event.document.names.labels == {"app": "x"}
    assert event.document.revision > int(start)


async def test_a_watch_by_phase_sees_builds_come_and_go_ba_7(api: Api):
    events = await api.watch(BUILDS, WatchOptions(fields="status=Running"))

    async with aclosing(events):
        await api.create(BUILDS, a_build("b"))
        await api.patch(BUILDS.named("b"), phase("Running"))
        await api.patch(BUILDS.named("b"), phase("Complete"))

        assert await told(events, 2) == [("ADDED", "b"), ("DELETED", "b")]


async def test_one_object_is_watched_by_its_name(api: Api, put: Put):
    await put("a")
    await put("b")
    events = await api.watch(CONFIG_MAPS.named("b"))

    async with aclosing(events):
        await relabel(api, "a", "x")
        await relabel(api, "b", "x")

        assert await told(events, 2) == [("ADDED", "b"), ("MODIFIED", "b")]


async def test_all_namespaces_are_watched_together(api: Api, put: Put):
    await api.create(NAMESPACES, {"metadata": {"name": "q"}})
    events = await api.watch(Resource(CONFIG_MAPS.kind))

    async with aclosing(events):
        await put("a")
        await api.create(Resource(CONFIG_MAPS.kind, "q"), {"metadata": {"name": "b"}})

        assert await told(events, 2) == [("ADDED", "a"), ("ADDED", "b")]


async def test_bookmarks_tell_how_far_a_watch_is(api: Api, put: Put):
    start = (await put("a"))["metadata"]["resourceVersion"]
    other = await api.create(SECRETS, {"metadata": {"name": "s"}})
    options = WatchOptions(resource_version=start, bookmarks=True, timeout=60)

    events = await api.watch(CONFIG_MAPS, options)
    async with aclosing(events):
        event = await anext(events)

    assert event.type == "BOOKMARK"
    assert event.document.revision >= other.document.revision


async def test_a_watch_ends_when_its_time_is_up_after_a_last_bookmark(api: Api, put: Put):
    start = (await put("a"))["metadata"]["resourceVersion"]
    options = WatchOptions(resource_version=start, bookmarks=True, timeout=0.01)

    events = await api.watch(CONFIG_MAPS, options)

    assert {event.type async for event in events} == {"BOOKMARK"}


async def test_a_secret_that_is_gone_is_told_without_its_data(api: Api):
    secret = {"metadata": {"name": "s", "labels": {"app": "x"}}, "stringData": {"key": "value"}}
    created = await api.create(SECRETS, secret)
    version = str(created.document.revision)
    events = await api.watch(SECRETS, WatchOptions(resource_version=version, labels="app=x"))

    async with aclosing(events):
        await api.delete(SECRETS.named("s"))
        event = await anext(events)

    assert (event.type, event.document.names.name) == ("DELETED", "s")
    assert event.document.names.uid == created.document.names.uid
    assert "data" not in event.document.content


async def test_a_revision_that_has_not_come_is_a_timeout(api: Api):
    with pytest.raises(Timeout, match="Too large resource version"):
        await api.watch(CONFIG_MAPS, WatchOptions(resource_version="999999"))


@pytest.mark.parametrize(
    "options",
    [WatchOptions(initial_events=True), WatchOptions(match="Exact", resource_version="1")],
)
async def test_options_that_make_no_sense_are_invalid(api: Api, options: WatchOptions):
    with pytest.raises(Invalid, match="resourceVersionMatch"):
        await api.watch(CONFIG_MAPS, options)


@pytest.mark.parametrize("options", [WatchOptions(labels="a in"), WatchOptions(fields="data.x=1")])
async def test_selectors_that_cannot_be_are_refused_at_once(api: Api, options: WatchOptions):
    with pytest.raises(BadRequest):
        await api.watch(CONFIG_MAPS, options)


def phase(name: str) -> Patch:
    return Patch(type="merge", body={"status": {"phase": name}})
