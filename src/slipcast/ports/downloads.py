"""The Downloads port: things over HTTP, small ones at once, large ones piece by piece. Synchronous.

Adapter: `adapters.downloads`, httpx.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Protocol

import msgspec


class Download(msgspec.Struct, frozen=True, kw_only=True):
    """What a URL gives, while it comes.

    Shape:  file_name is what the server says that it is called, without directories; empty where
            it says nothing.
    Errors: pieces may raise DownloadFault.
    """

    status: int
    pieces: Iterator[bytes]
    file_name: str = ""


class Downloads(Protocol):
    """Fetches scripts and archives, delivers callbacks."""

    def fetch(self, url: str) -> bytes | None:
        """The body behind an http(s) URL on status 200 or 201; None on any other status (S2I-154).

        Errors: DownloadFault when no answer came.
        """
        ...

    def opened(self, url: str) -> AbstractContextManager[Download]:
        """Whatever is behind an http(s) URL, however large, for the length of the context.

        Errors: DownloadFault when no answer came.
        """
        ...

    def post_json(self, url: str, document: object) -> int:
        """Deliver a JSON document; the answer's status. Up to three tries on transport errors.

        Errors: DownloadFault when no try was answered.
        """
        ...
