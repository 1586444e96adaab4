"""The user's programs, with our own standard streams. Implements Programs."""

from __future__ import annotations

import sys
import threading
import webbrowser
from collections.abc import Sequence

from slipcast.adapters import argv


class TerminalPrograms:
    """Implements Programs."""

    def run(self, words: Sequence[str]) -> int:
        """Run a program, after what we printed ourselves."""
        sys.stdout.flush()
        sys.stderr.flush()
        return argv.attached(words)

    def show(self, address: str) -> None:
        """Open a page; a browser that stays in front of us must not keep us from going on."""
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
