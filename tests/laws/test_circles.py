"""BuildConfigs that build from each other's images, anyhow: an image from outside is built once.

Whatever leads to whatever, and however builds end, the controllers come to rest; and nobody who
builds from an image is passed over because others build in circles.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from slipcast.builds.lineage import Place, circle
from slipcast.testing.world import BUILD, BUILD_CONFIG, SOURCE, STREAM, World

TAGS: Final = ("a", "b", "c")
CONFIGS: Final = ("one", "two", "three", "four")
MOST: Final = 40
"""Builds after which something goes round for ever."""

ways = st.dictionaries(
    st.sampled_from(CONFIGS),
    st.tuples(st.sampled_from(TAGS), st.sampled_from(TAGS)),
    min_size=1,
)
"""Of each BuildConfig, the tag that it builds from, and the one that it pushes to."""
endings = st.lists(st.sampled_from(("well", "silently", "at once")), max_size=6)

Ways = Mapping[str, tuple[str, str]]


def reached(ways_: Ways, pushed: Iterable[str]) -> set[str]:
    """The BuildConfigs that an image at these tags leads to, where all builds end well."""
    tags = set(pushed)
    for _ in TAGS:
        tags |= {to for from_, to in ways_.values() if from_ in tags}
    return {name for name, (from_, _) in ways_.items() if from_ in tags}


class Story:
    """What happens to BuildConfigs that build from each other's images."""

    def __init__(self, world: World, endings_: list[str]) -> None:
        self._world = world
        self._endings = endings_
        self._images = 0
        self.ended: list[str] = []

    async def push(self, tag: str) -> str:
        """A new image comes to a tag; its digest."""
        self._images += 1
        image = f"{self._images:04x}"
        await self._world.push(f"{tag}:latest", image)
        return "sha256:" + image * 16

    async def run(self, ways_: Ways) -> None:
        """All builds go on to their ends, one after another, until there are no more."""
        await self._world.settle()
        while len(self.ended) < MOST:
            going = [
                each
                for each in await self._world.all(BUILD)
                if each["status"]["phase"] in {"New", "Pending", "Running"}
            ]
            if not going:
                return
            name = going[0]["metadata"]["name"]
            await self._ends(name, ways_[name.rpartition("-")[0]][1])

    async def _ends(self, build: str, output: str) -> None:
        world = self._world
        how = self._endings[len(self.ended)] if len(self.ended) < len(self._endings) else "well"
        self.ended.append(build)
        await world.runs(build)
        await world.settle()
        if how != "at once":
            digest = await self.push(output)
            await world.settle()
            if how == "well":
                said = {"status": {"output": {"to": {"imageDigest": digest}}}}
                await world.change(BUILD, build, said)
        await world.ends(build, code=0 if how == "well" else 1)
        await world.later(minutes=5)


async def told(ways_: Ways, endings_: list[str], pushes: list[str]) -> Story:
    """What comes of pushes from outside, each of which has come to rest before the next."""
    world = await World().begin()
    for tag in TAGS:
        await world.create(STREAM, {"metadata": {"name": tag}})
    for name, (from_, to) in ways_.items():
        reference = {"kind": "ImageStreamTag", "name": f"{from_}:latest"}
        spec = {
            "source": SOURCE,
            "strategy": {"sourceStrategy": {"from": reference}},
            "output": {"to": {"kind": "ImageStreamTag", "name": f"{to}:latest"}},
            "triggers": [{"type": "ImageChange", "imageChange": {}}],
        }
        await world.create(BUILD_CONFIG, {"metadata": {"name": name}, "spec": spec})
    story = Story(world, endings_)
    for tag in pushes:
        await story.push(tag)
        await story.run(ways_)
    return story


@given(ways, endings, st.lists(st.sampled_from(TAGS), min_size=1, max_size=2))
def test_whatever_builds_from_whatever_comes_to_rest_up_31(
    ways_: Ways, endings_: list[str], pushes: list[str]
) -> None:
    story = asyncio.run(told(ways_, endings_, pushes))

    assert len(story.ended) < MOST


@given(ways, st.sampled_from(TAGS))
def test_whoever_an_image_leads_to_is_built_up_31(ways_: Ways, tag: str) -> None:
    story = asyncio.run(told(ways_, [], [tag]))

    assert {each.rpartition("-")[0] for each in story.ended} == reached(ways_, [tag])


places = st.sampled_from([("shop", each) for each in "abcde"])


@given(places, st.dictionaries(places, st.sets(places)))
def test_a_circle_holds_just_those_that_lead_to_one_another(
    place: Place, feeds: dict[Place, set[Place]]
) -> None:
    def led_to(begin: Place) -> set[Place]:
        found: set[Place] = set()
        while more := {fed for each in {*found} or {begin} for fed in feeds.get(each, ())} - found:
            found |= more
        return found

    expected = {each for each in led_to(place) if place in led_to(each)}

    assert circle(place, lambda each: feeds.get(each, ())) == expected
