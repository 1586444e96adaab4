"""The registry as an ASGI application. THE TABLE of routes is the specification's.

Source: OCI distribution specification 1.1, endpoints.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any, Final

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from slipcast.ports.accounts import ACCOUNT, Account
from slipcast.registry import blobs, listings, manifests, sweeping, tokens, uploads
from slipcast.registry.faults import (
    BODY_SLOW,
    NAME_UNKNOWN,
    TOOMANYREQUESTS,
    UNAUTHORIZED,
    UNAVAILABLE,
    UNKNOWN,
    RegistryFault,
    unsupported,
)
from slipcast.registry.identity import REALM, challenge, identified, path_of
from slipcast.registry.names import Repository
from slipcast.registry.parts import Call, Handler, Parts
from slipcast.registry.rights import refused as not_allowed
from slipcast.values.apifaults import ApiFault, Conflict, TooManyRequests, Unavailable
from slipcast.values.faults import Fault, PortFault

log = logging.getLogger("slipcast.registry")

PREFIXES: Final = ("/v2", REALM)
"""What the registry answers, of all paths of a server."""
HEADERS: Final = {
    "docker-distribution-api-version": "registry/2.0",
    "x-content-type-options": "nosniff",
}
"""What every answer says."""
_NAME: Final = r"(?P<name>.+?)"


class Route(msgspec.Struct, frozen=True):
    """Paths, as a pattern of the whole, what they are counted as, and what each method does."""

    kind: str
    path: re.Pattern[str]
    methods: Mapping[str, Handler]

    def handler(self, method: str) -> Handler:
        """What a method does; what can be read can be asked for without its content.

        Errors: RegistryFault UNSUPPORTED, with the methods that are known.
        """
        instead = self.methods.get("GET") if method == "HEAD" else None
        found = self.methods.get(method, instead)
        if found is None:
            looked = {"HEAD"} if "GET" in self.methods else set[str]()
            raise unsupported(method, {*self.methods, *looked})
        return found


async def root(parts: Parts, call: Call) -> Response:
    """That this is a registry, and that it knows who asks.

    Shape:  clients learn here where passes are; whoever wants to stay unknown gets one for nobody.
    """
    del parts
    if not call.actor.is_known and "authorization" not in call.request.headers:
        raise not_allowed(call.actor)
    return Response(b"{}", media_type="application/json")


ROUTES: Final = (
    Route("root", re.compile(r"/v2/?"), {"GET": root, "HEAD": root}),
    Route("catalog", re.compile(r"/v2/_catalog"), {"GET": listings.catalog}),
    Route("prune", re.compile(r"/v2/_slipcast/prune"), {"POST": sweeping.answer}),
    Route("tags", re.compile(rf"/v2/{_NAME}/tags/list"), {"GET": listings.tags}),
    Route(
        "referrers",
        re.compile(rf"/v2/{_NAME}/referrers/(?P<reference>[^/]+)"),
        {"GET": listings.referrers},
    ),
    Route(
        "manifests",
        re.compile(rf"/v2/{_NAME}/manifests/(?P<reference>[^/]+)"),
        {
            "GET": manifests.read,
            "HEAD": manifests.read,
            "PUT": manifests.put,
            "DELETE": manifests.remove,
        },
    ),
    Route("uploads", re.compile(rf"/v2/{_NAME}/blobs/uploads/?"), {"POST": uploads.begin}),
    Route(
        "uploads",
        re.compile(rf"/v2/{_NAME}/blobs/uploads/(?P<reference>[^/]+)"),
        {
            "GET": uploads.state,
            "PATCH": uploads.append,
            "PUT": uploads.finish,
            "DELETE": uploads.abort,
        },
    ),
    Route(
        "blobs",
        re.compile(rf"/v2/{_NAME}/blobs/(?P<reference>[^/]+)"),
        {"GET": blobs.read, "HEAD": blobs.head, "DELETE": blobs.remove},
    ),
)
"""THE TABLE of routes."""


class Registry:
    """Answers the paths of `PREFIXES`."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        with ExitStack() as held:
            try:
                response = await self._answered(request, held)
            except RegistryFault as fault:
                response = self._refused(request, fault)
            except Fault as fault:
                response = self._refused(request, _in_our_words(fault))
            except ClientDisconnect:
                # Nobody hears it.
                response = refused(RegistryFault(BODY_SLOW, "the client went away"))
            except Exception:
                log.exception("registry.failed", extra={"fields": {"path": path_of(request)}})
                response = refused(RegistryFault(UNKNOWN, "the registry failed; its log says why"))
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
            await response(scope, receive, send)

    async def _answered(self, request: Request, held: ExitStack) -> Response:
        path = path_of(request)
        account: Account = request.scope.setdefault(ACCOUNT, Account())
        if path == REALM:
            account.kind = "token"
            return await tokens.answer(self._parts, request)
        for route in ROUTES:
            found = route.path.fullmatch(path)
            if found is not None:
                account.kind = route.kind
                call = await self._call(request, found.groupdict())
                held.enter_context(self._parts.asking.seat(call.actor.name))
                return await self._routed(call, route)
        raise RegistryFault(NAME_UNKNOWN, "there is nothing at this path")

    async def _call(self, request: Request, said: Mapping[str, str | None]) -> Call:
        """A request with who asks, and what about."""
        actor = await identified(self._parts, request)
        request.scope[ACCOUNT].user = actor.name
        name = said.get("name")
        return Call(
            request=request,
            actor=actor,
            repository=Repository.parse(name) if name else Repository("", ""),
            reference=said.get("reference") or "",
        )

    async def _routed(self, call: Call, route: Route) -> Response:
        return await route.handler(call.request.method)(self._parts, call)

    def _refused(self, request: Request, fault: RegistryFault) -> Response:
        response = refused(fault)
        if fault.code is UNAUTHORIZED:
            name = _repository(path_of(request))
            response.headers["www-authenticate"] = challenge(self._parts, request, name)
        return response


def refused(fault: RegistryFault) -> Response:
    """The answer to a request that is refused."""
    headers = {"content-type": "application/json", **fault.headers}
    return Response(fault.body(), status_code=fault.code.status, headers=headers)


def _repository(path: str) -> str:
    """The repository that a path is about; empty when it is about none, or none can be so called.

    Shape:  it is told to clients in a header, so that it must be nothing but a name.
    """
    found = (route.path.fullmatch(path) for route in ROUTES)
    name = next((each.groupdict().get("name") for each in found if each), None)
    try:
        return str(Repository.parse(name)) if name else ""
    except RegistryFault:
        return ""


def _in_our_words(fault: Fault) -> RegistryFault:
    wait = fault.retry_after if isinstance(fault, ApiFault) else 0
    headers = {"retry-after": str(wait)} if wait else {}
    if isinstance(fault, TooManyRequests):
        return RegistryFault(TOOMANYREQUESTS, fault.message, headers=headers)
    # Who was slower than others again and again may try once more.
    if isinstance(fault, Unavailable | Conflict | PortFault):
        return RegistryFault(UNAVAILABLE, fault.message, headers=headers)
    log.error("registry.failed", extra={"fields": {"why": fault.message}})
    return RegistryFault(UNKNOWN, "the registry failed; its log says why")
