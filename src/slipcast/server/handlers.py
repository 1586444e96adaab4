"""The verbs over HTTP: one handler each, nothing in them of one kind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from functools import partial
from typing import Final

import msgspec

from slipcast.api import codec, kinds, lens, meta
from slipcast.api.document import JSON, Document
from slipcast.api.protobuf import reading as protobuf
from slipcast.builds.delivery import LARGEST
from slipcast.ports.api import Answer, Api, Patch, WriteOptions
from slipcast.ports.deliveries import Deliveries, Delivery
from slipcast.server import answers, queries, tables
from slipcast.server.calls import Call, is_true
from slipcast.server.exchange import Exchange
from slipcast.server.negotiate import Form, accepted, body_type, patch_type
from slipcast.values.apifaults import BadRequest, NotServed
from slipcast.values.sensitive import Sensitive

TEXT: Final = b"text/plain; charset=utf-8"


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A call with all that it came with."""

    exchange: Exchange
    call: Call
    parameters: Mapping[str, str]
    api: Api
    deliveries: Deliveries | None = None

    @property
    def form(self) -> Form:
        """How to answer."""
        return accepted(self.exchange.header(b"accept"))

    async def examined(self, options: WriteOptions) -> tuple[JSON, tuple[str, ...]]:
        """The object in the body, and what its writer should know of how it is written.

        Errors: BadRequest, UnsupportedMediaType, TooLarge.
        """
        media_type = body_type(self.exchange.header(b"content-type"))
        body = await self.exchange.body()
        if media_type == protobuf.MEDIA_TYPE:
            return protobuf.read(body), ()
        if options.validation == "Ignore":
            return codec.parse(body, media_type), ()
        parsed = codec.examine(body, media_type)
        said = tuple(f'duplicate field "{field}"' for field in parsed.duplicates)
        if said and options.validation == "Strict":
            raise BadRequest(f"strict decoding error: {', '.join(said)}")
        return parsed.content, said

    async def optional_content(self) -> JSON:
        """The object in the body, or an empty one where there is no body."""
        body = await self.exchange.body()
        if not body.strip():
            return {}
        media_type = body_type(self.exchange.header(b"content-type"))
        if media_type == protobuf.MEDIA_TYPE:
            return protobuf.read(body)
        return codec.parse(body, media_type)

    async def delete_options(self) -> JSON:
        """How to delete, as the body says.

        Errors: BadRequest; Invalid.
        """
        content = await self.optional_content()
        if content:
            lens.read(content, meta.DeleteOptions)
        return content


async def get(request: Request) -> None:
    """One object."""
    resource = request.call.resource
    version = request.parameters.get("resourceVersion", "")
    document = await request.api.get(resource, resource_version=version)
    form = request.form
    if form.shape == "table" and document.kind in (resource.kind, *kinds.SCALES):
        await _send(request, 200, tables.of_one(resource, document, request.parameters, form))
    else:
        await _send(request, 200, answers.one(resource, document, form))


async def list_(request: Request) -> None:
    """The objects of a collection."""
    resource = request.call.resource
    listing = await request.api.list(resource, queries.listing(request.parameters))
    form = request.form
    if form.shape == "table":
        await _send(request, 200, tables.of_many(resource, listing, request.parameters, form))
    else:
        await _send(request, 200, answers.many(resource, listing, form))


async def create(request: Request) -> None:
    """A new object."""
    options = queries.writing(request.parameters, request.exchange.header(b"user-agent"))
    content, warnings = await request.examined(options)
    answer = await request.api.create(request.call.resource, content, options)
    await _answer(request, answer, 201, warnings)


async def update(request: Request) -> None:
    """An object replaced."""
    options = queries.writing(request.parameters, request.exchange.header(b"user-agent"))
    content, warnings = await request.examined(options)
    answer = await request.api.update(request.call.resource, content, options)
    await _answer(request, answer, 201 if answer.created else 200, warnings)


async def patch(request: Request) -> None:
    """An object changed in part."""
    kind = patch_type(request.exchange.header(b"content-type"))
    options = queries.writing(request.parameters, request.exchange.header(b"user-agent"))
    if kind == "apply" and not request.parameters.get("fieldManager"):
        raise BadRequest("fieldManager is required for apply patch")
    if options.force and kind != "apply":
        raise BadRequest("force may only be given with an apply patch")
    raw = await request.exchange.body()
    body = codec.parse_any(raw, "application/yaml" if kind == "apply" else "application/json")
    if not isinstance(body, list if kind == "json" else dict):
        raise BadRequest(
            f"the body must be {'a list of operations' if kind == 'json' else 'an object'}"
        )
    answer = await request.api.patch(request.call.resource, Patch(type=kind, body=body), options)
    await _answer(request, answer, 201 if answer.created else 200)


