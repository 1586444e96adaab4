"""Requests through whatever proxies the environment names, by httpx."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import AsyncGenerator, Iterator

import httpx

from slipcast.client.sending import Headers, NoAddress, NotCarried, Patience, Sent


class Proxied:
    """Carries requests through proxies. Implements Carrier."""

    def __init__(self, context: ssl.SSLContext | None, server_name: str = "") -> None:
        """Shape:  server_name is that for which a server's certificate must be, if not its host."""
        self._server_name = server_name
        self._http = httpx.AsyncClient(verify=context or True, trust_env=True)

    async def send(self, sent: Sent) -> Received:
        """See the protocol."""
        with _told():
            asked = self._http.build_request(
                sent.method,
                sent.url,
                content=sent.body or None,
                headers=httpx.Headers([*sent.headers]),
                timeout=_timeout(sent.patience),
                extensions={"sni_hostname": self._server_name} if self._server_name else None,
            )
            return Received(await self._http.send(asked, stream=True))

    async def close(self) -> None:
        """See the protocol."""
        await self._http.aclose()


class Received:
    """An answer that comes in. Implements Incoming."""

    def __init__(self, answer: httpx.Response) -> None:
        self._answer = answer
        self.status = answer.status_code
        self.headers: Headers = tuple(
            (name.lower(), value) for name, value in answer.headers.multi_items()
        )

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """See the protocol."""
        with _told():
            async for piece in self._answer.aiter_bytes():
                yield piece

    async def close(self) -> None:
        """See the protocol."""
        await self._answer.aclose()


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except httpx.InvalidURL as wrong:
        raise NoAddress(str(wrong)) from wrong
    except httpx.HTTPError as wrong:
        raise NotCarried(str(wrong) or type(wrong).__name__) from wrong


def _timeout(patience: Patience) -> httpx.Timeout:
    return httpx.Timeout(
        connect=patience.connecting, read=patience.reading, write=patience.writing, pool=None
    )
