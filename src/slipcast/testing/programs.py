"""FakePrograms: the user's programs, played by a function of a test's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


def _nothing(words: Sequence[str]) -> int:  # noqa: ARG001 -- whatever it is, it ends well
    return 0


@dataclass(slots=True, kw_only=True)
class FakePrograms:
    """Programs that do what a test says.

    Shape:  ran holds every command line, shown every page.
    """

    does: Callable[[Sequence[str]], int] = _nothing
    ran: list[tuple[str, ...]] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)

    def run(self, words: Sequence[str]) -> int:
        """Do it."""
        self.ran.append(tuple(words))
        return self.does(words)

    def show(self, address: str) -> None:
        """Keep it."""
        self.shown.append(address)