async def delete(request: Request) -> None:
    """An object removed; a Status when nothing is left of it."""
    options = queries.deleting(request.parameters, await request.delete_options())
    resource = request.call.resource
    answer = await request.api.delete(resource, options)
    if answer.gone:
        headers = answers.warning_headers(answer.warnings)
        await _send(request, 200, answers.success(resource, answer.document), headers)
    else:
        await _answer(request, answer, 200)


async def delete_all(request: Request) -> None:
    """The objects of a collection removed; what they were."""
    options = queries.deleting(request.parameters, await request.delete_options())
    which = queries.listing(request.parameters)
    listing = await request.api.delete_all(request.call.resource, which, options)
    await _send(request, 200, answers.many(request.call.resource, listing, request.form))


async def act(request: Request) -> None:
    """A subresource that does something."""
    options = queries.writing(request.parameters, request.exchange.header(b"user-agent"))
    parameters = {**request.parameters, "path": request.call.rest}
    content = await request.optional_content()
    answer = await request.api.act(request.call.resource, content, parameters, options)
    await _answer(request, answer, 201)


async def open_(request: Request) -> None:
    """A subresource that is a stream of text; its head is not waited for."""
    exchange, resource = request.exchange, request.call.resource
    is_head = exchange.method == "HEAD"
    parameters = {**request.parameters, "path": request.call.rest}
    if is_head:
        parameters["nowait"] = "true"
    pieces = await exchange.attend(request.api.open(resource, parameters))
    if is_head:
        await pieces.aclose()
        await exchange.answer(200, b"", TEXT)
    else:
        await exchange.stream(TEXT, pieces)


async def send(request: Request) -> None:
    """A subresource that is sent bytes, as many as there are; the object that comes of them."""
    parameters = {**request.parameters, "path": request.call.rest}
    body = request.exchange.pieces()
    async with aclosing(body):
        pieces = await request.api.open(request.call.resource, parameters, body)
    async with aclosing(pieces):
        content = codec.parse(b"".join([piece async for piece in pieces]), "application/json")
    await _answer(request, Answer(_document(content), created=True), 201)


async def deliver(request: Request) -> None:
    """A webhook; the Build that it started, or a Status that says why it started none (TR-28)."""
    exchange, resource = request.exchange, request.call.resource
    if request.deliveries is None:
        raise NotServed
    delivery = Delivery(
        actor=exchange.actor,
        place=msgspec.structs.replace(resource, subresource=""),
        method=exchange.method,
        rest=Sensitive(request.call.rest),
        headers=exchange.texts(),
        body=partial(exchange.body, LARGEST),
    )
    taken = await request.deliveries.take(delivery)
    headers = answers.warning_headers(taken.warnings)
    if taken.build is None:
        body = answers.said(taken.message)
    else:
        # As the original does, whatever path was called.
        place = msgspec.structs.replace(resource, subresource="instantiate")
        body = taken.build.wire("", answers.link(place, taken.build))
    await exchange.answer(200, body, headers=headers)


HANDLERS: Final[Mapping[str, Callable[[Request], Awaitable[None]]]] = {
    "get": get,
    "list": list_,
    "create": create,
    "update": update,
    "patch": patch,
    "delete": delete,
    "deletecollection": delete_all,
    "act": act,
    "open": open_,
    "send": send,
    "deliver": deliver,
}
"""THE TABLE of verbs; `watch` is in `streams`."""


def _document(content: JSON) -> Document:
    """An object as it was answered in a stream."""
    kind = kinds.of(str(content["apiVersion"]), str(content["kind"]))
    assert kind is not None  # noqa: S101 -- the store tells of what it keeps
    revision = str(content["metadata"].get("resourceVersion") or 0)
    return Document.of(kind, content, int(revision))


async def _answer(
    request: Request, answer: Answer, status: int, warnings: tuple[str, ...] = ()
) -> None:
    resource, form = request.call.resource, request.form
    headers = answers.warning_headers((*warnings, *answer.warnings))
    if form.shape == "table":
        body = tables.of_one(resource, answer.document, request.parameters, form)
    else:
        body = answers.one(resource, answer.document, form)
    await _send(request, status, body, headers)


async def _send(
    request: Request, status: int, body: bytes, headers: list[tuple[bytes, bytes]] | None = None
) -> None:
    form = request.form
    if is_true(request.parameters.get("pretty", "")) and form.encoding == "json":
        body = answers.pretty(body)
    await request.exchange.answer(status, body, form.content_type, headers or ())
