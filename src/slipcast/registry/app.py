"""The registry as an ASGI application. THE TABLE of routes is the specification's.

Source: OCI distribution specification 1.1, endpoints.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from slipcast.registry import blobs, listings, manifests, tokens, uploads
from slipcast.registry.faults import (
    NAME_UNKNOWN,
    TOOMANYREQUESTS,
    UNAVAILABLE,
    UNKNOWN,
    UNSUPPORTED,
    RegistryFault,
)
from slipcast.registry.identity import identified
from slipcast.registry.names import Repository
from slipcast.registry.parts import Call, Handler, Parts
from slipcast.values.apifaults import TooManyRequests, Unavailable
from slipcast.values.faults import Fault, PortFault

log = logging.getLogger("slipcast.registry")

PREFIXES: Final = ("/v2/", "/openshift/token")
"""What the registry answers, of all paths of a server."""
VERSION: Final = {"docker-distribution-api-version": "registry/2.0"}
_NAME: Final = r"(?P<name>.+?)"


class Route(msgspec.Struct, frozen=True):
    """Paths, as a pattern of the whole, and what each method does there."""

    path: re.Pattern[str]
    methods: Mapping[str, Handler]


async def root(parts: Parts, call: Call) -> Response:
    """That this is a registry, and that it knows who asks."""
    del parts, call
    return Response(b"{}", media_type="application/json")


ROUTES: Final = (
    Route(re.compile(r"/v2/"), {"GET": root, "HEAD": root}),
    Route(re.compile(r"/v2/_catalog"), {"GET": listings.catalog}),
    Route(re.compile(rf"/v2/{_NAME}/tags/list"), {"GET": listings.tags}),
    Route(re.compile(rf"/v2/{_NAME}/referrers/(?P<reference>[^/]+)"), {"GET": listings.referrers}),
    Route(
        re.compile(rf"/v2/{_NAME}/manifests/(?P<reference>[^/]+)"),
        {
            "GET": manifests.read,
            "HEAD": manifests.read,
            "PUT": manifests.put,
            "DELETE": manifests.remove,
        },
    ),
    Route(re.compile(rf"/v2/{_NAME}/blobs/uploads/?"), {"POST": uploads.begin}),
    Route(
        re.compile(rf"/v2/{_NAME}/blobs/uploads/(?P<reference>[^/]+)"),
        {
            "GET": uploads.state,
            "PATCH": uploads.append,
            "PUT": uploads.finish,
            "DELETE": uploads.abort,
        },
    ),
    Route(
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
        try:
            response = await self._answered(request)
        except RegistryFault as fault:
            response = refused(fault)
        except Fault as fault:
            response = refused(_in_our_words(fault))
        except Exception:
            log.exception("registry.failed", extra={"fields": {"path": request.url.path}})
            response = refused(RegistryFault(UNKNOWN, "the registry failed; its log says why"))
        for name, value in VERSION.items():
            response.headers.setdefault(name, value)
        await response(scope, receive, send)

    async def _answered(self, request: Request) -> Response:
        path = request.url.path
        if path.startswith("/openshift/token"):
            return await tokens.answer(self._parts, request)
        for route in ROUTES:
            found = route.path.fullmatch(path)
            if found is None:
                continue
            handler = route.methods.get(request.method)
            if handler is None:
                raise RegistryFault(UNSUPPORTED, f"{request.method} is not known at {path}")
            said = found.groupdict()
            name = said.get("name")
            actor = await identified(self._parts, request, name or "")
            call = Call(
                request=request,
                actor=actor,
                repository=Repository.parse(name) if name else Repository("", ""),
                reference=said.get("reference", ""),
            )
            return await handler(self._parts, call)
        raise RegistryFault(NAME_UNKNOWN, f"there is nothing at {path}")


def refused(fault: RegistryFault) -> Response:
    """The answer to a request that is refused."""
    headers = {"content-type": "application/json", **fault.headers}
    return Response(fault.body(), status_code=fault.code.status, headers=headers)


def _in_our_words(fault: Fault) -> RegistryFault:
    if isinstance(fault, TooManyRequests):
        return RegistryFault(TOOMANYREQUESTS, fault.message)
    if isinstance(fault, Unavailable | PortFault):
        return RegistryFault(UNAVAILABLE, fault.message)
    return RegistryFault(UNKNOWN, fault.message)
