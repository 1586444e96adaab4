"""Requests sent to registries: over which way, followed where they are redirected to, bounded.

A login goes to the host it is for and nowhere else: what is asked of others is asked by nobody.
"""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.request import getproxies, proxy_bypass

import msgspec

from slipcast.adapters.remoteregistry.addresses import allowed_address
from slipcast.images.origins import Origins
from slipcast.ports.distribution import (
    HTTP_ONLY,
    TLS,
    UNREACHABLE,
    VIA,
    DistributionFault,
    Reaches,
)

if TYPE_CHECKING:
    import httpx

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_WEB: Final = frozenset({"http", "https"})
_NOT_TLS: Final = frozenset(
    {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"}
)
"""What OpenSSL says of an answer that is none of TLS."""


class Trust(msgspec.Struct, frozen=True, kw_only=True):
    """Whom we speak to.

    Shape:  ca_file vouches for registries beside what this machine trusts; origins says which ones
            there may be, reach at which addresses. Where not any address will do, a proxy is used
            only where proxied says so, since it looks names up itself: reach is then for what the
            environment exempts from it. known are `host:port` that may be anywhere.
    """

    ca_file: Path | None = None
    origins: Origins = Origins()
    reach: Reaches = Reaches.ANYWHERE
    known: frozenset[str] = frozenset()
    proxied: bool = False

    def guards(self, host: str) -> bool:
        """Whether the address behind a host, which may have a port, matters."""
        is_known = host in self.known or self.origins.name(host)
        return self.reach != Reaches.ANYWHERE and not is_known


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """How long we wait, and how much we take.

    Units:  seconds; connecting and silence of one connection, patience for an answer that is no
            blob, with all that leads to it, pause the longest that a registry may ask us to wait;
            bytes, manifest as large as one may be, page of a list of tags.
    """

    connecting: float = 10.0
    silence: float = 30.0
    patience: float = 120.0
    pause: float = 30.0
    tries: int = 3
    redirects: int = 5
    manifest: int = 4 * 1024 * 1024
    page: int = 8 * 1024 * 1024
    token: int = 256 * 1024
    pages: int = 1000
    tags: int = 100_000


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked: headers for all who are asked, said only for the host of the URL."""

    url: str
    headers: dict[str, str]
    said: str = ""
    insecure: bool = False


class Reach:
    """Sends, and follows."""

    def __init__(
        self, trust: Trust, bounds: Bounds, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._trust = trust
        self._bounds = bounds
        self._transport = transport
        self._clients: dict[tuple[bool, str], httpx.AsyncClient] = {}

    async def close(self) -> None:
        """End all connections."""
        clients = list(self._clients.values())
        self._clients.clear()
        for client in clients:
            await client.aclose()

    async def ask(self, asked: Asked) -> httpx.Response:
        """The answer, unread: to be closed by the caller. Redirects are followed.

        Errors: DistributionFault when there is none.
        """
        import httpx  # noqa: PLC0415 -- a tenth of a second: only those pay who import

        url, said = httpx.URL(asked.url), asked.said
        for _ in range(self._bounds.redirects + 1):
            headers = {**asked.headers, "Authorization": said} if said else asked.headers
            response = await self._send(url, headers, insecure=asked.insecure)
            place = response.headers.get("location", "")
            if response.status_code not in _REDIRECTS or not place:
                return response
            await response.aclose()
            led = _led(url, place, insecure=asked.insecure)
            if origin(led) != origin(url):
                said = ""
            url = led
        raise DistributionFault(f"{url.host} redirects without end")

    async def _send(
        self, url: httpx.URL, headers: dict[str, str], *, insecure: bool
    ) -> httpx.Response:
        import httpx  # noqa: PLC0415 -- as in ask

        target, extensions = url, {}
        sent = {
            "User-Agent": "slipcast",
            "Via": VIA,
            "Accept-Encoding": "identity",
            **headers,
        }
        proxy = _proxy(url) if self._trust.proxied else ""
        if not proxy and self._trust.guards(url.netloc.decode("ascii")):
            address = await allowed_address(url.host, url.port or _port(url), self._trust.reach)
            target, extensions = url.copy_with(host=address), {"sni_hostname": url.host}
            sent["Host"] = url.netloc.decode("ascii")
        client = self._client(proxy, insecure=insecure)
        try:
            request = client.build_request("GET", target, headers=sent, extensions=extensions)
            return await client.send(request, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as broken:
            raise broken_fault(url.netloc.decode("ascii"), broken) from broken

    def _client(self, proxy: str, *, insecure: bool) -> httpx.AsyncClient:
        import httpx  # noqa: PLC0415 -- as in ask

        key = (insecure, proxy)
        if key not in self._clients:
            allowed = self._trust.reach is Reaches.ANYWHERE
            self._clients[key] = httpx.AsyncClient(
                transport=self._transport,
                proxy=proxy or None,
                verify=self._transport is None and self._context(insecure=insecure),
                timeout=httpx.Timeout(self._bounds.silence, connect=self._bounds.connecting),
                follow_redirects=False,
                trust_env=allowed,
                # Connections are told apart by address: one may not serve two names of it.
                limits=httpx.Limits(max_keepalive_connections=20 if allowed else 0),
            )
        return self._clients[key]

    def _context(self, *, insecure: bool) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        elif self._trust.ca_file is not None:
            context.load_verify_locations(self._trust.ca_file)
        return context


async def read(response: httpx.Response, most: int) -> bytes:
    """The body of an answer, which is closed then.

    Errors: DistributionFault when it is larger, or breaks off.
    """
    import httpx  # noqa: PLC0415 -- as in Reach.ask

    body = bytearray()
    host = place_of(response).netloc.decode("ascii")
    try:
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > most:
                raise DistributionFault(f"the answer of {host} has more than {most} bytes")
    except (httpx.HTTPError, httpx.StreamError) as broken:
        raise broken_fault(host, broken) from broken
    finally:
        await response.aclose()
    return bytes(body)


def origin(url: httpx.URL) -> tuple[str, str, int]:
    """Scheme, host and port: who is asked."""
    return url.scheme, url.host, url.port or _port(url)


def place_of(response: httpx.Response) -> httpx.URL:
    """Who was asked, by name also where it was reached by address."""
    url, host = response.request.url, response.request.headers.get("host", "")
    return url.copy_with(netloc=host.encode("ascii")) if host else url


def _proxy(url: httpx.URL) -> str:
    """The proxy that the environment has for a URL; empty where it is to be reached directly."""
    if proxy_bypass(url.netloc.decode("ascii")):
        return ""
    proxies = getproxies()
    return proxies.get(url.scheme) or proxies.get("all", "")


def _port(url: httpx.URL) -> int:
    return 443 if url.scheme == "https" else 80


def _led(url: httpx.URL, place: str, *, insecure: bool) -> httpx.URL:
    import httpx  # noqa: PLC0415 -- as in Reach.ask

    try:
        led = url.join(place)
    except (httpx.InvalidURL, ValueError) as odd:
        raise DistributionFault(f"{url.host} redirects to what is no URL") from odd
    if led.scheme not in _WEB or not led.host or led.userinfo:
        raise DistributionFault(f"{url.host} redirects to what is no place on the web")
    if url.scheme == "https" and led.scheme == "http" and not insecure:
        raise DistributionFault(
            f"{url.host} redirects to {led.host} without TLS, which is not allowed", reason=TLS
        )
    return led


def broken_fault(host: str, broken: Exception) -> DistributionFault:
    """Why a host did not answer."""
    import httpx  # noqa: PLC0415 -- as in Reach.ask

    odd = _tls_error(broken)
    # Not every such error has one.
    reason = str(getattr(odd, "reason", "") or odd)
    if reason in _NOT_TLS:
        return DistributionFault(f"{host} answers, but not with TLS", reason=HTTP_ONLY)
    if isinstance(odd, ssl.SSLCertVerificationError):
        return DistributionFault(
            f"the certificate of {host} cannot be trusted: {odd.verify_message}", reason=TLS
        )
    if odd is not None:
        return DistributionFault(f"{host} cannot be spoken to with TLS: {reason}", reason=TLS)
    why = _system_error(broken) or str(broken) or type(broken).__name__
    if isinstance(broken, httpx.TimeoutException):
        why = "it took too long"
    return DistributionFault(f"{host} does not answer: {why}", reason=UNREACHABLE, retryable=True)


def _tls_error(broken: BaseException) -> ssl.SSLError | None:
    return next((each for each in _causes(broken) if isinstance(each, ssl.SSLError)), None)


def _system_error(broken: BaseException) -> str:
    """What the system says of why nobody was reached; empty when it is not the reason."""
    for each in _causes(broken):
        if isinstance(each, socket.gaierror):
            return "there is no such host" if each.errno == socket.EAI_NONAME else str(each.args[1])
        if isinstance(each, OSError) and each.errno:
            return os.strerror(each.errno).lower()
    return ""


def _causes(broken: BaseException) -> Iterator[BaseException]:
    inner: BaseException | None = broken
    while inner is not None:
        yield inner
        inner = inner.__cause__ or inner.__context__
