"""FakeWebhooks: webhooks in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from slipcast.api.kubeconfig import Access
from slipcast.ports.webhooks import Answered


@dataclass(slots=True, kw_only=True)
class FakeWebhooks:
    """Webhooks that answer what they were told to.

    Shape:  calls are URL, body and way of each call.
    """

    answer: Answered = field(default_factory=lambda: Answered(status=200))
    calls: list[tuple[str, bytes, Access]] = field(default_factory=list)

    async def call(self, url: str, body: bytes, way: Access) -> Answered:
        """Keep the call."""
        self.calls.append((url, body, way))
        return self.answer
