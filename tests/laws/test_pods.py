"""The laws of the agent, over random worlds.

Asked again, it falls silent; never more pods run than the node takes, and none is started twice;
what began ends removed, its logs kept once; terminal phases stay; killed after any action, the next
one comes to the same end. Much of it is looked at by the world with every action.
"""

from __future__ import annotations

import operator
from collections import Counter
from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from laws.podworld import LIMIT, NODE, NOW, PodWorld
from slipcast.api.pod import Pod, PodStatus
from slipcast.reconcile.podactions import Again
from slipcast.reconcile.podqueue import next_pods
from slipcast.reconcile.pods import PodsView, Refusal, Seen, reconcile
from slipcast.reconcile.podstatus import is_over

RETRIED = Refusal(reason="CreateContainerConfigError", message="no Secret a", until=NOW)
LASTING = Refusal(reason="InvalidPod", message="it is wrong")
CALM = ["create", "other", "run", "succeed", "fail", "delete", "tick"]
WILD = [*CALM, "erase", "vanish", "refuse", "never", "allow", "fill", "empty", "crash"]
SPACES = ["shop", "bank", "farm"]


Story = list[tuple[str, int, str]]


def stories(words: list[str]) -> st.SearchStrategy[Story]:
    """Some pods are made, then all sorts of things happen."""
    beginnings = st.lists(
        st.tuples(st.just("create"), st.just(0), st.sampled_from(SPACES)), min_size=2, max_size=4
    )
    events = st.tuples(st.sampled_from(words), st.integers(1, 4), st.sampled_from(SPACES))
    return st.builds(operator.add, beginnings, st.lists(events, max_size=12))


def happens(world: PodWorld, what: str, which: int, space: str) -> None:
    """Something that is not the agent's doing."""
    uid = f"u-{which:03}"
    doings = {
        "create": lambda: world.create(space, is_build=True),
        "other": lambda: world.create(space, is_build=False),
        "run": lambda: world.becomes(uid, "Running"),
        "succeed": lambda: world.becomes(uid, "Succeeded"),
        "fail": lambda: world.becomes(uid, "Failed"),
        "delete": lambda: world.delete(uid, at_once=False),
        "erase": lambda: world.delete(uid, at_once=True),
        "vanish": lambda: world.vanish(uid),
        "refuse": lambda: setattr(world, "refusal", RETRIED),
        "never": lambda: setattr(world, "refusal", LASTING),
        "allow": lambda: setattr(world, "refusal", None),
        "fill": lambda: setattr(world, "is_full", True),
        "empty": lambda: setattr(world, "is_full", False),
        "crash": world.crash,
        "tick": world.tick,
    }
    doings[what]()


def live_through(story: Story) -> PodWorld:
    world = PodWorld()
    for event in story:
        happens(world, *event)
        world.settle()
    return world


def come_to_the_end(world: PodWorld) -> None:
    """Nothing stands in the way any more, and all that runs ends."""
    world.refusal, world.is_full = None, False
    for _ in range(world.made + 1):
        world.tick()
        world.settle()
        for uid in list(world.runner):
            world.becomes(uid, "Succeeded")
    world.tick()
    world.settle()


@given(stories(WILD))
def test_it_falls_silent_and_never_runs_more_than_its_limit(
    story: Story,
) -> None:
    world = live_through(story)

    assert all(isinstance(each, Again) for each in world.decide())
    assert all(count == 1 for count in world.started.values())


@given(stories(WILD))
def test_what_began_ends_removed_and_its_log_is_kept(story: Story) -> None:
    world = live_through(story)

    come_to_the_end(world)

    assert world.runner == {}
    ours = [each for each in world.pods.values() if each.metadata.owner_references]
    assert all(is_over(each.status) for each in ours)
    succeeded = [each for each in ours if each.status.phase == "Succeeded"]
    found = [each for each in succeeded if each.metadata.uid not in world.lost]
    assert all(world.logs[each.metadata.owner_references[0].uid] for each in found)


@given(stories([*CALM, "refuse", "allow", "fill", "empty"]))
def test_without_a_crash_a_log_is_kept_exactly_once(story: Story) -> None:
    world = live_through(story)

    come_to_the_end(world)

    assert set(world.logs.values()) <= {1}
    assert sum(world.logs.values()) == sum(world.started.values())


