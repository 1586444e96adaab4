"""Routes: how services are reached from outside.

Source: the API reference of route.openshift.io/v1.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import field

from slipcast.api.meta import Condition, LocalObjectReference, Object
from slipcast.api.wire import ATOMIC, Int32, IntOrString, Wire, mapped


class RouteTargetReference(Wire, frozen=True, kw_only=True):
    """A service that a route leads to.

    kind: Service.
    name: its name.
    weight: its share, among others.
    """

    kind: str = ""
    name: str = ""
    weight: Int32 | None = None


class RoutePort(Wire, frozen=True, kw_only=True):
    """The port of the service.

    targetPort: the port, by number or name.
    """

    target_port: IntOrString = 0


class TLSConfig(Wire, frozen=True, kw_only=True):
    """How a route is encrypted.

    termination: edge, passthrough or reencrypt; where encryption ends.
    certificate: the certificate.
    key: its key.
    caCertificate: who signed it.
    destinationCACertificate: who signed the service's certificate.
    insecureEdgeTerminationPolicy: Allow, Disable or Redirect; what becomes of plain http.
    externalCertificate: a Secret that holds certificate and key.
    """

    termination: str = ""
    certificate: str = ""
    key: str = ""
    ca_certificate: str = ""
    destination_ca_certificate: str = field(default="", name="destinationCACertificate")
    insecure_edge_termination_policy: str = ""
    external_certificate: LocalObjectReference | None = None


class RouteHTTPHeaderValue(Wire, frozen=True, kw_only=True):
    """What becomes of a header.

    type: Set or Delete.
    set: what it is set to.
    """

    type: str = ""
    set: RouteSetHeader | None = None


class RouteSetHeader(Wire, frozen=True, kw_only=True):
    """What a header is set to.

    value: the value.
    """

    value: str = ""


class RouteHTTPHeader(Wire, frozen=True, kw_only=True):
    """A header that is changed.

    name: the header.
    action: what becomes of it.
    """

    name: str = ""
    action: RouteHTTPHeaderValue = RouteHTTPHeaderValue()


class RouteHTTPHeaderActions(Wire, frozen=True, kw_only=True):
    """Headers that are changed.

    response: of answers.
    request: of requests.
    """

    response: Annotated[tuple[RouteHTTPHeader, ...], mapped("name")] = ()
    request: Annotated[tuple[RouteHTTPHeader, ...], mapped("name")] = ()


class RouteHTTPHeaders(Wire, frozen=True, kw_only=True):
    """What is done with headers.

    actions: headers that are changed.
    """

    actions: RouteHTTPHeaderActions = RouteHTTPHeaderActions()


class RouteSpec(Wire, frozen=True, kw_only=True):
    """Which name leads to which service.

    host: the name; made up when empty.
    subdomain: the first part of the name, when host is empty.
    path: only what is below this path.
    to: the service.
    alternateBackends: further services that share the load.
    port: the port of the service.
    tls: how it is encrypted.
    wildcardPolicy: None or Subdomain.
    httpHeaders: what is done with headers.
    """

    host: str = ""
    subdomain: str = ""
    path: str = ""
    to: RouteTargetReference = RouteTargetReference()
    alternate_backends: Annotated[tuple[RouteTargetReference, ...], ATOMIC] = ()
    port: RoutePort | None = None
    tls: TLSConfig | None = None
    wildcard_policy: str = ""
    http_headers: RouteHTTPHeaders | None = None


class RouteIngress(Wire, frozen=True, kw_only=True):
    """How a router sees a route.

    host: the name.
    routerName: the router.
    conditions: aspects of its state.
    wildcardPolicy: None or Subdomain.
    routerCanonicalHostname: the router's own name.
    """

    host: str = ""
    router_name: str = ""
    conditions: Annotated[tuple[Condition, ...], mapped("type")] = ()
    wildcard_policy: str = ""
    router_canonical_hostname: str = ""


class RouteStatus(Wire, frozen=True, kw_only=True):
    """How a route is doing.

    ingress: how each router sees it.
    """

    ingress: Annotated[tuple[RouteIngress, ...], ATOMIC] = ()


class Route(Object, frozen=True, kw_only=True):
    """A name that leads to a service from outside.

    spec: which name leads to which service.
    status: how it is doing.
    """

    spec: RouteSpec = RouteSpec()
    status: RouteStatus = RouteStatus()
