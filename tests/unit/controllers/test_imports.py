"""Images of registries elsewhere come into streams by themselves, and go on coming."""

from __future__ import annotations

from typing import Any

import pytest

from slipcast.api.image import ImageStream, NamedTagEventList
from slipcast.api.lens import read
from slipcast.images.events import history_of
from slipcast.images.imports import CHECKED
from slipcast.images.scheduling import Look, looks
from slipcast.ports.api import Resource
from slipcast.ports.distribution import UNREACHABLE, DistributionFault
from slipcast.testing.world import SPACE, STREAM, World

pytestmark = pytest.mark.anyio

HOST = "registry.example.com"
WEB = f"{HOST}/acme/web:1"


def a_tag(name: str = "latest", source: str = WEB, **policy: Any) -> dict[str, Any]:
    """A tag of a stream that comes from elsewhere."""
    return {
        "name": name,
        "from": {"kind": "DockerImage", "name": source},
        "importPolicy": policy,
    }


async def a_stream(world: World, *tags: dict[str, Any], **spec: Any) -> None:
    """The stream `web`, looked after."""
    await world.create(STREAM, {"metadata": {"name": "web"}, "spec": {"tags": tags, **spec}})
    await world.settle()


async def the_stream(world: World) -> ImageStream:
    """The stream as it is now."""
    return read(await world.api.get(Resource(STREAM, SPACE, "web")), ImageStream)


async def history(world: World, tag: str = "latest") -> NamedTagEventList:
    """The history of a tag."""
    return history_of(await the_stream(world), tag) or NamedTagEventList(tag=tag)


async def images(world: World, tag: str = "latest") -> list[str]:
    """The images in the history of a tag, the newest first."""
    return [each.image for each in (await history(world, tag)).items]


async def look(world: World, tag: str = "latest") -> Look:
    """What is known of the lookups of a tag."""
    return looks((await the_stream(world)).metadata.annotations)[tag]


async def test_a_new_tag_is_looked_up_is_101(world: World):
    digest = world.elsewhere.push(WEB)

    await a_stream(world, a_tag())

    assert await images(world) == [str(digest)]
    assert CHECKED in (await the_stream(world)).metadata.annotations
    assert await world.events("web") == {}


async def test_a_tag_that_is_only_a_reference_is_not_looked_up_is_100(world: World):
    await a_stream(world, {**a_tag(), "reference": True})

    assert world.elsewhere.asked == []


async def test_a_new_repository_is_looked_up_with_the_tags_is_101(world: World):
    world.elsewhere.push(WEB)
    other = world.elsewhere.push(f"{HOST}/acme/other:1", {"User": "1"})

    explicit = a_tag("1", f"{HOST}/acme/other:1")
    await a_stream(world, explicit, dockerImageRepository=f"{HOST}/acme/web")

    assert await images(world, "1") == [str(other)]


async def test_what_could_not_be_found_is_not_looked_up_again_is_104(world: World):
    await a_stream(world, a_tag())
    asked = len(world.elsewhere.asked)

    await world.later(days=1)

    assert len(world.elsewhere.asked) == asked == 1
    assert [each.reason for each in (await history(world)).conditions] == ["NotFound"]


async def test_a_tag_of_generation_0_is_looked_up_again_is_104(world: World):
    await a_stream(world, a_tag())
    digest = world.elsewhere.push(WEB)

    await world.change(STREAM, "web", {"spec": {"tags": [{**a_tag(), "generation": 0}]}})
    await world.settle()

    assert await images(world) == [str(digest)]
    assert (await history(world)).conditions == ()


async def test_a_failure_that_is_asked_for_again_is_not_asked_for_for_ever_is_101(world: World):
    await a_stream(world, a_tag())

    await world.change(STREAM, "web", {"spec": {"tags": [{**a_tag(), "generation": 0}]}})
    await world.settle()
    await world.later(hours=1)

    assert len(world.elsewhere.asked) == 2


async def test_a_tag_that_is_added_is_looked_up_alone_is_101(world: World):
    world.elsewhere.push(WEB)
    await a_stream(world, a_tag())
    world.elsewhere.asked.clear()

    await world.change(STREAM, "web", {"spec": {"tags": [a_tag(), a_tag("two", f"{HOST}/b/c:2")]}})
    await world.settle()

    assert world.elsewhere.asked == [f"{HOST}/b/c:2"]


