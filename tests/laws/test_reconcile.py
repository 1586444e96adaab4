"""The laws of the build controller, over random worlds: R1 to R6.

R1 asked again, it falls silent; R2 terminal phases stay; R3 only legal moves; R4 no document makes
it raise; R5 it stays in its namespace; R6 cut off anywhere and asked again, it comes to the same
end. R2, R3 and R5 are looked at by the World with every action.
"""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from laws.reconciling import CLUSTER, NOW, SPACE, World, a_build
from slipcast.api.build import Build
from slipcast.api.pod import Pod
from slipcast.builds.phases import is_terminal
from slipcast.builds.runpolicy import ACTIVE, RunPolicy, policy_of
from slipcast.reconcile.actions import Change, Create, Remove
from slipcast.reconcile.builds import reconcile
from slipcast.reconcile.views import BuildView, Missing, Output

POLICIES = [policy.value for policy in RunPolicy]
PHASES = ["New", "Pending", "Running", "Complete", "Failed", "Error", "Cancelled"]
words = st.sampled_from(["", "a", "7", "-1", "frontend", "é", "a/b"])
policies = st.lists(st.sampled_from(POLICIES), min_size=1, max_size=4)
stories = st.lists(
    st.tuples(
        st.sampled_from(["run", "succeed", "fail", "vanish", "cancel", "report", "new"]),
        st.integers(0, 5),
        st.sampled_from(POLICIES),
    ),
    max_size=8,
)


def happens(world: World, what: str, which: int, policy: str) -> None:
    """Something that is not the controller's doing."""
    world.tick()
    if what == "new":
        build = a_build(len(world.builds) + 1, policy)
        world.builds[build.metadata.name] = build
        return
    names = sorted(world.builds)
    build = world.builds[names[which % len(names)]]
    status = build.status
    if what == "cancel":
        status = replace(status, cancelled=True)
    elif what == "report" and status.phase == "Running":
        status = replace(status, phase="Failed", reason="AssembleFailed")
    world.builds[build.metadata.name] = replace(build, status=status)
    _pod_does(world, what, f"{build.metadata.name}-build")


def _pod_does(world: World, what: str, name: str) -> None:
    pod = world.pods.get(name)
    if pod is None:
        return
    if what == "vanish":
        del world.pods[name]
    content = {
        "run": {"phase": "Running"},
        "succeed": {"phase": "Succeeded", "containerStatuses": [{"name": "sti-build"}]},
        "fail": {"phase": "Failed", "reason": "Error"},
    }.get(what)
    if content is not None and pod.status.phase in {"Pending", "Running"}:
        status = msgspec.convert(content, type(pod.status))
        world.pods[name] = replace(pod, status=status)


def a_world(made: list[str]) -> World:
    return World([a_build(index, policy) for index, policy in enumerate(made, 1)])


@given(policies, stories)
def test_asked_again_it_falls_silent_r1_r2_r3_r5(
    made: list[str], story: list[tuple[str, int, str]]
) -> None:
    world = a_world(made)
    world.settle()
    for event in story:
        happens(world, *event)
        world.settle()

    assert all(
        not [each for each in world.decide(name) if isinstance(each, Change | Create | Remove)]
        for name in world.builds
    )


@given(policies, stories)
def test_no_build_is_started_twice_and_serial_builds_run_alone_bl_113(
    made: list[str], story: list[tuple[str, int, str]]
) -> None:
    world = a_world(made)
    for event in story:
        world.settle()
        happens(world, *event)
        active = [each for each in world.builds.values() if each.status.phase in ACTIVE]
        alone = [each for each in active if policy_of(each) is not RunPolicy.PARALLEL]
        assert len(alone) <= 1
        assert not alone or len(active) == 1

    world.settle()
    assert len(world.made) == len(set(world.made))


@given(policies)
def test_every_build_ends_when_pods_do_bl_113(made: list[str]) -> None:
    world = a_world(made)
    for _ in made:
        world.settle()
        for name in list(world.pods):
            _pod_does(world, "succeed", name)
    world.settle()

    assert all(is_terminal(each.status.phase) for each in world.builds.values())


@given(
    st.sampled_from(POLICIES), st.integers(1, 4), stories, st.lists(st.integers(0, 3), max_size=12)
)
def test_cut_off_anywhere_it_comes_to_the_same_end_r6(
    policy: str, number: int, story: list[tuple[str, int, str]], cuts: list[int]
) -> None:
    # Who is next in a line of several policies depends on when one looks (BL-506).
    whole, cut = a_world([policy] * number), a_world([policy] * number)
    for event in [*((what, which, policy) for what, which, _ in story), ("run", 0, policy)]:
        whole.settle()
        for index, length in enumerate(cuts):
            names = list(cut.builds)
            name = names[index % len(names)]
            cut.perform(cut.decide(name)[:length])
        cut.settle()
        happens(whole, *event)
        happens(cut, *event)
    whole.settle()
    cut.settle()

    assert cut.ends() == whole.ends()


