"""Registries elsewhere, read from: manifests, blobs and tags, with whatever login they ask for.

Source: OCI distribution specification 1.1, pull; token authentication of registries.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

import msgspec

from slipcast.adapters.remoteregistry.challenges import (
    Challenge,
    Token,
    Tokens,
    basic,
    challenge_of,
    fitting,
    token_of,
    token_url,
)
from slipcast.adapters.remoteregistry.reaching import (
    Asked,
    Bounds,
    Reach,
    Trust,
    broken_fault,
    origin,
    place_of,
    read,
)
from slipcast.images.manifests import MEDIA_TYPES, digest_of
from slipcast.images.schema1 import payload
from slipcast.ports.clock import Clock
from slipcast.ports.distribution import (
    FORBIDDEN,
    HTTP_ONLY,
    LIMITED,
    NOT_V2,
    TLS,
    UNAUTHORIZED,
    UNKNOWN,
    UNREACHABLE,
    DistributionFault,
    Login,
    RemoteManifest,
    Way,
)
from slipcast.values.digest import Digest
from slipcast.values.imageref import DEFAULT_REGISTRY, ImageRef
from slipcast.values.sensitive import Sensitive

if TYPE_CHECKING:
    import httpx

HUB: Final = "registry-1.docker.io"
"""Where docker.io is (its own address is a web site)."""

_OK: Final = 200
_UNAUTHORIZED: Final = 401
_REFUSED: Final = frozenset({401, 403})
_NOT_FOUND: Final = 404
_TOO_MANY: Final = 429
_AGAIN: Final = frozenset({429, 500, 502, 503, 504})
_OTHER_SCHEME: Final = frozenset({HTTP_ONLY, TLS, UNREACHABLE})
_LIFE: Final = timedelta(hours=1)
_PAUSE: Final = 0.5
_TAG: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_NEXT: Final = re.compile(r"<([^>]*)>\s*;[^,]*\brel=\"?next\"?", re.IGNORECASE)
_PIECE: Final = 64 * 1024
_SAID: Final = 200
_HOSTS: Final = 1000

_BOUNDS: Final = Bounds()
_TRUST: Final = Trust()

Key = tuple[str, str, Login | None]
"""What a token is for: who is asked, for which repository, by whom."""


class _Call(msgspec.Struct, frozen=True, kw_only=True):
    """A request to the registry of an image.

    Shape:  path begins with a slash; what names it for people.
    """

    image: ImageRef
    way: Way
    path: str
    what: str
    accept: str = "*/*"

    @property
    def host(self) -> str:
        """Who is asked."""
        host = self.image.registry_host
        return HUB if host == DEFAULT_REGISTRY else host


class _Error(msgspec.Struct, frozen=True):
    code: str = ""
    message: str = ""


class _Errors(msgspec.Struct, frozen=True):
    errors: list[_Error] = []


class _Tags(msgspec.Struct, frozen=True):
    tags: list[str] | None = None


class RemoteRegistries:
    """Registries elsewhere. Implements Distribution.

    Shape:  transport is what sends, the network unless said.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        trust: Trust = _TRUST,
        bounds: Bounds = _BOUNDS,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._clock = clock
        self._bounds = bounds
        self._origins = trust.origins
        self._reach = Reach(trust, bounds, transport)
        self._tokens: Tokens[Key] = Tokens()
        self._schemes: dict[str, str] = {}
        self._welcomed: dict[tuple[str, tuple[Login, ...]], Login] = {}

    async def close(self) -> None:
        """End all connections."""
        await self._reach.close()

    async def manifest(self, image: ImageRef, way: Way) -> RemoteManifest:
        """See Distribution."""
        wanted = image.digest or image.with_default_tag.tag
        call = _Call(
            image=image,
            way=way,
            path=f"/v2/{image.repository}/manifests/{wanted}",
            what=f"{image.repository}{'@' if image.digest else ':'}{wanted}",
            accept=", ".join(MEDIA_TYPES),
        )
        response, body = await self._read(call, self._bounds.manifest)
        media_type = response.headers.get("content-type", "")
        digest = image.digest or digest_of(body, media_type)
        if not digest.matches(body) and not digest.matches(payload(body)):
            raise DistributionFault(f"{call.host} has another manifest for {call.what}")
        return RemoteManifest(digest=digest, media_type=media_type, body=body)

    async def blob(self, image: ImageRef, digest: Digest, way: Way) -> AsyncGenerator[bytes, None]:
        """See Distribution."""
        call = _Call(
            image=image,
            way=way,
            path=f"/v2/{image.repository}/blobs/{digest}",
            what=f"blob {digest} of {image.repository}",
        )
        async with self._patience(call):
            response = await self._asked(call)
        pieces = _pieces(response, call.host)
        # Begun, so that it closes the connection also when nobody reads it.
        await anext(pieces)
        return pieces

    async def tags(self, image: ImageRef, way: Way) -> tuple[str, ...]:
        """See Distribution."""
        path, seen = f"/v2/{image.repository}/tags/list", set[str]()
        found: dict[str, None] = {}
        while path and path not in seen and len(seen) < self._bounds.pages:
            seen.add(path)
            call = _Call(image=image, way=way, path=path, what=f"the tags of {image.repository}")
            response, body = await self._read(call, self._bounds.page)
            tags = _tags(body, call)
            found.update((tag, None) for tag in tags if _TAG.fullmatch(tag))
            if len(found) > self._bounds.tags:
                raise DistributionFault(f"{call.host} has too many tags of {image.repository}")
            path = _next(response) if tags else ""
        return tuple(found)

    def _patience(self, call: _Call) -> _Patience:
        return _Patience(self._bounds.patience, call.host)

    async def _read(self, call: _Call, most: int) -> tuple[httpx.Response, bytes]:
        async with self._patience(call):
            response = await self._asked(call)
            return response, await read(response, most)

    async def _asked(self, call: _Call) -> httpx.Response:
        """The answer to a request, unread; asked again when the registry is busy.

        Errors: DistributionFault when it is not what was asked for.
        """
        self._check(call.image.registry_host)
        for number in range(1, self._bounds.tries + 1):
            response = await self._attempt(call)
            if response.status_code == _OK:
                return response
            delay = self._delay(response, number)
            body = await read(response, self._bounds.token)
            is_last = number == self._bounds.tries or delay > self._bounds.pause
            if response.status_code not in _AGAIN or is_last:
                raise await self._refusal(call, response, body)
            await self._clock.until(self._clock.now() + timedelta(seconds=delay))
        raise AssertionError  # pragma: no cover -- the last try returns or raises

    def _check(self, host: str) -> None:
        """Nothing, when images may come from a registry.

        Errors: DistributionFault.
        """
        if not self._origins.allow(host):
            raise DistributionFault(
                self._origins.refusal(host),
                reason=FORBIDDEN,
                hint="Ask who runs the server to name it in registries.allowed.",
            )

    async def _attempt(self, call: _Call) -> httpx.Response:
        """The answer over TLS; where that need not be, over whatever the registry speaks."""
        if not call.way.insecure:
            return await self._through(call, "https")
        known = self._schemes.pop(call.host, "")
        first, second = (known, "") if known else ("https", "http")
        try:
            response = await self._through(call, first)
        except DistributionFault as fault:
            if not second or fault.reason not in _OTHER_SCHEME:
                raise
            first, response = second, await self._through(call, second)
        if len(self._schemes) >= _HOSTS:
            self._schemes.clear()
        self._schemes[call.host] = first
        return response

    async def _through(self, call: _Call, scheme: str) -> httpx.Response:
        """The answer to who is nobody, or to the first login that is not refused."""
        base = f"{scheme}://{call.host}"
        logins: tuple[Login | None, ...] = self._logins(call) or (None,)
        for login in logins[:-1]:
            try:
                response = await self._as(call, base, login)
            except DistributionFault as fault:
                if fault.reason != UNAUTHORIZED:
                    raise
                continue
            if response.status_code not in _REFUSED or not _is_of(response, base):
                self._welcome(call, login)
                return response
            await response.aclose()
        response = await self._as(call, base, logins[-1])
        if response.status_code not in _REFUSED:
            self._welcome(call, logins[-1])
        return response

    def _logins(self, call: _Call) -> tuple[Login, ...]:
        """The logins that are tried: first the one that was not refused before."""
        found = fitting(call.image, call.way.logins)
        first = self._welcomed.get((call.image.repository, found))
        return found if first is None else tuple(dict.fromkeys((first, *found)))

    def _welcome(self, call: _Call, login: Login | None) -> None:
        found = fitting(call.image, call.way.logins)
        if login is None or len(found) == 1:
            return
        if len(self._welcomed) >= _HOSTS:
            self._welcomed.clear()
        self._welcomed[call.image.repository, found] = login

    async def _as(self, call: _Call, base: str, login: Login | None) -> httpx.Response:
        """The answer to a login; None for nobody."""
        key = (base, call.image.repository, login)
        asked = Asked(
            url=base + call.path,
            headers={"Accept": call.accept},
            said=self._tokens.get(key, self._clock.now()),
            insecure=call.way.insecure,
        )
        response = await self._reach.ask(asked)
        if response.status_code != _UNAUTHORIZED or not _is_of(response, base):
            return response
        challenge = challenge_of(response.headers.get_list("www-authenticate"))
        await response.aclose()
        self._tokens.drop(key)
        token = await self._token(call, challenge, login, base)
        if token is None:
            raise _unauthorized(call)
        self._tokens.keep(key, token)
        said = token.authorization.reveal()
        return await self._reach.ask(msgspec.structs.replace(asked, said=said))

    async def _token(
        self, call: _Call, challenge: Challenge | None, login: Login | None, base: str
    ) -> Token | None:
        """What a registry wants to hear; None when we have nothing to say.

        Errors: DistributionFault.
        """
        if challenge is None:
            return None
        if challenge.scheme == "basic":
            until = self._clock.now() + _LIFE
            return Token(authorization=Sensitive(basic(login)), until=until) if login else None
        url = token_url(challenge, call.image)
        if not url or (base.startswith("https:") and not url.startswith("https:")):
            raise DistributionFault(
                f"{call.host} wants a token from a place that cannot be trusted", reason=TLS
            )
        said = basic(login) if login is not None else ""
        response = await self._reach.ask(
            Asked(url=url, headers={"Accept": "*/*"}, said=said, insecure=call.way.insecure)
        )
        body = await read(response, self._bounds.token)
        if response.status_code in _REFUSED:
            raise _unauthorized(call)
        if response.status_code != _OK:
            raise await self._refusal(call, response, body)
        return token_of(body, self._clock.now())

    async def _refusal(
        self, call: _Call, response: httpx.Response, body: bytes
    ) -> DistributionFault:
        """Why there is no answer to what was asked."""
        status, said = response.status_code, _said(body)
        if status in _REFUSED:
            return _unauthorized(call, said)
        told = f": {said}" if said else ""
        if status == _NOT_FOUND:
            if not said and not await self._is_registry(call, response):
                return DistributionFault(f"{call.host} is no v2 registry", reason=NOT_V2)
            return DistributionFault(f"{call.host} has no {call.what}{told}", reason=UNKNOWN)
        if status == _TOO_MANY:
            return DistributionFault(
                f"{call.host} is asked too often for {call.what}{told}",
                reason=LIMITED,
                retryable=True,
            )
        return DistributionFault(
            f"{call.host} answers {status} for {call.what}{told}", retryable=status in _AGAIN
        )

    async def _is_registry(self, call: _Call, response: httpx.Response) -> bool:
        base = f"{place_of(response).scheme}://{call.host}"
        asked = Asked(url=f"{base}/v2/", headers={}, insecure=call.way.insecure)
        answer = await self._reach.ask(asked)
        await answer.aclose()
        return answer.status_code in {_OK, *_REFUSED}

    def _delay(self, response: httpx.Response, number: int) -> float:
        """How long to wait before asking again, in seconds."""
        text = response.headers.get("retry-after", "").strip()
        if text.isdecimal():
            return float(text[:9])
        with suppress(ValueError, TypeError):
            moment = parsedate_to_datetime(text)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return max(0.0, (moment - self._clock.now()).total_seconds())
        return _PAUSE * float(2 ** (number - 1))


