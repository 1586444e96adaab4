"""The Examples port: applications that come with slipcast, to be tried out. Synchronous.

Adapter: `adapters.examples`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Examples(Protocol):
    """Lays examples out where their user may change them."""

    def lay_out(self, name: str, called: str) -> Path:
        """The Git repository that an example is laid out as; made unless it is there already.

        Shape:  called is the name of the directory.
        Errors: NotFound when there is no such example; HostFault; GitFault.
        """
        ...

    def take_away(self, called: str) -> bool:
        """Remove a repository that was laid out, with what was changed in it; False: none there.

        Errors: HostFault.
        """
        ...