@given(policies, stories, st.integers(0, 5), st.integers(0, 2))
@example(["Parallel", "Serial", "Parallel"], [("cancel", 0, "Serial")], 2, 1)
def test_no_pod_runs_for_a_build_that_waits_after_a_cut_bl_48_r6(
    made: list[str], story: list[tuple[str, int, str]], which: int, length: int
) -> None:
    world = a_world(made)
    for event in story:
        names = list(world.builds)
        name = names[which % len(names)]
        world.perform(world.decide(name)[:length])
        happens(world, *event)
        world.settle()
    world.settle()

    waiting = {f"{each}-build" for each, build in world.builds.items() if is_new(build)}
    assert waiting.isdisjoint(world.pods)


def is_new(build: Build) -> bool:
    """Whether a build has not begun."""
    return build.status.phase == "New"


references = st.fixed_dictionaries({}, optional={"kind": words, "name": words})
strategies = st.sampled_from(
    ["sourceStrategy", "dockerStrategy", "customStrategy", "jenkinsPipelineStrategy"]
)
sources = st.fixed_dictionaries(
    {},
    optional={
        "git": st.fixed_dictionaries({}, optional={"uri": words, "ref": words}),
        "binary": st.just({}),
        "images": st.lists(st.just({"pullSecret": {"name": "a"}}), max_size=2),
        "secrets": st.lists(st.fixed_dictionaries({"secret": references}), max_size=2),
        "contextDir": words,
    },
)
variables = st.lists(
    st.fixed_dictionaries(
        {"name": words},
        optional={
            "value": words,
            "valueFrom": st.fixed_dictionaries(
                {}, optional={"fieldRef": st.fixed_dictionaries({"fieldPath": words})}
            ),
        },
    ),
    max_size=2,
)
metadata = st.fixed_dictionaries(
    {"name": words, "namespace": st.just(SPACE)},
    optional={
        "uid": words,
        "labels": st.dictionaries(
            st.sampled_from(["openshift.io/build-config.name", "openshift.io/build.start-policy"]),
            words,
        ),
        "annotations": st.dictionaries(
            st.sampled_from(["openshift.io/build.number", "openshift.io/build-config.name"]), words
        ),
        "ownerReferences": st.lists(
            st.fixed_dictionaries({"kind": st.sampled_from(["Build", "X"]), "uid": words}),
            max_size=1,
        ),
    },
)
moments = st.sampled_from(["2026-11-22T18:00:00Z", "2026-02-31T00:00:00Z"])
documents = st.fixed_dictionaries(
    {"metadata": metadata},
    optional={
        "spec": st.builds(
            lambda strategy, env, source, to: {
                "strategy": {strategy: {"env": env}},
                "source": source,
                "output": {"to": to},
            },
            strategies,
            variables,
            sources,
            references,
        ),
        "status": st.fixed_dictionaries(
            {"phase": st.sampled_from(["", "Odd", *PHASES])},
            optional={
                "cancelled": st.booleans(),
                "reason": words,
                "startTimestamp": moments,
                "conditions": st.lists(
                    st.fixed_dictionaries(
                        {"type": st.just("New"), "reason": st.just("BuildPodExists")},
                        optional={"lastUpdateTime": moments},
                    ),
                    max_size=1,
                ),
            },
        ),
    },
)
ends = st.fixed_dictionaries(
    {},
    optional={
        "exitCode": st.integers(0, 2),
        "reason": st.sampled_from(["", "OOMKilled"]),
        "message": st.text(max_size=300),
    },
)
containers = st.lists(
    st.fixed_dictionaries({"state": st.fixed_dictionaries({}, optional={"terminated": ends})}),
    max_size=2,
)
pods = st.none() | st.fixed_dictionaries(
    {"metadata": metadata},
    optional={
        "status": st.fixed_dictionaries(
            {"phase": st.sampled_from(["", "Pending", "Running", "Succeeded", "Failed", "Odd"])},
            optional={
                "reason": st.sampled_from(["", "Evicted", "DeadlineExceeded"]),
                "startTime": moments,
                "containerStatuses": containers,
                "initContainerStatuses": containers,
            },
        )
    },
)


@given(documents, pods, st.lists(documents, max_size=2), words, words)
def test_no_document_makes_it_raise_and_it_stays_at_home_r4_r5(
    build: dict[str, Any],
    pod: dict[str, Any] | None,
    siblings: list[dict[str, Any]],
    output: str,
    wrong: str,
) -> None:
    view = BuildView(
        build=msgspec.convert(build, Build),
        pod=None if pod is None else msgspec.convert(pod, Pod),
        siblings=tuple(msgspec.convert(each, Build) for each in siblings),
        cluster=CLUSTER,
        output=Output(name=output, wrong=wrong),
        missing=Missing(secrets=(wrong,) if wrong else ()),
    )

    actions = reconcile(view, NOW)

    touched = [each for each in actions if isinstance(each, Create | Remove)]
    changed = [each.after for each in actions if isinstance(each, Change)]
    assert {each.object.metadata.namespace for each in touched} <= {SPACE}
    assert {each.metadata.namespace for each in changed} <= {SPACE}
