"""Requests to an OpenID Connect provider: over TLS alone, bounded in size and time."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
from typing_extensions import override

from slipcast.values.faults import FieldError, InvalidFault
from slipcast.values.sensitive import Sensitive

PATIENCE: Final = 10.0
"""Seconds a provider may take."""
LARGEST: Final = 1024 * 1024
"""Bytes of an answer."""
FAILED: Final = 400

_UNHEARD: Final = (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, TimeoutError, ValueError)


class Strange(Exception):
    """A provider does not answer, or answers what it should not."""


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What a form was answered with; its repr shows none of it."""

    failed: bool
    content: Mapping[str, Any]

    @override
    def __repr__(self) -> str:
        return f"Reply(failed={self.failed})"


class ProviderLine:
    """The way to one provider."""

    def __init__(self, authority: Path | None) -> None:
        """Trust the provider by an authority of its own, or by what this host trusts.

        Errors: InvalidFault.
        """
        self._http = httpx.AsyncClient(verify=_context(authority), timeout=PATIENCE)

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.aclose()

    async def document(self, address: str) -> dict[str, Any]:
        """A document of the provider's.

        Errors: Strange.
        """
        status, found = await self._answer(self._request("GET", address))
        if status != httpx.codes.OK:
            raise Strange(f"it answers {status}")
        return found

    async def posted(
        self, address: str, form: Mapping[str, str], user: str, password: Sensitive | None
    ) -> Reply:
        """What a form is answered with, sent as a user with a password where there is one.

        Errors: Strange.
        """
        request = self._request("POST", address, form)
        request.headers["accept"] = "application/json"
        auth = None if password is None else httpx.BasicAuth(user, password.reveal())
        status, found = await self._answer(request, auth)
        return Reply(failed=status >= FAILED, content=found)

    def _request(
        self, method: str, address: str, form: Mapping[str, str] | None = None
    ) -> httpx.Request:
        if not address.startswith("https://"):
            raise Strange(f"{address!r} is no https address")
        try:
            return self._http.build_request(method, address, data=form)
        except _UNHEARD as wrong:
            raise Strange(_why(wrong)) from wrong

    async def _answer(
        self, request: httpx.Request, auth: httpx.Auth | None = None
    ) -> tuple[int, dict[str, Any]]:
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await self._http.send(request, stream=True, auth=auth)
                try:
                    content = await _content(answer)
                finally:
                    await answer.aclose()
        except _UNHEARD as wrong:
            raise Strange(_why(wrong)) from wrong
        return answer.status_code, _object(answer.status_code, content)


async def _content(answer: httpx.Response) -> bytes:
    pieces, size = [], 0
    async for piece in answer.aiter_bytes():
        size += len(piece)
        if size > LARGEST:
            raise Strange("its answer is too large")
        pieces.append(piece)
    return b"".join(pieces)


def _object(status: int, content: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(content)
    except (msgspec.MsgspecError, ValueError) as wrong:
        raise Strange(f"it answers {status} without JSON") from wrong
    if not isinstance(found, dict):
        raise Strange("its answer is no object")
    return found


def _why(wrong: Exception) -> str:
    return str(wrong) or type(wrong).__name__


def _context(authority: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(authority) if authority else None)
    except (OSError, ssl.SSLError) as wrong:
        what = "holds no certificates"
        error = FieldError(path="--oidc-ca-file", what=what, value=str(authority))
        raise InvalidFault((error,)) from wrong
