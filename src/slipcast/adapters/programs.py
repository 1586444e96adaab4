"""The user's programs, with our own standard streams. Implements Programs."""

from __future__ import annotations

import sys
import threading
import webbrowser
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from slipcast.adapters import argv

NO_VARIABLES: Final[Mapping[str, str]] = MappingProxyType({})


class TerminalPrograms:
    """Implements Programs."""

    def __init__(self, environment: Mapping[str, str] = NO_VARIABLES) -> None:
        """Shape:  environment is that in which a browser may be named."""
        self._environment = environment

    def run(self, words: Sequence[str]) -> int:
        """Run a program, after what we printed ourselves."""
        sys.stdout.flush()
        sys.stderr.flush()
        return argv.attached(words)

    def show(self, address: str) -> None:
        """Open a page; a browser that stays in front of us must not keep us from going on."""
        browser = usual_browser(self._environment)
        if browser is not None:
            threading.Thread(target=browser.open, args=(address,), daemon=True).start()


def usual_browser(environment: Mapping[str, str]) -> webbrowser.BaseBrowser | None:
    """The user's browser; none that would take the terminal from us, unless it is asked for."""
    try:
        found = webbrowser.get()
    except webbrowser.Error:
        return None
    is_apart = isinstance(found, webbrowser.BackgroundBrowser)
    is_text = isinstance(found, webbrowser.GenericBrowser) and not is_apart
    return None if is_text and not environment.get("BROWSER") else found
