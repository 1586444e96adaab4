"""FakeExamples: directories with nothing in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(slots=True, kw_only=True)
class FakeExamples:
    """An Examples that touches no file; laid holds what is laid out, and of which example."""

    directory: Path = Path("/state/demo")
    laid: dict[str, str] = field(default_factory=dict)

    def lay_out(self, name: str, called: str) -> Path:
        """Remember it."""
        self.laid[called] = name
        return self.directory / called

    def take_away(self, called: str) -> bool:
        """Forget it."""
        return self.laid.pop(called, None) is not None
