"""Downloads, made when the first one happens: most builds need no HTTP, and its client is heavy."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slipcast.ports.downloads import Downloads


class LateDownloads:
    """Implements ports.downloads.Downloads."""

    def fetch(self, url: str) -> bytes | None:
        """The body behind a URL."""
        return self._downloads.fetch(url)

    def post_json(self, url: str, document: object) -> int:
        """Deliver a JSON document."""
        return self._downloads.post_json(url, document)

    @cached_property
    def _downloads(self) -> Downloads:
        from slipcast.adapters.downloads import Http  # noqa: PLC0415 -- the point of this module

        return Http()
