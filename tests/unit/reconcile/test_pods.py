"""How many pods run on a machine, and how many wait that could."""

from __future__ import annotations

import msgspec

from slipcast.api.pod import Pod, PodStatus
from slipcast.reconcile.pods import PodsView, Seen, load

OWNER = {"kind": "Build", "name": "app-1", "uid": "b", "controller": True}


def a_pod(uid: str, *, node: str = "", phase: str = "Pending", is_build: bool = True) -> Pod:
    content = {
        "metadata": {"name": uid, "uid": uid, "ownerReferences": [OWNER] if is_build else []},
        "spec": {"nodeName": node, "containers": [{"name": "main"}]},
        "status": {"phase": phase},
    }
    return msgspec.convert(content, Pod)


def seen(uid: str, phase: str) -> Seen:
    return Seen(uid=uid, namespace="shop", status=PodStatus(phase=phase))


def test_what_runs_or_is_being_started_runs_and_what_could_waits() -> None:
    pods = (a_pod("runs"), a_pod("ended"), a_pod("starts"), a_pod("one"), a_pod("two"))
    view = PodsView(
        pods=pods,
        seen=(seen("runs", "Running"), seen("ended", "Succeeded")),
        node="here",
        limit=2,
        starting=frozenset({"starts"}),
    )

    assert load(view) == (2, 2)


def test_what_is_of_no_build_over_or_for_another_server_does_not_wait() -> None:
    pods = (a_pod("x", is_build=False), a_pod("y", phase="Failed"), a_pod("z", node="there"))
    others = frozenset({"there"})

    assert load(PodsView(pods=pods, seen=(), node="here", limit=2, others=others)) == (0, 0)
