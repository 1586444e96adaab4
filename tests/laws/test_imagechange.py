"""New images under whatever else happens: each starts one build, wherever controllers are killed.

A story is told with the controllers looking after each event, whole and killed, and has to end as a
model says that only counts; and with them looking now and then, when nobody may see each image.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from slipcast.api.document import JSON
from slipcast.ports.api import Resource
from slipcast.testing.world import BUILD, BUILD_CONFIG, SOURCE, SPACE, World
from slipcast.values.apifaults import BadRequest, Invalid

PAUSED: Final = "openshift.io/build-config.paused"
APP: Final = Resource(BUILD_CONFIG, SPACE, "app")
TAG: Final = {"kind": "ImageStreamTag", "name": "ruby:latest"}
SPEC: Final[JSON] = {
    "source": SOURCE,
    "runPolicy": "Parallel",
    "strategy": {"sourceStrategy": {"from": TAG}},
    "triggers": [{"type": "ConfigChange"}, {"type": "ImageChange", "imageChange": {}}],
}
MANUALLY: Final = "Manually triggered"
EVENTS: Final = ("push a", "push b", "push c", "start", "apply", "pause", "resume", "restart")

stories = st.lists(st.sampled_from(EVENTS), max_size=12)
cuts = st.lists(st.integers(0, 4), max_size=12)
looks = st.lists(st.booleans(), max_size=12)

Made = list[tuple[bool, str]]
"""Of each build, whether somebody started it, and the image that it is built from."""


@dataclass
class Model:
    """What comes of a story, each of whose events is looked at before the next."""

    image: str = ""
    last: str = ""
    is_paused: bool = False
    made: Made = field(default_factory=list)

    def happens(self, event: str) -> None:
        """Something happens, and is looked at."""
        if event.startswith("push "):
            self.image = event[-1]
        elif event == "start" and self.image and not self.is_paused:
            self._start(by_hand=True)
        elif event in {"pause", "resume"}:
            self.is_paused = event == "pause"
        if self.image != self.last and not self.is_paused:
            self._start(by_hand=False)

    def _start(self, *, by_hand: bool) -> None:
        self.last = self.image
        self.made.append((by_hand, self.image))


async def happens(world: World, event: str) -> None:
    """Something that is not the controllers' doing."""
    if event.startswith("push "):
        await world.push("ruby:latest", event[-1])
    elif event == "start":
        with suppress(BadRequest, Invalid):
            await world.api.act(Resource(BUILD_CONFIG, SPACE, "app", "instantiate"), NAMED)
    elif event == "apply":
        now = (await world.api.get(APP)).content
        await world.api.update(APP, {**now, "spec": SPEC})
    elif event == "restart":
        await world.restart()
    else:
        said = "true" if event == "pause" else None
        await world.change(BUILD_CONFIG, "app", {"metadata": {"annotations": {PAUSED: said}}})


NAMED: Final = {"metadata": {"name": "app"}}


async def told(story: Sequence[str], kills: Sequence[int], seen: Sequence[bool]) -> Made:
    """A story, in which the controllers are killed once after each event that says so."""
    world = await World().begin()
    await world.create(BUILD_CONFIG, {**NAMED, "spec": SPEC})
    for chapter, event in enumerate(story):
        await happens(world, event)
        if chapter >= len(seen) or seen[chapter]:
            world.mortality = kills[chapter] if chapter < len(kills) and kills[chapter] else None
            await world.settle()
            world.mortality = None
    await world.later(minutes=10)
    return [of(each) for each in sorted(await world.all(BUILD), key=number)]


def of(build: JSON) -> tuple[bool, str]:
    (cause, *_) = build["spec"]["triggeredBy"]
    image: str = build["spec"]["strategy"]["sourceStrategy"]["from"]["name"]
    return cause["message"] == MANUALLY, image[-1]


def number(build: JSON) -> int:
    return int(build["metadata"]["annotations"]["openshift.io/build.number"])


@given(stories, cuts)
def test_each_new_image_starts_one_build_wherever_controllers_are_killed_tr_92_r6(
    story: list[str], kills: list[int]
) -> None:
    model = Model()
    for event in story:
        model.happens(event)

    assert asyncio.run(told(story, kills, ())) == model.made


@given(stories, cuts, looks)
def test_images_that_nobody_saw_are_passed_over_and_none_is_built_twice_tr_96(
    story: list[str], kills: list[int], seen: list[bool]
) -> None:
    whole = Model()
    for event in story:
        whole.happens(event)

    made = asyncio.run(told(story, kills, seen))

    before = ["", *(image for _, image in made)]
    assert all(by_hand or image != before[at] for at, (by_hand, image) in enumerate(made))
    assert whole.is_paused or before[-1] == whole.image
