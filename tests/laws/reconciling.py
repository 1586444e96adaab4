"""A world of builds and pods in memory, in which decisions are carried out one after another.

Nothing moves by itself: pods do what a story says, between rounds of the controller.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec.structs import replace

from slipcast.api.build import Build
from slipcast.api.pod import Pod
from slipcast.builds import naming
from slipcast.builds.cluster import Cluster
from slipcast.builds.phases import is_terminal, may_move
from slipcast.reconcile.actions import Act, Action, Again, Change, Create, Record, Remove
from slipcast.reconcile.builds import reconcile
from slipcast.reconcile.views import BuildView

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
SPACE = "shop"
CLUSTER = Cluster(builder_image="slipcast/builder:1")
PULLED = {"kind": "DockerImage", "name": "registry.example.com/ruby@sha256:" + "a" * 64}


class World:
    """Builds and pods by name, and what must never have happened."""

    def __init__(self, builds: Sequence[Build]) -> None:
        self.builds = {each.metadata.name: each for each in builds}
        self.pods: dict[str, Pod] = {}
        self.now = NOW
        self.made: list[str] = []

    def view(self, name: str) -> BuildView:
        """What the controller sees of a build."""
        build = self.builds[name]
        pod = self.pods.get(naming.pod_name(build))
        siblings = tuple(self.builds.values())
        return BuildView(build=build, pod=pod, siblings=siblings, cluster=CLUSTER)

    def decide(self, name: str) -> tuple[Action, ...]:
        """What the controller wants of a build."""
        return reconcile(self.view(name), self.now)

    def perform(self, actions: Sequence[Action]) -> None:
        """Carry decisions out, checking what each does."""
        for action in actions:
            match action:
                case Create():
                    pod = action.object
                    assert isinstance(pod, Pod)
                    assert pod.metadata.namespace == SPACE
                    assert pod.metadata.name not in self.pods
                    self.pods[pod.metadata.name] = replace(
                        pod, status=replace(pod.status, phase="Pending")
                    )
                    self.made.append(pod.metadata.name)
                case Change():
                    self._change(action)
                case Remove():
                    assert action.object.metadata.namespace == SPACE
                    self.pods.pop(action.object.metadata.name, None)
                case Act():
                    raise AssertionError("the build controller calls no subresource")
                case Record() | Again():
                    pass

    def settle(self, rounds: int = 12) -> None:
        """Let the controller look at every build until it wants nothing more (R1)."""
        for _ in range(rounds):
            wanted = False
            for name in list(self.builds):
                actions = self.decide(name)
                wanted = wanted or any(not isinstance(each, Again) for each in actions)
                self.perform(actions)
            if not wanted:
                return
        raise AssertionError(f"the controller still wants something after {rounds} rounds")

    def tick(self) -> None:
        """Time goes by."""
        self.now += timedelta(seconds=7)

    def ends(self) -> dict[str, tuple[str, str, bool]]:
        """How all builds are: phase, reason, and whether they have a pod."""
        return {
            name: (
                build.status.phase,
                build.status.reason,
                naming.pod_name(build) in self.pods,
            )
            for name, build in self.builds.items()
        }

    def _change(self, action: Change) -> None:
        before, after = action.before, action.after
        assert isinstance(before, Build)
        assert isinstance(after, Build)
        name = before.metadata.name
        assert (after.metadata.namespace, after.metadata.name) == (SPACE, name)
        assert self.builds[name] == before
        assert after != before
        assert after.spec == before.spec
        if before.status.phase != after.status.phase:
            assert may_move(before.status.phase, after.status.phase)
        if is_terminal(before.status.phase):
            assert after.status.phase == before.status.phase
        self.builds[name] = after


def a_build(number: int, policy: str, cancelled: bool = False) -> Build:  # noqa: FBT001, FBT002
    """A new build of the only BuildConfig."""
    metadata = {
        "name": f"app-{number}",
        "namespace": SPACE,
        "uid": f"u-{number}",
        "labels": dict(naming.config_labels("app", policy)),
        "annotations": dict(naming.config_annotations("app", number)),
    }
    content = {
        "metadata": metadata,
        "spec": {"strategy": {"sourceStrategy": {"from": PULLED}}},
        "status": {"phase": "New", "cancelled": cancelled},
    }
    return msgspec.convert(content, Build)
