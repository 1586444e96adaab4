"""The one place that sends: requests over HTTPS, answers and streams back. Implements Api."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import aclosing
from typing import Final

import msgspec

from slipcast.api.document import JSON, Document
from slipcast.api.kubeconfig import Access
from slipcast.client import credentials, proxies, wire
from slipcast.client.direct import Direct
from slipcast.client.sending import (
    Carrier,
    Headers,
    Incoming,
    NoAddress,
    NotCarried,
    Patience,
    Sent,
    address_of,
    every,
    first,
    joined,
)
from slipcast.client.wire import Request
from slipcast.ports.api import (
    NO_PARAMETERS,
    Answer,
    DeleteOptions,
    Listing,
    ListOptions,
    Patch,
    Resource,
    WatchEvent,
    WatchOptions,
    WriteOptions,
)
from slipcast.ports.webhooks import Answered
from slipcast.values.faults import PortFault

FAILED: Final = 400
_CONNECTING: Final = 60.0
_LIST = ListOptions()
_WATCH = WatchOptions()
_WRITE = WriteOptions()
_DELETE = DeleteOptions()


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that was read whole."""

    status: int
    headers: Headers
    content: bytes

    @property
    def location(self) -> str:
        """Where it leads."""
        return first(self.headers, "location")


class HttpApi:
    """An Api at the end of a connection."""

    def __init__(
        self,
        way: Access,
        *,
        timeout: float | None = 60,
        environment: Mapping[str, str] = NO_PARAMETERS,
    ) -> None:
        """Speak to a server by the way a kubeconfig says.

        Shape:  environment is that in which proxies may be named.
        Units:  timeout in seconds for each answer to begin; streams have none.
        Errors: PortFault when certificates or keys cannot be read, or the server's URL is none.
        """
        self._way = way
        self._environment = environment
        self._patience = Patience.even(timeout)
        self._headers = credentials.headers(way)
        self._context = credentials.tls(way)
        self._carriers: dict[bool, Carrier] = {}
        with self._reached():
            address_of(way.server)

    async def close(self) -> None:
        """Let go of connections."""
        for carrier in self._carriers.values():
            await carrier.close()

    async def get(self, resource: Resource, *, resource_version: str = "") -> Document:
        """See the port."""
        answer = await self.send(wire.getting(resource, resource_version))
        return wire.found(resource, answer.content)

    async def list(self, resource: Resource, options: ListOptions = _LIST) -> Listing:
        """See the port."""
        answer = await self.send(wire.listing(resource, options))
        return wire.listing_of(resource.kind, answer.content)

    async def watch(
        self, resource: Resource, options: WatchOptions = _WATCH
    ) -> AsyncGenerator[WatchEvent, None]:
        """See the port."""
        answer = await self._open(wire.watching(resource, options))
        return self._events(resource, answer)

    async def create(
        self, resource: Resource, content: JSON, options: WriteOptions = _WRITE
    ) -> Answer:
        """See the port."""
        return await self._write("POST", resource, content, options, {})

    async def update(
        self, resource: Resource, content: JSON, options: WriteOptions = _WRITE
    ) -> Answer:
        """See the port."""
        return await self._write("PUT", resource, content, options, {})

    async def patch(
        self, resource: Resource, patch: Patch, options: WriteOptions = _WRITE
    ) -> Answer:
        """See the port."""
        answer = await self.send(wire.patching(resource, patch, options))
        return _answer(resource, answer)

    async def delete(self, resource: Resource, options: DeleteOptions = _DELETE) -> Answer:
        """See the port."""
        return _answer(resource, await self.send(wire.deleting(resource, options, None)))

    async def delete_all(
        self,
        resource: Resource,
        which: ListOptions = _LIST,
        options: DeleteOptions = _DELETE,
    ) -> Listing:
        """See the port."""
        answer = await self.send(wire.deleting(resource, options, which))
        return wire.listing_of(resource.kind, answer.content)

    async def act(
        self,
        resource: Resource,
        content: JSON,
        parameters: Mapping[str, str] = NO_PARAMETERS,
        options: WriteOptions = _WRITE,
    ) -> Answer:
        """See the port."""
        return await self._write("POST", resource, content, options, parameters)

    async def open(
        self,
        resource: Resource,
        parameters: Mapping[str, str] = NO_PARAMETERS,
        body: AsyncIterator[bytes] | None = None,
    ) -> AsyncGenerator[bytes, None]:
        """See the port."""
        request = wire.opening(resource, parameters, is_sent=body is not None)
        return _pieces(await self._open(request, body))

    async def send(self, request: Request) -> Reply:
        """Send a request whose answer is read whole.

        Errors: the ApiFault of a refusal; PortFault when there is no answer.
        """
        with self._reached():
            reply = await _whole(await self._sent(request, request.body, self._patience))
        if reply.status >= FAILED:
            raise wire.fault_of(reply.status, reply.content)
        return reply

    async def ask(self, request: Request, *, most: int) -> Answered:
        """Whatever a request is answered with, and how it begins.

        Units:  most in bytes of the body.
        Errors: PortFault when there is no answer.
        """
        with self._reached():
            answer = await self._sent(request, request.body, self._patience)
        said = b""
        async with aclosing(_pieces(answer)) as pieces:
            async for piece in pieces:
                said += piece
                if len(said) >= most:
                    break
        return Answered(
            status=answer.status,
            body=said[:most],
            location=first(answer.headers, "location"),
            warnings=wire.warnings_of(every(answer.headers, "warning")),
        )

    async def _write(
        self,
        method: str,
        resource: Resource,
        content: JSON,
        options: WriteOptions,
        query: Mapping[str, str],
    ) -> Answer:
        request = wire.writing(method, resource, content, options, query)
        return _answer(resource, await self.send(request))

    async def _open(self, request: Request, body: AsyncIterator[bytes] | None = None) -> Incoming:
        patience = Patience(connecting=_CONNECTING, reading=None, writing=None)
        with self._reached():
            answer = await self._sent(request, body or b"", patience, is_stream=True)
            if answer.status >= FAILED:
                reply = await _whole(answer)
                raise wire.fault_of(reply.status, reply.content)
        return answer

    async def _sent(
        self,
        request: Request,
        body: bytes | AsyncIterator[bytes],
        patience: Patience,
        *,
        is_stream: bool = False,
    ) -> Incoming:
        url = joined(self._way.server, request.target)
        own = {"content-type": request.content_type} if request.body else {}
        own |= {name.lower(): value for name, value in request.headers.items()}
        usual = (each for each in self._headers if each[0] not in own)
        sent = Sent(
            method=request.method,
            url=url,
            headers=(*usual, *own.items()),
            body=body,
            patience=patience,
            is_stream=is_stream,
        )
        return await self._carrier(address_of(url).host).send(sent)

    def _carrier(self, host: str) -> Carrier:
        """Who carries what is for a host."""
        through = proxies.may_stand_before(host, self._environment)
        if through not in self._carriers:
            self._carriers[through] = self._made(through=through)
        return self._carriers[through]

    def _made(self, *, through: bool) -> Carrier:
        if not through:
            return Direct(self._context, self._way.server_name)
        # httpx has a command line of its own, which takes longer to import than all the rest.
        sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
        from slipcast.client.proxied import Proxied  # noqa: PLC0415 -- slow, and seldom needed

        return Proxied(self._context, self._way.server_name)

    async def _events(
        self, resource: Resource, answer: Incoming
    ) -> AsyncGenerator[WatchEvent, None]:
        async with aclosing(_pieces(answer)) as pieces:
            rest = b""
            async for piece in pieces:
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    if line.strip():
                        yield wire.event_of(resource.kind, line)

    @contextlib.contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except NoAddress as fault:
            raise PortFault(f"there can be no server at {self._way.server}: {fault}") from fault
        except NotCarried as fault:
            raise PortFault(
                f"the server at {self._way.server} does not answer: {fault}",
                reason="Unreachable",
                hint="`slipcast server --status` tells whether one runs on this machine.",
                retryable=True,
            ) from fault


async def _whole(answer: Incoming) -> Reply:
    """An answer, read to its end."""
    try:
        async with aclosing(answer.pieces()) as pieces:
            content = b"".join([piece async for piece in pieces])
    finally:
        await answer.close()
    return Reply(status=answer.status, headers=answer.headers, content=content)


async def _pieces(answer: Incoming) -> AsyncGenerator[bytes, None]:
    try:
        async with aclosing(answer.pieces()) as pieces:
            async for piece in pieces:
                yield piece
    except NotCarried as fault:
        raise PortFault(
            f"the connection ended in the middle of an answer: {fault}",
            reason="Unreachable",
            retryable=True,
        ) from fault
    finally:
        await answer.close()


def _answer(resource: Resource, reply: Reply) -> Answer:
    warnings = wire.warnings_of(every(reply.headers, "warning"))
    return wire.answer_of(resource, reply.status, reply.content, warnings)
