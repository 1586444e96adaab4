"""FakeDownloads: a web in memory."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager

from slipcast.ports.downloads import Download
from slipcast.values.faults import DownloadFault


class FakeDownloads:
    """A Downloads that serves what it was given and keeps what it is sent.

    Shape:  a page of None is answered with another status than 200 and 201; names are what
            pages are called where the server says so.
    """

    def __init__(self, pages: Mapping[str, bytes | None] | None = None) -> None:
        self.pages = dict(pages or {})
        self.names: dict[str, str] = {}
        self.fetched: list[str] = []
        self.posted: list[tuple[str, object]] = []
        self.status = 200
        self.reachable = True

    def fetch(self, url: str) -> bytes | None:
        """The page, None when there is none."""
        self._reach(url)
        self.fetched.append(url)
        return self.pages.get(url)

    @contextmanager
    def opened(self, url: str) -> Generator[Download]:
        """The page in pieces of a byte each."""
        body = self.fetch(url)
        content = body or b""
        yield Download(
            status=404 if body is None else 200,
            pieces=(content[at : at + 1] for at in range(len(content))),
            file_name=self.names.get(url, ""),
        )

    def post_json(self, url: str, document: object) -> int:
        """Keep the document."""
        self._reach(url)
        self.posted.append((url, document))
        return self.status

    def _reach(self, url: str) -> None:
        if not self.reachable:
            raise DownloadFault(f"{url} cannot be reached")
