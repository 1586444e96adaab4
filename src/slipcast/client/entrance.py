"""The login of a server over HTTP: the flow of challenging clients. Implements Entrance.

The server says where it lets people in; a request there with user and password is answered with a
redirect, and the token is in its address. Nobody follows it.

Source: RFC 8414, RFC 6749 section 4.2; `oc login`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from msgspec.structs import replace

from slipcast.api.kubeconfig import Access
from slipcast.client import wire
from slipcast.client.http import HttpApi
from slipcast.client.wire import Request
from slipcast.ports.api import NO_PARAMETERS
from slipcast.values.apifaults import Forbidden, NotServed, Unauthorized
from slipcast.values.faults import PortFault
from slipcast.values.sensitive import Sensitive

ABOUT: Final = "/.well-known/oauth-authorization-server"
USUAL: Final = "/oauth/authorize"
QUERY: Final = urlencode({"client_id": "openshift-challenging-client", "response_type": "token"})


class HttpEntrance:
    """Gets tokens by password."""

    def __init__(self, environment: Mapping[str, str] = NO_PARAMETERS) -> None:
        """Shape:  environment is that in which proxies may be named."""
        self._environment = environment

    async def token(self, way: Access, user: str, password: Sensitive) -> str:
        """See the port."""
        bare = Access(
            context=way.context,
            server=way.server,
            server_name=way.server_name,
            authority=way.authority,
            authority_file=way.authority_file,
            insecure=way.insecure,
        )
        place = await self._place(bare)
        named = replace(bare, username=user, password=password.reveal())
        known = HttpApi(named, environment=self._environment)
        try:
            return await _asked(known, place, way)
        finally:
            await known.close()

    async def _place(self, way: Access) -> str:
        """Where the server lets people in."""
        api = HttpApi(way, environment=self._environment)
        try:
            answer = await api.send(Request(method="GET", path=ABOUT))
            place = wire.read(answer.content).get("authorization_endpoint")
        except (NotServed, Forbidden, Unauthorized):
            # Servers of the 3.5 era do not say; theirs is the usual place.
            place = USUAL
        finally:
            await api.close()
        if not isinstance(place, str) or not place.startswith(("https://", "/")):
            raise _no_login(way)
        return place


async def _asked(api: HttpApi, place: str, way: Access) -> str:
    headers = {"x-csrf-token": "1"}
    try:
        answer = await api.send(Request(method="GET", path=f"{place}?{QUERY}", headers=headers))
    except NotServed as nowhere:
        raise _no_login(way) from nowhere
    except Unauthorized as wrong:
        raise Unauthorized("user name or password are wrong") from wrong
    token = parse_qs(urlsplit(answer.location).fragment).get("access_token", [""])[0]
    if not token:
        raise _no_login(way)
    return token


def _no_login(way: Access) -> PortFault:
    return PortFault(
        f"the server at {way.server} lets nobody in by password",
        reason="NoLogin",
        hint="`slipcast login --token TOKEN` takes a token that you have from elsewhere.",
    )
