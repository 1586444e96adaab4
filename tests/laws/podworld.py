"""A world in memory for the agent's laws: pods of the API, a runner, what was kept; and a memory
that a crash takes away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec.structs import replace

from slipcast.api.pod import Pod, PodStatus
from slipcast.builds import naming
from slipcast.reconcile.podactions import (
    Again,
    Bind,
    Delete,
    Forget,
    Keep,
    PodAction,
    Start,
    Stop,
    Tell,
    uid_of,
)
from slipcast.reconcile.pods import PodsView, Refusal, Seen, is_of_build, reconcile
from slipcast.reconcile.podstatus import is_over

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
NODE = "here"
LIMIT = 2
PAUSE = timedelta(seconds=5)


class Memory:
    """What the agent remembers, until it is killed."""

    def __init__(self) -> None:
        self.refusals: dict[str, Refusal] = {}
        self.stopped: dict[str, datetime] = {}
        self.kept: set[str] = set()
        self.keys: dict[str, str] = {}
        self.unkept: dict[str, datetime] = {}


class PodWorld:
    """Pods by uid, and what must never have happened."""

    def __init__(self) -> None:
        self.pods: dict[str, Pod] = {}
        self.runner: dict[str, Seen] = {}
        self.asked_to_end: set[str] = set()
        self.memory = Memory()
        self.now = NOW
        self.refusal: Refusal | None = None
        self.is_full = False
        self.made = 0
        self.started: Counter[str] = Counter()
        self.logs: Counter[str] = Counter()
        self.lost: set[str] = set()

    def decide(self) -> tuple[PodAction, ...]:
        """What the agent wants."""
        memory = self.memory
        for pod in self.pods.values():
            memory.keys[pod.metadata.uid] = naming.log_key(pod)
        view = PodsView(
            pods=tuple(self.pods.values()),
            seen=tuple(self.runner.values()),
            node=NODE,
            limit=LIMIT,
            refusals=dict(memory.refusals),
            stopped=dict(memory.stopped),
            # What the API was told of an end is found there by the next one, with the logs.
            kept=frozenset(memory.kept | self._found_kept()),
            keys=dict(memory.keys),
            unkept=dict(memory.unkept),
        )
        return reconcile(view, self.now)

    def perform(self, actions: Sequence[PodAction]) -> None:
        """Carry decisions out, checking what each does; those of a pod stop where one fails."""
        broken: set[str] = set()
        for action in actions:
            if uid_of(action) not in broken and not self._done(action):
                broken.add(uid_of(action))

    def settle(self, rounds: int = 30) -> None:
        """Let the agent look until it wants nothing more."""
        actions: tuple[PodAction, ...] = ()
        for _ in range(rounds):
            actions = self.decide()
            if all(isinstance(each, Again) for each in actions):
                return
            self.perform(actions)
        raise AssertionError(f"the agent still wants something after {rounds} rounds: {actions}")

    def crash(self) -> None:
        """The agent is killed; the next one remembers nothing."""
        self.memory = Memory()

    def tick(self) -> None:
        """Time goes by; what was asked to end does so."""
        self.now += timedelta(seconds=7)
        for uid in sorted(self.asked_to_end):
            self.becomes(uid, "Failed")

    def create(self, namespace: str, *, is_build: bool) -> None:
        """A new pod."""
        self.made += 1
        owner = {"kind": "Build", "name": f"app-{self.made}", "uid": f"b-{self.made}"}
        content = {
            "metadata": {
                "name": f"app-{self.made}-build",
                "namespace": namespace,
                "uid": f"u-{self.made:03}",
                "creationTimestamp": "2026-11-22T17:00:00Z",
                "ownerReferences": [{**owner, "controller": True}] if is_build else [],
            },
            "spec": {"containers": [{"name": "sti-build"}], "initContainers": [{"name": "git"}]},
            "status": {"phase": "Pending"},
        }
        pod = msgspec.convert(content, Pod)
        self.pods[pod.metadata.uid] = pod

    def becomes(self, uid: str, phase: str) -> None:
        """A pod that was started and is not over gets into a phase."""
        seen = self.runner.get(uid)
        if seen is None or is_over(seen.status):
            return
        state = {"running": {}} if phase == "Running" else {"terminated": {"exitCode": 0}}
        statuses = [{"name": "sti-build", "state": state, "ready": phase == "Running"}]
        content = {"phase": phase, "startTime": "2026-11-22T18:00:00Z"}
        status = msgspec.convert({**content, "containerStatuses": statuses}, PodStatus)
        self.runner[uid] = replace(seen, status=status)
        if is_over(status):
            self.asked_to_end.discard(uid)

    def delete(self, uid: str, *, at_once: bool) -> None:
        """Somebody deletes a pod: one that has begun has time to end, as the store has it."""
        pod = self.pods.get(uid)
        if pod is None:
            return
        if at_once or not pod.spec.node_name or is_over(pod.status):
            del self.pods[uid]
            return
        metadata = replace(
            pod.metadata,
            deletion_timestamp="2026-11-22T18:01:00Z",
            deletion_grace_period_seconds=30,
        )
        self.pods[uid] = replace(pod, metadata=metadata)

    def ends(self) -> dict[str, tuple[str, str, str]]:
        """How all pods are: node, phase and reason."""
        return {
            uid: (pod.spec.node_name, pod.status.phase, pod.status.reason)
            for uid, pod in self.pods.items()
        }

    def vanish(self, uid: str) -> None:
        """The runner knows nothing of a pod any more: a log nobody kept until now is lost."""
        pod = self.pods.get(uid)
        if self.runner.pop(uid, None) and pod and not self.logs[naming.log_key(pod)]:
            self.lost.add(uid)

    def _found_kept(self) -> set[str]:
        over = (uid for uid, pod in self.pods.items() if is_over(pod.status))
        return {uid for uid in over if self.logs[naming.log_key(self.pods[uid])]}

    def _done(self, action: PodAction) -> bool:
        match action:
            case Bind():
                return self._bind(action)
            case Start():
                return self._start(action)
            case Stop():
                assert action.grace >= 0
                assert not is_over(self.runner[action.uid].status)
                self.memory.stopped[action.uid] = action.by
                self.asked_to_end.add(action.uid)
            case Keep():
                return self._keep(action)
            case Tell():
                return self._tell(action)
            case Delete():
                seen = self.runner.get(action.pod.metadata.uid)
                assert seen is None or is_over(seen.status)
                self.pods.pop(action.pod.metadata.uid, None)
            case Forget():
                assert is_over(self.runner[action.uid].status)
                key = self.memory.keys.get(action.uid)
                assert key is None or self.logs[key]
                del self.runner[action.uid]
            case Again():
                assert action.at > self.now
        return True

    def _bind(self, action: Bind) -> bool:
        uid = action.pod.metadata.uid
        if self.pods.get(uid) != action.pod:
            return False
        assert not action.pod.spec.node_name
        self.pods[uid] = replace(action.pod, spec=replace(action.pod.spec, node_name=action.node))
        return True

    def _start(self, action: Start) -> bool:
        uid = action.pod.metadata.uid
        assert is_of_build(action.pod)
        assert self.pods[uid].spec.node_name == NODE
        assert uid not in self.runner
        if self.refusal is not None:
            until = None if self.refusal.until is None else self.now + PAUSE
            self.memory.refusals[uid] = replace(self.refusal, until=until)
            return False
        self.started[uid] += 1
        status = PodStatus(phase="Pending", start_time="2026-11-22T18:00:00Z")
        self.runner[uid] = Seen(uid=uid, namespace=action.pod.metadata.namespace, status=status)
        running = [each for each in self.runner.values() if not is_over(each.status)]
        assert len(running) <= LIMIT
        return True

    def _keep(self, action: Keep) -> bool:
        if self.is_full:
            self.memory.unkept[action.uid] = self.now + PAUSE
            return False
        self.logs[action.key] += 1
        self.memory.kept.add(action.uid)
        return True

    def _tell(self, action: Tell) -> bool:
        before, after = action.before, action.after
        uid = before.metadata.uid
        if self.pods.get(uid) != before:
            return False
        assert after != before
        assert (after.metadata, after.spec) == (before.metadata, before.spec)
        assert not is_over(before.status)
        self.pods[uid] = after
        return True
