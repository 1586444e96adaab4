"""Downloads over HTTP: scripts and archives fetched, callbacks delivered.

Certificates are checked against this machine's own store, and against one more bundle where a
platform gives one. Proxies are those of the environment (S2I-158).

Source: ports.downloads; s2i reference, scripts and callback (S2I-154, S2I-286 to S2I-288).
"""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from email.message import Message
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from slipcast.ports.downloads import Download
from slipcast.values.faults import DownloadFault
from slipcast.values.sensitive import redacted

if TYPE_CHECKING:
    import httpx

LARGEST = 16 << 20

_TRIES = 3
_TIMEOUT = 30.0
_PIECE = 1 << 18
_FOUND = frozenset({200, 201})


class Http:
    """The Downloads of the port.

    Units:  timeout in seconds, for a connection and for any silence; largest in bytes.
    """

    def __init__(
        self, *, ca_file: Path | None = None, timeout: float = _TIMEOUT, largest: int = LARGEST
    ) -> None:
        self._ca_file = ca_file
        self._timeout = timeout
        self._largest = largest

    def fetch(self, url: str) -> bytes | None:
        """The body behind a URL, None on any status but 200 and 201."""
        with self._translated(url), self._client.stream("GET", url) as answer:
            if answer.status_code not in _FOUND:
                return None
            body = bytearray()
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > self._largest:
                    raise DownloadFault(
                        f"{redacted(url)} is larger than {self._largest >> 20} MiB",
                        reason="TooLarge",
                    )
            return bytes(body)

    @contextmanager
    def opened(self, url: str) -> Generator[Download]:
        """Whatever is behind a URL, piece by piece."""
        with ExitStack() as stack:
            with self._translated(url):
                answer = stack.enter_context(self._client.stream("GET", url))
            # What goes wrong with who reads is not the download's.
            yield Download(
                status=answer.status_code,
                pieces=self._pieces(url, answer),
                file_name=_file_name(answer.headers.get("Content-Disposition", "")),
            )

    def _pieces(self, url: str, answer: httpx.Response) -> Generator[bytes]:
        with self._translated(url):
            yield from answer.iter_bytes(_PIECE)

    def post_json(self, url: str, document: object) -> int:
        """Deliver a document, whole at every try (S2I-287)."""
        body = json.dumps(document).encode()
        for left in reversed(range(_TRIES)):
            try:
                with self._translated(url):
                    answer = self._client.post(
                        url, content=body, headers={"Content-Type": "application/json"}
                    )
                    return answer.status_code
            except DownloadFault as fault:
                if not left or not fault.retryable:
                    raise
        raise AssertionError  # pragma: no cover -- the last try returns or raises

    @cached_property
    def _client(self) -> httpx.Client:
        # A tenth of a second to import: only those pay who download.
        import ssl  # noqa: PLC0415

        import httpx  # noqa: PLC0415

        context = ssl.create_default_context()
        if self._ca_file is not None:
            context.load_verify_locations(self._ca_file)
        return httpx.Client(verify=context, timeout=self._timeout, follow_redirects=True)

    @contextmanager
    def _translated(self, url: str) -> Generator[None]:
        import httpx  # noqa: PLC0415 -- as in _client

        try:
            yield
        except httpx.UnsupportedProtocol as odd:
            text = f"{redacted(url)} is no http or https URL"
            raise DownloadFault(text, reason="SchemeUnknown") from odd
        except httpx.TransportError as broken:
            raise DownloadFault(
                f"{redacted(url)} does not answer: {_cause(broken)}",
                reason="TLS" if _is_tls(broken) else "Unreachable",
                hint="Check the host name, the network, and the proxy variables.",
                retryable=True,
            ) from broken
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as broken:
            raise DownloadFault(f"{redacted(url)} cannot be asked: {_cause(broken)}") from broken
        except OSError as broken:
            raise DownloadFault(
                f"the CA bundle {self._ca_file} cannot be used: {_cause(broken)}", reason="TLS"
            ) from broken


def _file_name(disposition: str) -> str:
    """What a Content-Disposition calls the file, in either form; the last part of a path."""
    header = Message()
    header["Content-Disposition"] = disposition
    name = PurePosixPath(header.get_filename("").replace("\\", "/")).name
    return "" if name == ".." else name


def _cause(broken: BaseException) -> str:
    return str(broken) or type(broken).__name__


def _is_tls(broken: BaseException) -> bool:
    import ssl  # noqa: PLC0415 -- as in _client

    inner: BaseException | None = broken
    while inner is not None:
        if isinstance(inner, ssl.SSLError):
            return True
        inner = inner.__cause__ or inner.__context__
    return False
