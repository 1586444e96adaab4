"""The Passes port: tokens that registry clients get for their credentials. Synchronous: it signs.

A pass is good for minutes and says who has it, not what they may do: that is decided anew with each
request. Adapter: `adapters.identity.passes`.

Source: token authentication of the distribution project.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from slipcast.values.actor import Actor


class Passes(Protocol):
    """Makes passes, and knows its own again."""

    def issued(self, actor: Actor, expires: datetime) -> str:
        """A pass of an actor."""
        ...

    def read(self, text: str, now: datetime) -> Actor | None:
        """Whose pass that is; None for what is none of ours, or is over."""
        ...
