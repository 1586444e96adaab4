"""Namespaces, Secrets, ConfigMaps, service accounts, services and events.

Source: the API reference of core/v1. Pods are in `pod`, limits and claims in `limits`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import field
from typing_extensions import override

from slipcast.api.meta import (
    Condition,
    Conditions,
    ListMeta,
    LocalObjectReference,
    Object,
    ObjectMeta,
    ObjectReference,
)
from slipcast.api.wire import (
    ATOMIC,
    WHOLE_MAP,
    Int32,
    IntOrString,
    Time,
    Wire,
    merged,
)


class NamespaceSpec(Wire, frozen=True, kw_only=True):
    """Who must agree before a namespace goes.

    finalizers: their names.
    """

    finalizers: Annotated[tuple[str, ...], ATOMIC] = ()


class NamespaceStatus(Wire, frozen=True, kw_only=True):
    """How a namespace is doing.

    phase: Active or Terminating.
    conditions: what keeps it from going.
    """

    phase: str = ""
    conditions: Conditions = ()


class Namespace(Object, frozen=True, kw_only=True):
    """A space for names.

    spec: who must agree before it goes.
    status: how it is doing.
    """

    spec: NamespaceSpec = NamespaceSpec()
    status: NamespaceStatus = NamespaceStatus()


class Secret(Object, frozen=True, kw_only=True):
    """Data that not everybody may read.

    immutable: whether it never changes.
    data: the data, in base64.
    stringData: data as plain text, for writing only; it stands for data of the same key.
    type: what the data is for.
    """

    immutable: bool | None = None
    data: Mapping[str, bytes] = {}
    string_data: Mapping[str, str] = {}
    type: str = ""

    @override
    def __repr__(self) -> str:
        # What it holds must not come into a log by way of a repr.
        return f"Secret(namespace={self.metadata.namespace!r}, name={self.metadata.name!r})"


class SecretList(Wire, frozen=True, kw_only=True):
    """Several objects of the kind Secret.

    metadata: the revision at which the list is true.
    items: the objects.
    """

    metadata: ListMeta = ListMeta()
    items: tuple[Secret, ...] = ()


class ConfigMap(Object, frozen=True, kw_only=True):
    """Data that everybody in the namespace may read.

    immutable: whether it never changes.
    data: the data, as text.
    binaryData: data that is no text, in base64.
    """

    immutable: bool | None = None
    data: Mapping[str, str] = {}
    binary_data: Mapping[str, bytes] = {}


class ServiceAccount(Object, frozen=True, kw_only=True):
    """Somebody who is a program.

    secrets: Secrets that its pods may use.
    imagePullSecrets: what images of its pods are pulled with.
    automountServiceAccountToken: whether its pods see a token.
    """

    secrets: Annotated[tuple[ObjectReference, ...], merged("name")] = ()
    image_pull_secrets: Annotated[tuple[LocalObjectReference, ...], ATOMIC] = ()
    automount_service_account_token: bool | None = None


class ServicePort(Wire, frozen=True, kw_only=True):
    """A port of a service.

    name: how the port is called.
    protocol: TCP, UDP or SCTP; TCP when empty.
    appProtocol: what is spoken there.
    port: the port of the service.
    targetPort: the port of the pods, by number or name; that of the service when absent.
    nodePort: the port of every node.
    """

    name: str = ""
    protocol: str = ""
    app_protocol: str | None = None
    port: Int32 = 0
    target_port: IntOrString | None = None
    node_port: Int32 = 0


class ClientIPConfig(Wire, frozen=True, kw_only=True):
    """How long a client is led to the same pod.

    timeoutSeconds: how long.
    """

    timeout_seconds: Int32 | None = None


class SessionAffinityConfig(Wire, frozen=True, kw_only=True):
    """How clients are led to the same pod.

    clientIP: by their address.
    """

    client_ip: ClientIPConfig | None = field(default=None, name="clientIP")


class ServiceSpec(Wire, frozen=True, kw_only=True):
    """Which pods a service leads to, and from where.

    ports: its ports.
    selector: labels of the pods it leads to.
    clusterIP: its address.
    clusterIPs: its addresses.
    type: ClusterIP, NodePort, LoadBalancer or ExternalName.
    externalIPs: further addresses.
    sessionAffinity: ClientIP or None; whether a client is led to the same pod again.
    externalName: the name it stands for.
    """

    ports: Annotated[
        tuple[ServicePort, ...], merged("port", "port", "protocol", protocol="TCP")
    ] = ()
    selector: Annotated[Mapping[str, str], WHOLE_MAP] = {}
    cluster_ip: str = field(default="", name="clusterIP")
    cluster_ips: Annotated[tuple[str, ...], ATOMIC] = field(default=(), name="clusterIPs")
    type: str = ""
    external_ips: Annotated[tuple[str, ...], ATOMIC] = field(default=(), name="externalIPs")
    session_affinity: str = ""
    load_balancer_ip: str = field(default="", name="loadBalancerIP")
    load_balancer_source_ranges: Annotated[tuple[str, ...], ATOMIC] = ()
    external_name: str = ""
    external_traffic_policy: str = ""
    health_check_node_port: Int32 = 0
    publish_not_ready_addresses: bool = False
    session_affinity_config: SessionAffinityConfig | None = None
    ip_families: Annotated[tuple[str, ...], ATOMIC] = ()
    ip_family_policy: str | None = None
    allocate_load_balancer_node_ports: bool | None = None
    load_balancer_class: str | None = None
    internal_traffic_policy: str | None = None
    traffic_distribution: str | None = None
    portal_ip: str = field(default="", name="portalIP")
    deprecated_public_ips: tuple[str, ...] = field(default=(), name="deprecatedPublicIPs")


class PortStatus(Wire, frozen=True, kw_only=True):
    """How a port of a load balancer is doing."""

    port: Int32 = 0
    protocol: str = ""
    error: str | None = None


class LoadBalancerIngress(Wire, frozen=True, kw_only=True):
    """Where a load balancer listens.

    ip: by address.
    hostname: by name.
    """

    ip: str = ""
    hostname: str = ""
    ip_mode: str | None = None
    ports: Annotated[tuple[PortStatus, ...], ATOMIC] = ()


class LoadBalancerStatus(Wire, frozen=True, kw_only=True):
    """How a load balancer is doing.

    ingress: where it listens.
    """

    ingress: Annotated[tuple[LoadBalancerIngress, ...], ATOMIC] = ()


class ServiceStatus(Wire, frozen=True, kw_only=True):
    """How a service is doing.

    loadBalancer: how its load balancer is doing.
    conditions: aspects of its state.
    """

    load_balancer: LoadBalancerStatus = LoadBalancerStatus()
    conditions: Annotated[tuple[Condition, ...], merged("type")] = ()


class Service(Object, frozen=True, kw_only=True):
    """One address for several pods.

    spec: which pods it leads to, and from where.
    status: how it is doing.
    """

    spec: ServiceSpec = ServiceSpec()
    status: ServiceStatus = ServiceStatus()


class EventSource(Wire, frozen=True, kw_only=True):
    """Who noticed.

    component: the program.
    host: the node.
    """

    component: str = ""
    host: str = ""


class EventSeries(Wire, frozen=True, kw_only=True):
    """Something that happened several times.

    count: how often.
    lastObservedTime: when last.
    """

    count: Int32 = 0
    last_observed_time: Time = ""


class Event(Object, frozen=True, kw_only=True):
    """Something that happened to an object, told for people.

    involvedObject: the object.
    reason: what happened, in a word for programs.
    message: what happened, in a sentence for people.
    source: who noticed.
    firstTimestamp: when it first happened.
    lastTimestamp: when it last happened.
    count: how often.
    type: Normal or Warning.
    eventTime: when it happened.
    series: when it happened several times.
    action: what was done.
    related: another object that has to do with it.
    reportingComponent: who noticed.
    reportingInstance: which of them.
    """

    metadata: ObjectMeta = ObjectMeta()
    involved_object: ObjectReference = ObjectReference()
    reason: str = ""
    message: str = ""
    source: EventSource = EventSource()
    first_timestamp: Time = ""
    last_timestamp: Time = ""
    count: Int32 = 0
    type: str = ""
    event_time: Time = ""
    series: EventSeries | None = None
    action: str = ""
    related: ObjectReference | None = None
    reporting_component: str = ""
    reporting_instance: str = ""
