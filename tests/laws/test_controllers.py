"""R6 over the whole loop: controllers killed after any of their writes come to the same end.

And, whatever happens: no build has two pods, serial builds run alone. Which of a line of mixed
policies is next depends on when one looks (BL-506), so that only lines of one policy end alike.
"""

from __future__ import annotations

import asyncio

from hypothesis import example, given
from hypothesis import strategies as st

from slipcast.builds.runpolicy import ACTIVE, RunPolicy, policy_of
from slipcast.testing.world import World

policies = st.lists(st.sampled_from([policy.value for policy in RunPolicy]), min_size=1, max_size=4)
stories = st.lists(
    st.tuples(
        st.sampled_from(["run", "succeed", "fail", "vanish", "cancel", "delete", "new"]),
        st.integers(0, 3),
        st.sampled_from([policy.value for policy in RunPolicy]),
    ),
    max_size=6,
)

cuts = st.lists(st.integers(0, 6), max_size=7)

End = dict[str, tuple[str, str, bool, str]]


async def happens(world: World, what: str, which: int, policy: str) -> None:
    """Something that is not the controllers' doing; nothing, where it cannot be."""
    if what == "new":
        await world.add(world.numbered + 1, policy)
        return
    names = sorted(await world.phases())
    if not names:
        return
    name = names[which % len(names)]
    pod = await world.pod(name)
    phase = "" if pod is None else pod.status.phase or "Pending"
    if what == "cancel":
        await world.cancel(name)
    elif what == "delete":
        await world.remove(name)
    elif what == "run" and phase == "Pending":
        await world.runs(name)
    elif what in {"succeed", "fail"} and phase in {"Pending", "Running"}:
        await world.ends(name, code=int(what == "fail"), said="the end")
    elif what == "vanish":
        await world.vanishes(name)


async def told(made: list[str], story: list[tuple[str, int, str]], kills: list[int]) -> End:
    """A story, in which the controllers are killed once in each chapter that says so."""
    world = await World().begin()
    for policy in made:
        await happens(world, "new", 0, policy)
    for chapter, event in enumerate([*story, ("cancel", 9, "")]):
        world.mortality = kills[chapter] if chapter < len(kills) and kills[chapter] else None
        await world.settle()
        world.mortality = None
        await check(world)
        await happens(world, *event)
    await world.settle()
    await check(world)
    return await ends(world)


async def check(world: World) -> None:
    assert len(world.made) == len(set(world.made))
    builds = [await world.build(name) for name in await world.phases()]
    active = [each for each in builds if each.status.phase in ACTIVE]
    alone = [each for each in active if policy_of(each) is not RunPolicy.PARALLEL]
    assert not alone or len(active) == 1


async def ends(world: World) -> End:
    found: End = {}
    for name in await world.phases():
        status = (await world.build(name)).status
        has_pod = await world.pod(name) is not None
        found[name] = (status.phase, status.reason, has_pod, status.log_snippet)
    return found


@given(st.sampled_from(RunPolicy), st.integers(1, 4), stories, cuts)
def test_killed_after_any_write_they_come_to_the_same_end_r6(
    policy: RunPolicy, builds: int, story: list[tuple[str, int, str]], kills: list[int]
) -> None:
    same = [(what, which, policy.value) for what, which, _ in story]

    whole = asyncio.run(told([policy.value] * builds, same, []))
    cut = asyncio.run(told([policy.value] * builds, same, kills))

    assert cut == whole


@given(policies, stories, cuts)
@example(["Parallel", "SerialLatestOnly", "Parallel"], [("vanish", 2, "Serial")], [2])
def test_killed_after_any_write_serial_builds_run_alone_bl_113(
    made: list[str], story: list[tuple[str, int, str]], kills: list[int]
) -> None:
    ends = asyncio.run(told(made, story, kills))

    assert len(ends) <= len(made) + len(story)