@given(stories(CALM), st.lists(st.integers(0, 4), max_size=8))
def test_killed_after_any_action_the_next_one_comes_to_the_same_end(
    story: Story, cuts: list[int]
) -> None:
    whole, cut = PodWorld(), PodWorld()
    for event in [*story, ("tick", 1, "shop")]:
        for length in cuts:
            cut.perform(cut.decide()[:length])
            cut.crash()
        whole.settle()
        cut.settle()
        happens(whole, *event)
        happens(cut, *event)
    whole.settle()
    cut.settle()

    assert cut.ends() == whole.ends()
    assert cut.runner == whole.runner
    assert set(cut.logs) == set(whole.logs)


@given(st.lists(st.sampled_from(SPACES), max_size=12), st.integers(0, 8))
def test_no_namespace_is_two_pods_ahead_of_one_that_waits(made: list[str], room: int) -> None:
    world = PodWorld()
    for space in made:
        world.create(space, is_build=True)

    chosen = next_pods(world.pods.values(), {}, room)

    counts = Counter(each.metadata.namespace for each in chosen)
    left = Counter(made) - counts
    assert len(chosen) == min(room, len(made))
    assert all(counts[one] <= counts[other] + 1 for one in counts for other in left)


words = st.sampled_from(["", "a", NODE, "é"])
moments = st.sampled_from(["2026-02-31T00:00:00Z", "2026-11-22T18:00:00Z"])
uids = st.sampled_from(["u-1", "u-2", "u-3"])
ends = st.fixed_dictionaries(
    {"name": words},
    optional={
        "ready": st.booleans(),
        "state": st.sampled_from([{}, {"running": {}}, {"terminated": {"exitCode": 1}}]),
    },
)
phases = st.sampled_from(["", "Pending", "Running", "Succeeded", "Failed", "Odd"])
statuses = st.fixed_dictionaries(
    {"phase": phases},
    optional={
        "startTime": moments,
        "containerStatuses": st.lists(ends, max_size=2),
        "initContainerStatuses": st.lists(ends, max_size=2),
        "conditions": st.lists(
            st.fixed_dictionaries(
                {"type": st.sampled_from(["Ready", "PodScheduled"])},
                optional={"status": st.sampled_from(["True", "x"]), "lastTransitionTime": moments},
            ),
            max_size=2,
        ),
    },
)
pods = st.fixed_dictionaries(
    {
        "metadata": st.fixed_dictionaries(
            {"uid": uids, "name": words, "namespace": words},
            optional={
                "deletionTimestamp": moments,
                "deletionGracePeriodSeconds": st.integers(-1, 9),
                "ownerReferences": st.just([{"kind": "Build", "uid": "b", "controller": True}]),
                "creationTimestamp": moments,
            },
        ),
        "spec": st.fixed_dictionaries(
            {},
            optional={
                "nodeName": words,
                "activeDeadlineSeconds": st.integers(-9, 1 << 62),
                "containers": st.lists(st.fixed_dictionaries({"name": words}), max_size=2),
                "initContainers": st.lists(st.fixed_dictionaries({"name": words}), max_size=2),
            },
        ),
        "status": statuses,
    }
)
refusals = st.builds(
    Refusal,
    reason=words,
    message=words,
    until=st.sampled_from([None, NOW, NOW + timedelta(1)]),
)


@given(
    st.lists(pods, max_size=3),
    st.dictionaries(uids, statuses, max_size=3),
    st.dictionaries(uids, refusals, max_size=3),
)
def test_no_document_makes_it_raise(
    made: list[dict[str, Any]], seen: dict[str, dict[str, Any]], refused: dict[str, Refusal]
) -> None:
    view = PodsView(
        pods=tuple(msgspec.convert(each, Pod) for each in made),
        seen=tuple(
            Seen(uid=uid, namespace="shop", status=msgspec.convert(status, PodStatus))
            for uid, status in seen.items()
        ),
        node=NODE,
        limit=LIMIT,
        refusals=refused,
    )

    actions = reconcile(view, NOW)

    assert {type(each).__name__ for each in actions} <= {
        *("Bind", "Start", "Stop", "Keep", "Tell", "Delete", "Forget", "Again")
    }