class _Patience:
    """A limit to how long something takes, in the words of the port."""

    def __init__(self, seconds: float, host: str) -> None:
        self._timeout = asyncio.timeout(seconds)
        self._host = host

    async def __aenter__(self) -> None:
        await self._timeout.__aenter__()

    async def __aexit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            await self._timeout.__aexit__(None if error is None else type(error), error, None)
        except TimeoutError as late:
            raise DistributionFault(
                f"{self._host} does not answer: it took too long", retryable=True
            ) from late


async def _pieces(response: httpx.Response, host: str) -> AsyncGenerator[bytes, None]:
    import httpx  # noqa: PLC0415 -- as in Reach.ask

    try:
        yield b""
        async for piece in response.aiter_raw(_PIECE):
            yield piece
    except (httpx.HTTPError, httpx.StreamError) as broken:
        raise broken_fault(host, broken) from broken
    finally:
        await response.aclose()


def _is_of(response: httpx.Response, base: str) -> bool:
    """Whether a registry itself answered, and not one it led us to."""
    import httpx  # noqa: PLC0415 -- as in Reach.ask

    return origin(place_of(response)) == origin(httpx.URL(base))


def _next(response: httpx.Response) -> str:
    """The path of the page that follows; empty at the end, and where it is another registry's."""
    import httpx  # noqa: PLC0415 -- as in Reach.ask

    found = _NEXT.search(response.headers.get("link", ""))
    if found is None:
        return ""
    try:
        here = place_of(response)
        there = httpx.URL(urljoin(str(here), found[1]))
    except (httpx.InvalidURL, ValueError):
        return ""
    if (there.scheme, there.netloc) != (here.scheme, here.netloc):
        return ""
    return there.raw_path.decode("ascii")


def _tags(body: bytes, call: _Call) -> list[str]:
    try:
        return msgspec.json.decode(body, type=_Tags).tags or []
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as odd:
        raise DistributionFault(f"{call.host} gives no list of {call.what}") from odd


def _said(body: bytes) -> str:
    """What a registry says is wrong, cut to what may be shown."""
    try:
        found = msgspec.json.decode(body, type=_Errors)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""
    text = next((each.message or each.code for each in found.errors), "")
    return "".join(letter for letter in text if letter.isprintable())[:_SAID]


def _unauthorized(call: _Call, said: str = "") -> DistributionFault:
    """What we are refused, as whom: of all logins that fit, none was welcome."""
    told = f": {said}" if said else ""
    logins = fitting(call.image, call.way.logins)
    names = tuple(dict.fromkeys(each.secret for each in logins if each.secret))
    known = "the login that is known" if len(logins) == 1 else "any login that is known"
    whose = f" (tried: {', '.join(names)})" if names else ""
    who = f"to {known}{whose}" if logins else "without a login"
    fault = DistributionFault(
        f"{call.host} does not give {call.what} {who}{told}", reason=UNAUTHORIZED
    )
    fault.anonymous = not logins
    fault.tried = names
    return fault
