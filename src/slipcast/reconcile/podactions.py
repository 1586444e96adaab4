"""What the agent does about pods: the closed union of its actions.

Those of one pod are carried out one after another, and stop at the first that fails.

Source: house rule of controllers: a pure function from a view to actions.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from slipcast.api.pod import Pod


class Bind(msgspec.Struct, frozen=True, kw_only=True):
    """Write where a pod runs, if it is still at its revision."""

    pod: Pod
    node: str


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """Gather what a pod refers to, and start it."""

    pod: Pod


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """Ask a pod to end by a moment.

    Units:  grace in seconds, as much as is left until then.
    """

    uid: str
    grace: float
    by: datetime


class Keep(msgspec.Struct, frozen=True, kw_only=True):
    """Keep what the containers of a pod that has ended said, under a key."""

    uid: str
    key: str
    containers: tuple[str, ...]


class Tell(msgspec.Struct, frozen=True, kw_only=True):
    """Write the status of a pod, if it is still at the revision of before."""

    before: Pod
    after: Pod


class Delete(msgspec.Struct, frozen=True, kw_only=True):
    """Let a pod that was being deleted go from the API: it has ended, or never began."""

    pod: Pod


class Forget(msgspec.Struct, frozen=True, kw_only=True):
    """Remove a pod that has ended from its runner."""

    uid: str


class Again(msgspec.Struct, frozen=True, kw_only=True):
    """Look again at a moment, though nothing changes before."""

    uid: str
    at: datetime


PodAction = Bind | Start | Stop | Keep | Tell | Delete | Forget | Again


def uid_of(action: PodAction) -> str:
    """Which pod an action is about."""
    match action:
        case Bind() | Start() | Delete():
            return action.pod.metadata.uid
        case Tell():
            return action.before.metadata.uid
        case Stop() | Keep() | Forget() | Again():
            return action.uid
