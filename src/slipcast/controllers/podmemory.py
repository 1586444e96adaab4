"""What an agent remembers of pods between two looks. All of it may be lost at any moment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import msgspec

from slipcast.api.document import Document
from slipcast.api.lens import read
from slipcast.api.pod import Pod
from slipcast.reconcile.pods import Refusal
from slipcast.reconcile.podstatus import OVER
from slipcast.values.apifaults import BadRequest
from slipcast.values.faults import Fault, PodFault

SHORTEST: Final = timedelta(milliseconds=50)
START: Final = timedelta(seconds=2)
LONGEST: Final = timedelta(minutes=1)
TRIES: Final = 8
"""How often a pod is begun that fails in a way which nobody foresaw: for about three minutes."""
UNFORESEEN: Final = "CreatePodError"
"""The reason of such a failure."""
_DOUBLINGS: Final = 12


class _Metadata(msgspec.Struct, frozen=True, rename="camel"):
    deletion_timestamp: str = ""


class _Status(msgspec.Struct, frozen=True):
    phase: str = ""


class _Glance(msgspec.Struct, frozen=True):
    metadata: _Metadata
    status: _Status = _Status()


_glance = msgspec.json.Decoder(_Glance).decode


def active(document: Document) -> Pod | None:
    """A pod that something may have to be done about; None for one that is over and stays."""
    try:
        seen = _glance(document.body)
        if seen.status.phase in OVER and not seen.metadata.deletion_timestamp:
            return None
        return read(document, Pod)
    except (msgspec.ValidationError, BadRequest):
        # No kind of pod that we could do anything about.
        return None


@dataclass(slots=True)
class Memory:
    """What was tried and done, by the uid of the pod."""

    refusals: dict[str, Refusal] = field(default_factory=dict)
    stopped: dict[str, datetime] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    keys: dict[str, str] = field(default_factory=dict)
    unkept: dict[str, datetime] = field(default_factory=dict)
    paused: dict[str, datetime] = field(default_factory=dict)
    _failures: dict[tuple[str, str], int] = field(default_factory=dict)

    def refuse(self, uid: str, fault: Fault, now: datetime) -> None:
        """A pod could not be started: it is tried again later, or never.

        Shape:  only who runs pods, or reads them, knows that one will never start.
        """
        is_lasting = isinstance(fault, PodFault) and not fault.retryable
        until = None if is_lasting else self._again("start", uid, now, START)
        self.refusals[uid] = Refusal(reason=fault.reason, message=fault.message, until=until)

    def refuse_odd(self, uid: str, fault: Fault | None, now: datetime) -> None:
        """A pod could not be started, and nobody knows whether it ever will: some tries are left.

        Shape:  without a fault it was a defect of ours, of which our log says more.
        """
        until: datetime | None = self._again("start", uid, now, START)
        if self._failures["start", uid] >= TRIES:
            until = None
        what = "the server failed to start the pod; its log says more"
        message = what if fault is None else fault.message
        reason = (fault.reason if fault is not None else "") or UNFORESEEN
        self.refusals[uid] = Refusal(reason=reason, message=message, until=until)

    def keep_later(self, uid: str, now: datetime) -> None:
        """What a pod said could not be kept."""
        self.unkept[uid] = self._again("keep", uid, now, START)

    def pause(self, uid: str, now: datetime) -> datetime:
        """Something else did not work; until when it is not tried again."""
        self.paused[uid] = self._again("", uid, now, SHORTEST)
        return self.paused[uid]

    def worked(self, uid: str) -> None:
        """Everything that was to be done about a pod was done."""
        self.paused.pop(uid, None)
        self._failures.pop(("", uid), None)

    def forget_but(self, known: Collection[str]) -> None:
        """Forget all pods but those that are still known."""
        for each in (self.refusals, self.stopped, self.keys, self.unkept, self.paused):
            for uid in [uid for uid in each if uid not in known]:
                del each[uid]
        self.kept.intersection_update(known)
        for about in [about for about in self._failures if about[1] not in known]:
            del self._failures[about]

    def _again(self, what: str, uid: str, now: datetime, shortest: timedelta) -> datetime:
        times = self._failures.get((what, uid), 0)
        self._failures[what, uid] = times + 1
        return now + min(shortest * (1 << min(times, _DOUBLINGS)), LONGEST)
