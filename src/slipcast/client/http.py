"""The one place that sends: requests over HTTPS, answers and streams back. Implements Api."""

from __future__ import annotations

import contextlib
import ssl
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any, Final

import httpx

from slipcast import __version__
from slipcast.api.document import JSON, Document
from slipcast.api.kubeconfig import Access
from slipcast.client import wire
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

AGENT: Final = f"slipcast/{__version__}"
FAILED: Final = 400
_LIST = ListOptions()
_WATCH = WatchOptions()
_WRITE = WriteOptions()
_DELETE = DeleteOptions()


class HttpApi:
    """An Api at the end of a connection."""

    def __init__(self, way: Access, *, timeout: float | None = 60) -> None:
        """Speak to a server by the way a kubeconfig says.

        Units:  timeout in seconds for each answer to begin; streams have none.
        Errors: PortFault when certificates or keys cannot be read, or the server's URL is none.
        """
        self._way = way
        with self._reached():
            self._http = httpx.AsyncClient(
                base_url=way.server,
                verify=tls(way),
                timeout=httpx.Timeout(timeout, pool=None),
                headers=_headers(way),
                auth=(way.username, way.password) if way.username else None,
                trust_env=True,
            )

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.aclose()

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

    async def send(self, request: Request) -> httpx.Response:
        """Send a request whose answer is read whole.

        Errors: the ApiFault of a refusal; PortFault when there is no answer.
        """
        with self._reached():
            answer = await self._http.request(
                request.method,
                request.target,
                content=request.body or None,
                headers={
                    **({"content-type": request.content_type} if request.body else {}),
                    **request.headers,
                },
            )
        if answer.status_code >= FAILED:
            raise wire.fault_of(answer.status_code, answer.content)
        return answer

    async def ask(self, request: Request, *, most: int) -> Answered:
        """Whatever a request is answered with, and how it begins.

        Units:  most in bytes of the body.
        Errors: PortFault when there is no answer.
        """
        with self._reached():
            asked = self._http.build_request(
                request.method, request.target, content=request.body, headers=request.headers
            )
            answer = await self._http.send(asked, stream=True)
        said = b""
        async with aclosing(_pieces(answer)) as pieces:
            async for piece in pieces:
                said += piece
                if len(said) >= most:
                    break
        return Answered(
            status=answer.status_code,
            body=said[:most],
            location=answer.headers.get("location", ""),
            warnings=wire.warnings_of(answer.headers.get_list("warning")),
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

    async def _open(
        self, request: Request, body: AsyncIterator[bytes] | None = None
    ) -> httpx.Response:
        asked = self._http.build_request(
            request.method,
            request.target,
            content=body,
            headers=request.headers,
            timeout=httpx.Timeout(60, read=None, write=None, pool=None),
        )
        with self._reached():
            answer = await self._http.send(asked, stream=True)
            if answer.status_code >= FAILED:
                said = await answer.aread()
                await answer.aclose()
                raise wire.fault_of(answer.status_code, said)
        return answer

    async def _events(
        self, resource: Resource, answer: httpx.Response
    ) -> AsyncGenerator[WatchEvent, None]:
        async with aclosing(_pieces(answer)) as pieces:
            rest = b""
            async for piece in pieces:
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    if line.strip():
                        yield wire.event_of(resource.kind, line)

    @contextlib.contextmanager
    def _reached(self) -> Any:
        try:
            yield
        except httpx.InvalidURL as fault:
            raise PortFault(f"there can be no server at {self._way.server}: {fault}") from fault
        except httpx.HTTPError as fault:
            why = str(fault) or type(fault).__name__
            raise PortFault(
                f"the server at {self._way.server} does not answer: {why}",
                reason="Unreachable",
                hint="`slipcast server --status` tells whether one runs on this machine.",
                retryable=True,
            ) from fault


async def _pieces(answer: httpx.Response) -> AsyncGenerator[bytes, None]:
    try:
        async for piece in answer.aiter_bytes():
            yield piece
    except httpx.HTTPError as fault:
        raise PortFault(
            f"the connection ended in the middle of an answer: {fault}",
            reason="Unreachable",
            retryable=True,
        ) from fault
    finally:
        await answer.aclose()


def _answer(resource: Resource, answer: httpx.Response) -> Answer:
    warnings = wire.warnings_of(answer.headers.get_list("warning"))
    return wire.answer_of(resource, answer.status_code, answer.content, warnings)


def _headers(way: Access) -> list[tuple[str, str]]:
    headers = [("user-agent", AGENT), ("accept", "application/json")]
    token = way.token
    if way.token_file:
        token = _file(way.token_file).decode().strip()
    if token:
        headers.append(("authorization", f"Bearer {token}"))
    if way.impersonate:
        headers.append(("impersonate-user", way.impersonate))
        headers += [("impersonate-group", group) for group in way.impersonate_groups]
    return headers


def tls(way: Access) -> ssl.SSLContext | bool:
    """How the server is verified, and what we show it.

    Errors: PortFault.
    """
    if not way.server.startswith("https:"):
        return True
    authority = way.authority or (_file(way.authority_file) if way.authority_file else b"")
    try:
        context = ssl.create_default_context(cadata=authority.decode() if authority else None)
        if way.insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        certificate = way.certificate or (
            _file(way.certificate_file) if way.certificate_file else b""
        )
        if certificate:
            _show(context, certificate, way.key or _file(way.key_file))
    except (ssl.SSLError, UnicodeDecodeError) as wrong:
        raise PortFault(
            f"the certificates of the context {way.context} cannot be used: {wrong}"
        ) from wrong
    return context


def _show(context: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    """Let the context show a certificate; the library takes files only."""
    with tempfile.NamedTemporaryFile(prefix="slipcast-") as file:
        file.write(certificate + b"\n" + key)
        file.flush()
        context.load_cert_chain(file.name)


def _file(path: str) -> bytes:
    try:
        return Path(path).expanduser().read_bytes()
    except OSError as fault:
        raise PortFault(
            f"{path}, which the kubeconfig names, cannot be read: {fault.strerror}"
        ) from fault
