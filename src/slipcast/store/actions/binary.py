"""`buildconfigs/instantiatebinary`: a Build of source that is sent along.

What can be refused is refused before the source is taken. Then it is stored, whole, and only then
is there a Build that names it: no queue in front of the build, and no end of the connection, can
cost it its source (UP-3).

Source: build-api.md 9.3; cli.md SB-50 to SB-55.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import Final

from msgspec.structs import replace

from slipcast.api import jsontext, lens
from slipcast.api.build import (
    BinaryBuildRequestOptions,
    BinaryBuildSource,
    Build,
    BuildRequest,
    GitSourceRevision,
    SourceControlUser,
    SourceRevision,
)
from slipcast.api.fields import fields_of
from slipcast.builds.naming import UPLOAD, UPLOAD_SERVER
from slipcast.builds.paths import cleaned_file
from slipcast.ports.api import Resource
from slipcast.ports.uploads import Upload, Uploads
from slipcast.store.actions.instantiate import Instantiation, Overlay
from slipcast.store.authorize import Guard
from slipcast.values.apifaults import BadRequest, NotServed, TooLarge, Unavailable
from slipcast.values.causes import shown
from slipcast.values.faults import PortFault

OVERRIDES: Final = frozenset({"env", "dockerStrategyOptions", "sourceStrategyOptions"})
"""What of a BuildRequest may be said where source is sent along."""
LONGEST: Final = 1 << 20
"""Bytes of a request before what is sent; an address is refused that is far shorter."""
TOO_LARGE: Final = "TooLarge"
"""The reason of a store for uploads that is sent more than it takes."""


class BinaryInstantiation:
    """Makes Builds of what is sent."""

    def __init__(
        self, instantiation: Instantiation, uploads: Uploads | None, node: str = ""
    ) -> None:
        """Keep what is sent; node is who keeps it, where others might run the build."""
        self._instantiation = instantiation
        self._uploads = uploads
        self._node = node

    async def __call__(
        self,
        guard: Guard,
        resource: Resource,
        parameters: Mapping[str, str],
        body: AsyncIterator[bytes] | None,
    ) -> AsyncGenerator[bytes, None]:
        """The Build as it is kept, in JSON.

        Errors: those of `Instantiation.make`, before the body is read where that can be; TooLarge;
                Unavailable when there is no room; NotServed where nothing runs builds.
        """
        if body is None:
            raise BadRequest("the source is missing: it is sent as the body of the request")
        if self._uploads is None:
            raise NotServed("this server takes no sources: it runs no builds")
        options = options_of(parameters)
        if options.request_length:
            length = _length(options)
            leading, body = await _parted(body, length)
            options = replace(options, request=leading.decode("utf-8", "replace"))
        request = asked(options)
        await self._instantiation.check(guard, resource, request)
        upload = await _received(self._uploads, body)
        try:
            made = await self._instantiation.make(
                guard, resource.namespace, resource.name, request, _naming(upload, self._node)
            )
        except Exception:
            await self._uploads.remove(upload.id)
            raise
        return _one(made.wire())


def options_of(parameters: Mapping[str, str]) -> BinaryBuildRequestOptions:
    """The options in a query."""
    fields = (each for each in fields_of(BinaryBuildRequestOptions).values() if each.default == "")
    texts = {each.name: parameters.get(each.wire, "") for each in fields}
    return replace(BinaryBuildRequestOptions(), **texts)


def _length(options: BinaryBuildRequestOptions) -> int:
    """How much of the body is the request.

    Errors: BadRequest.
    """
    text = options.request_length
    if options.request:
        raise BadRequest("the parameters request and requestLength exclude each other")
    if not (text.isascii() and text.isdecimal() and len(text) < len(str(LONGEST)) + 1):
        raise BadRequest(f"the parameter requestLength is no number of bytes: {shown(text)}")
    length = int(text)
    if length > LONGEST:
        raise BadRequest(f"the request may have {LONGEST} bytes, not {length}")
    return length


async def _parted(body: AsyncIterator[bytes], length: int) -> tuple[bytes, AsyncIterator[bytes]]:
    """The beginning of a body, and the rest.

    Errors: BadRequest when there is less of it.
    """
    held = b""
    while len(held) < length:
        piece = await anext(body, None)
        if piece is None:
            raise BadRequest("the body ended within the request that was to be at its beginning")
        held += piece
    return held[:length], _after(held[length:], body)


async def _after(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    if first:
        yield first
    async for piece in rest:
        yield piece


def asked(options: BinaryBuildRequestOptions) -> BuildRequest:
    """The request that the options stand for (BA-125, SB-50, UP-13).

    Errors: BadRequest.
    """
    return replace(
        _overrides(options.request) if options.request else BuildRequest(),
        binary=BinaryBuildSource(as_file=cleaned_file(options.as_file)),
        revision=_revision(options) if options.commit else None,
    )


def _overrides(text: str) -> BuildRequest:
    """What is said of the build beside its source."""
    try:
        content = jsontext.read(text.encode())
    except BadRequest as fault:
        why = fault.message.removeprefix("the body is ")
        raise BadRequest(f"the parameter request is {why}") from fault
    if not isinstance(content, dict):
        raise BadRequest("the parameter request is no JSON object")
    if odd := sorted(content.keys() - OVERRIDES):
        raise BadRequest(
            f"the parameter request takes {', '.join(sorted(OVERRIDES))}, not {shown(odd[0])}"
        )
    return lens.read(content, BuildRequest)


def _revision(options: BinaryBuildRequestOptions) -> SourceRevision:
    author = SourceControlUser(name=options.author_name, email=options.author_email)
    committer = SourceControlUser(name=options.committer_name, email=options.committer_email)
    commit = GitSourceRevision(
        commit=options.commit, author=author, committer=committer, message=options.message
    )
    return SourceRevision(type="Git", git=commit)


async def _received(uploads: Uploads, body: AsyncIterator[bytes]) -> Upload:
    try:
        return await uploads.receive(body)
    except PortFault as fault:
        if fault.reason == TOO_LARGE:
            too_large = TooLarge(fault.message)
            too_large.hint = fault.hint
            raise too_large from fault
        if fault.retryable:
            raise Unavailable(fault.message, retry_after=1) from fault
        raise


def _naming(upload: Upload, node: str) -> Overlay:
    place = {UPLOAD_SERVER: node} if node else {}

    def named(build: Build) -> Build:
        annotations = {**build.metadata.annotations, UPLOAD: upload.id, **place}
        return replace(build, metadata=replace(build.metadata, annotations=annotations))

    return named


async def _one(piece: bytes) -> AsyncGenerator[bytes, None]:
    yield piece
