"""Pages: the paths that are about the server and not about objects.

THE TABLE of pages says who may look: everybody at health, every known actor at discovery, whoever
has the right to the path at metrics.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any, Final

import msgspec

from slipcast.api import kinds
from slipcast.ports.api import Apis, Resource
from slipcast.server import discovery, openapi, openapiproto, queries, swagger
from slipcast.server.exchange import Exchange
from slipcast.server.negotiate import accepted, chosen
from slipcast.server.telemetry import Telemetry
from slipcast.values.actor import Actor
from slipcast.values.apifaults import Forbidden, NotServed, Unauthorized

CUSTOM_KINDS: Final = b"/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
TEXT: Final = b"text/plain; charset=utf-8"
OPENAPI_FORMS: Final = ("application/json", *openapiproto.MEDIA_TYPES)
"""In which forms OpenAPI is told; version 3 in the first only."""


class Access(Enum):
    """Who may look at a page."""

    ANYBODY = "anybody"
    KNOWN = "known"
    ALLOWED = "allowed"


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What pages tell about: readiness (empty: ready, else why not), metrics, rights."""

    why_not_ready: Callable[[], Awaitable[str]]
    telemetry: Telemetry
    apis: Apis


Show = Callable[[Exchange, Surroundings, tuple[str, ...]], Awaitable[None]]


class Page(msgspec.Struct, frozen=True):
    """A path, as a pattern of the whole, who may look, and what is shown."""

    path: re.Pattern[str]
    access: Access
    show: Show


async def _json(exchange: Exchange, document: dict[str, Any]) -> None:
    await exchange.answer(200, discovery.encoded(document))


async def _ok(exchange: Exchange, _: Surroundings, __: tuple[str, ...]) -> None:
    await _told_health(exchange, "")


async def _ready(exchange: Exchange, around: Surroundings, _: tuple[str, ...]) -> None:
    await _told_health(exchange, await around.why_not_ready())


async def _told_health(exchange: Exchange, why_not: str) -> None:
    """In a word, or with `?verbose` as Kubernetes tells of its checks."""
    said = why_not or "ok"
    if "verbose" in queries.parse(exchange.scope.get("query_string", b"")):
        name = exchange.path.decode().strip("/").partition("/")[0]
        store = f"[-]store failed: {why_not}" if why_not else "[+]store ok"
        outcome = "failed" if why_not else "passed"
        said = f"[+]ping ok\n{store}\n{name} check {outcome}\n"
    await exchange.answer(503 if why_not else 200, said.encode(), TEXT)


async def _metrics(exchange: Exchange, around: Surroundings, _: tuple[str, ...]) -> None:
    body, content_type = around.telemetry.exposed()
    await exchange.answer(200, body, content_type)


async def _root(exchange: Exchange, _: Surroundings, __: tuple[str, ...]) -> None:
    await _json(exchange, {"paths": list(discovery.paths())})


async def _version(exchange: Exchange, _: Surroundings, found: tuple[str, ...]) -> None:
    await _json(exchange, discovery.openshift_version() if found[0] else discovery.version())


async def _versions(exchange: Exchange, _: Surroundings, found: tuple[str, ...]) -> None:
    form = accepted(exchange.header(b"accept"))
    if form.shape == "discovery" and found[0] == "api":
        await _aggregated(exchange, "api", form.version)
    else:
        await _json(exchange, discovery.versions(found[0], exchange.header(b"host")))


async def _groups(exchange: Exchange, _: Surroundings, __: tuple[str, ...]) -> None:
    form = accepted(exchange.header(b"accept"))
    if form.shape == "discovery":
        await _aggregated(exchange, "apis", form.version)
    else:
        await _json(exchange, discovery.group_list())


async def _aggregated(exchange: Exchange, prefix: str, version: str) -> None:
    content_type = f"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList"
    body = discovery.encoded(discovery.aggregated(prefix, version))
    await exchange.answer(200, body, content_type.encode())


async def _group(exchange: Exchange, _: Surroundings, found: tuple[str, ...]) -> None:
    await _json(exchange, discovery.group(found[0]))


async def _resources(exchange: Exchange, _: Surroundings, found: tuple[str, ...]) -> None:
    await _json(exchange, discovery.resource_list(found[0], found[1]))


async def _core(exchange: Exchange, _: Surroundings, __: tuple[str, ...]) -> None:
    await _json(exchange, discovery.resource_list("", "v1"))


async def _legacy(exchange: Exchange, _: Surroundings, __: tuple[str, ...]) -> None:
    await _json(exchange, discovery.legacy_resource_list())