async def test_a_tag_moves_with_its_source_when_it_is_scheduled_is_105(world: World):
    old = world.elsewhere.push(WEB)
    await a_stream(world, a_tag(scheduled=True))
    new = world.elsewhere.push(WEB, {"User": "1001"})

    await world.later(minutes=14)
    before = await images(world)
    await world.later(minutes=3)

    assert before == [str(old)]
    assert await images(world) == [str(new), str(old)]


async def test_a_tag_that_is_not_scheduled_stays_is_105(world: World):
    old = world.elsewhere.push(WEB)
    await a_stream(world, a_tag(), a_tag("other", scheduled=True))
    world.elsewhere.push(WEB, {"User": "1001"})

    await world.later(minutes=20)

    assert await images(world) == [str(old)]
    assert len(await images(world, "other")) == 2


async def test_a_scheduled_tag_says_when_it_was_and_will_be_looked_up_up_23(world: World):
    world.elsewhere.push(WEB)

    await a_stream(world, a_tag(scheduled=True))

    found = await look(world)
    assert found.last == "2026-11-22T12:00:00Z"
    assert "2026-11-22T12:15:00Z" <= found.next <= "2026-11-22T12:16:30Z"


async def test_a_scheduled_tag_that_did_not_move_says_that_it_was_looked_up_up_23(world: World):
    world.elsewhere.push(WEB)
    await a_stream(world, a_tag(scheduled=True))

    await world.later(minutes=20)

    assert (await look(world)).last == "2026-11-22T12:20:00Z"
    assert len(await images(world)) == 1


async def test_a_schedule_survives_a_restart_is_105(world: World):
    world.elsewhere.push(WEB)
    await a_stream(world, a_tag(scheduled=True))

    await world.later(minutes=10)
    await world.restart()
    await world.later(minutes=2)
    asked = len(world.elsewhere.asked)
    await world.later(minutes=5)

    assert (asked, len(world.elsewhere.asked)) == (2, 4)


async def test_what_fails_is_looked_up_less_and_less_often_is_105(world: World):
    world.elsewhere.broken[HOST] = DistributionFault("it is gone", reason=UNREACHABLE)
    await a_stream(world, a_tag(scheduled=True))

    await world.later(minutes=20)
    tried = len(world.elsewhere.asked)
    await world.later(minutes=12)
    await world.later(minutes=8)

    assert (tried, len(world.elsewhere.asked)) == (1, 2)
    assert (await look(world)).failures == 2


async def test_what_works_again_is_looked_up_as_often_as_before_is_105(world: World):
    world.elsewhere.broken[HOST] = DistributionFault("it is gone", reason=UNREACHABLE)
    await a_stream(world, a_tag(scheduled=True))
    del world.elsewhere.broken[HOST]
    world.elsewhere.push(WEB)

    await world.later(minutes=35)

    found = await look(world)
    assert (found.failures, len(await images(world))) == (0, 1)
    assert found.next < "2026-11-22T12:52:00Z"


async def test_tags_that_are_scheduled_no_longer_are_left_alone_is_105(world: World):
    world.elsewhere.push(WEB)
    await a_stream(world, a_tag(scheduled=True))
    asked = len(world.elsewhere.asked)

    await world.change(STREAM, "web", {"spec": {"tags": [a_tag()]}})
    await world.later(hours=2)

    assert len(world.elsewhere.asked) == asked


async def test_scheduled_imports_do_not_all_begin_at_once_is_105(world: World):
    world.elsewhere.push(WEB)
    for number in range(5):
        name = {"metadata": {"name": f"web{number}"}}
        await world.create(STREAM, {**name, "spec": {"tags": [a_tag(scheduled=True)]}})
    await world.settle()
    world.elsewhere.asked.clear()

    await world.later(minutes=20)
    at_once = len(world.elsewhere.asked)
    await world.later(seconds=4)

    assert at_once == 2
    assert len(world.elsewhere.asked) == 10


async def test_an_import_is_finished_by_whoever_comes_after_a_death_is_103(world: World):
    digest = world.elsewhere.push(WEB)
    world.mortality = 1

    await a_stream(world, a_tag())

    assert world.deaths == 1
    assert await images(world) == [str(digest)]
