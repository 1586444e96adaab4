"""The store: objects over a journal, for whoever asks."""

from __future__ import annotations

from slipcast.ports.api import Api
from slipcast.ports.clock import Clock
from slipcast.ports.journal import Journal
from slipcast.store.authorize import AllowAll, Guard, Policy
from slipcast.store.session import Session
from slipcast.store.verbs import Verbs
from slipcast.store.watching import Pace
from slipcast.values.actor import Actor

_PACE = Pace()


class Store:
    """Gives every actor an Api over one journal."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        *,
        policy: Policy | None = None,
        pace: Pace = _PACE,
    ) -> None:
        self._verbs = Verbs.over(journal, clock, pace)
        self._policy = policy or AllowAll()

    def as_(self, actor: Actor) -> Api:
        """The Api that speaks for the actor, and for nobody else."""
        return Session(self._verbs, Guard(self._policy, actor))