async def _no_custom_kinds(exchange: Exchange, _: Surroundings, __: tuple[str, ...]) -> None:
    """That there are none; kubectl asks before it gives up on a kind that cannot be patched."""
    kind = "CustomResourceDefinitionList"
    head = {"kind": kind, "apiVersion": "apiextensions.k8s.io/v1"}
    await _json(exchange, {**head, "metadata": {"resourceVersion": "1"}, "items": []})


async def _openapi(exchange: Exchange, _: Surroundings, found: tuple[str, ...]) -> None:
    forms = OPENAPI_FORMS if found[0] == "v2" else OPENAPI_FORMS[:1]
    form = chosen(exchange.header(b"accept"), forms)
    told = openapi.told(found[0], compact=form != forms[0])
    if told is None:
        raise NotServed
    query = queries.parse(exchange.scope.get("query_string", b""))
    wanted = query.get("hash", "") if found[0] != "v3" else ""
    if wanted not in {"", told.tag}:
        where = f"/openapi/{found[0]}?hash={told.tag}"
        await exchange.answer(301, b"", TEXT, [(b"location", where.encode())])
        return
    tag = f'"{told.tag}"'
    keep = b"public, max-age=31536000, immutable" if wanted else b"no-cache, private"
    headers = [(b"etag", tag.encode()), (b"cache-control", keep), (b"vary", b"Accept")]
    if tag in _tags(exchange.header(b"if-none-match")):
        await exchange.answer(304, b"", told.content_type, headers)
    else:
        await exchange.answer(200, told.body, told.content_type, headers)


def _tags(header: str) -> frozenset[str]:
    """What a client says it has; whether it holds for each byte does not matter for reading."""
    return frozenset(tag.strip().removeprefix("W/") for tag in header.split(","))


async def _swagger(exchange: Exchange, _: Surroundings, found: tuple[str, ...]) -> None:
    body = swagger.document(found[0])
    if body is None:
        raise NotServed
    await exchange.answer(200, body)


def _page(pattern: str, access: Access, show: Show) -> Page:
    return Page(re.compile(pattern), access, show)


PAGES: Final = (
    _page(r"/(?:healthz|livez)(?:/ping)?", Access.ANYBODY, _ok),
    _page(r"/readyz|/healthz/ready", Access.ANYBODY, _ready),
    _page(r"/metrics", Access.ALLOWED, _metrics),
    _page(r"/", Access.KNOWN, _root),
    _page(r"/version(/openshift)?", Access.KNOWN, _version),
    _page(r"/(api|oapi)", Access.KNOWN, _versions),
    _page(r"/apis", Access.KNOWN, _groups),
    _page(r"/api/v1", Access.KNOWN, _core),
    _page(r"/oapi/v1", Access.KNOWN, _legacy),
    _page(re.escape(CUSTOM_KINDS.decode()), Access.KNOWN, _no_custom_kinds),
    _page(r"/apis/([^/]+)", Access.KNOWN, _group),
    _page(r"/apis/([^/]+)/([^/]+)", Access.KNOWN, _resources),
    _page(r"/openapi/(v2|v3(?:/.+)?)", Access.KNOWN, _openapi),
    _page(r"/swaggerapi(?:/(.*))?", Access.KNOWN, _swagger),
)
"""THE TABLE of pages."""


def find(path: str) -> tuple[Page, tuple[str, ...]] | None:
    """The page at a path, and what its pattern caught."""
    bare = path.rstrip("/") or "/"
    for page in PAGES:
        found = page.path.fullmatch(bare)
        if found is not None:
            return page, tuple(each or "" for each in found.groups())
    return None


async def admit(page: Page, path: str, actor: Actor, apis: Apis) -> None:
    """Let an actor see a page.

    Errors: Unauthorized, Forbidden.
    """
    if page.access is Access.ANYBODY:
        return
    if not actor.is_known:
        raise Unauthorized("Unauthorized")
    if page.access is Access.KNOWN:
        return
    review = kinds.require(kinds.AUTHORIZATION, "SelfSubjectAccessReview")
    attributes = {"path": path, "verb": "get"}
    content: dict[str, Any] = {"metadata": {}, "spec": {"nonResourceAttributes": attributes}}
    answer = await apis.as_(actor).create(Resource(review), content)
    if not answer.document.content.get("status", {}).get("allowed"):
        raise Forbidden(f'forbidden: User "{actor.name}" cannot get path "{path}"')
