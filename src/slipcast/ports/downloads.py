"""The Downloads port: small things over HTTP. Synchronous.

Adapter: `adapters.downloads`, httpx.
"""

from __future__ import annotations

from typing import Protocol


class Downloads(Protocol):
    """Fetches scripts, delivers callbacks."""

    def fetch(self, url: str) -> bytes | None:
        """The body behind an http(s) URL on status 200 or 201; None on any other status (S2I-154).

        Errors: DownloadFault when no answer came.
        """
        ...

    def post_json(self, url: str, document: object) -> int:
        """Deliver a JSON document; the answer's status. Up to three tries on transport errors.

        Errors: DownloadFault when no try was answered.
        """
        ...
