"""Requests as the server gets them: ASGI's scopes and messages, and a shorter way beside them.

Source: ASGI, the HTTP connection scope.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping, Sequence
from typing import Any, Final, Protocol

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]

WHOLE: Final = "slipcast.whole"
"""Where the scope of a request has a `Whole`, if the server offers one."""


class Whole(Protocol):
    """A request that may be here whole, and its answer, without messages of ASGI."""

    def body(self) -> bytes | None:
        """The body; None when it has to be received."""
        ...

    def answer(self, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> bool:
        """Send an answer; whether it could be: if not, it has to be sent in messages."""
        ...

    def piece(self, piece: bytes) -> bool:
        """Send a piece of an answer that has begun; whether it could be."""
        ...

    def when_left(self, do: Callable[[], object] | None) -> None:
        """Have something done, or nothing any more, as soon as the client has gone away."""
        ...
