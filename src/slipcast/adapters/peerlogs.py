"""Logs that other servers have, asked for over HTTPS.

Source: ports.peerlogs; values.peerwire.
"""

from __future__ import annotations

import json
import logging
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Final

import httpx
import msgspec

from slipcast.values.faults import NotFound
from slipcast.values.peerwire import CONTAINERS, HEADER, LARGEST, LENGTH, RECORDS, proof
from slipcast.values.sensitive import Sensitive

log = logging.getLogger("slipcast.peers")

_FOUND: Final = 200
_CONNECT: Final = 3.0
_SILENCE: Final = 30.0
"""Seconds until a server that does not answer is not waited for; a followed log may be silent."""
_LIMITS: Final = httpx.Limits(max_connections=None, max_keepalive_connections=4)
"""Each log that is followed holds a connection: others do not wait for it."""


class Peer(msgspec.Struct, frozen=True, kw_only=True):
    """Another server: its name, its URL, and the certificate that vouches for it."""

    name: str
    address: str
    authority: str


class HttpPeerLogs:
    """The PeerLogs of the port, over all servers that are known."""

    def __init__(
        self,
        peers: Callable[[], Awaitable[Sequence[Peer]]],
        word: Callable[[], Awaitable[Sensitive]],
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """Ask peers, by a word that only they know."""
        self._peers = peers
        self._word = word
        self._transport = transport
        self._clients: dict[str, tuple[Peer, httpx.AsyncClient]] = {}

    async def records(
        self, pod: str, key: str, container: str, *, follow: bool = False
    ) -> AsyncGenerator[bytes, None]:
        """See the port."""
        query = {"pod": pod, "key": key, "container": container, "follow": "1" if follow else ""}
        for peer in await self._peers():
            answer = await self._asked(peer, RECORDS, query, follow=follow)
            if answer is not None:
                return _pieces(answer)
        raise NotFound(f"no server has a log of container {container}")

    async def containers(self, key: str) -> tuple[str, ...]:
        """See the port."""
        for peer in await self._peers():
            answer = await self._asked(peer, CONTAINERS, {"key": key})
            if answer is None:
                continue
            try:
                found: list[str] = json.loads(await answer.aread())
            except (ValueError, httpx.HTTPError):
                found = []
            finally:
                await answer.aclose()
            if found:
                return tuple(found)
        return ()

    async def close(self) -> None:
        """Let go of connections."""
        for _, client in self._clients.values():
            await client.aclose()
        self._clients.clear()

    async def _asked(
        self, peer: Peer, path: str, query: Mapping[str, str], *, follow: bool = False
    ) -> httpx.Response | None:
        """The answer, open; None from a server that does not have it, or does not answer."""
        try:
            client = await self._client(peer)
            headers = {HEADER: proof(await self._word(), path, query)}
            timeout = httpx.Timeout(_SILENCE, connect=_CONNECT, read=None if follow else _SILENCE)
            request = client.build_request(
                "GET", path, params=dict(query), headers=headers, timeout=timeout
            )
            answer = await client.send(request, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, ValueError) as fault:
            fields = {"peer": peer.name, "why": str(fault) or type(fault).__name__}
            log.warning("peer.silent", extra={"fields": fields})
            return None
        if answer.status_code == _FOUND:
            return answer
        await answer.aclose()
        return None

    async def _client(self, peer: Peer) -> httpx.AsyncClient:
        known, client = self._clients.get(peer.name, (None, None))
        if known == peer and client is not None:
            return client
        made = httpx.AsyncClient(
            transport=self._transport,
            base_url=peer.address,
            verify=ssl.create_default_context(cadata=peer.authority),
            limits=_LIMITS,
            trust_env=False,
        )
        self._clients[peer.name] = (peer, made)
        if client is not None:
            # It has moved: nobody answers any more where it was.
            await client.aclose()
        return made


async def _pieces(answer: httpx.Response) -> AsyncGenerator[bytes, None]:
    try:
        async with aclosing(_unframed(answer.aiter_bytes())) as pieces:
            async for piece in pieces:
                yield piece
    except httpx.HTTPError as fault:
        # What did not come any more is looked for where the log is by then.
        raise NotFound("the server with the log broke off") from fault
    finally:
        await answer.aclose()


async def _unframed(data: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    held = bytearray()
    async for part in data:
        held += part
        while len(held) >= LENGTH.size:
            (length,) = LENGTH.unpack_from(held)
            if length > LARGEST:
                raise NotFound("the server with the log sends none")
            end = LENGTH.size + length
            if len(held) < end:
                break
            yield bytes(held[LENGTH.size : end])
            del held[:end]
