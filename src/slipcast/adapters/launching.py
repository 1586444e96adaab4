"""What launchers agree on: how our containers are marked and seen, and what may be refused.

Source: ports.launcher.
"""

from __future__ import annotations

import re
import secrets
import socket
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from slipcast.builds.s2i.names import container_name
from slipcast.ports.launcher import Launched, LaunchSpec
from slipcast.values.container import ExitStatus
from slipcast.values.faults import EngineFault, NotFound

Document: TypeAlias = Mapping[str, Any]

LABEL = "io.slipcast.launched"
HOST_PORTS = "io.slipcast.host-ports"
LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # noqa: S104 -- used only where a user asked for it

_NO_NETWORK = re.compile(
    r"netavark|aardvark|\bcni\b|iptables|nftables|slirp4netns|pasta|rootlessport|setup network"
    r"|setting up network|failed to create endpoint|plugin type=|port_mapping"
    r"|could not find .?bridge|creating (?:network namespace|veth|bridge)|network .* not found",
    re.IGNORECASE,
)
_PORT_TAKEN = re.compile(r"address already in use|port is already allocated", re.IGNORECASE)


def name_of(spec: LaunchSpec) -> str:
    """The container's name: the one asked for, or a new one after its image."""
    return spec.name or container_name(spec.image, secrets.token_hex(4))


def address_of(spec: LaunchSpec) -> str:
    """Where its ports are published."""
    return EVERYWHERE if spec.public else LOOPBACK


def labels_of(spec: LaunchSpec, *, on_host: bool) -> Mapping[str, str]:
    """How it is marked as ours; on the host's network its ports are known from nowhere else."""
    marks = {LABEL: "true"}
    if on_host:
        marks[HOST_PORTS] = ",".join(str(port) for _, port in spec.ports)
    return marks


def host_ports(labels: Mapping[str, str]) -> tuple[tuple[int, int], ...]:
    """The ports of a container on the host's network, from its mark."""
    ports = (int(text) for text in labels.get(HOST_PORTS, "").split(",") if text.isdigit())
    return tuple((port, port) for port in ports)


def labels_in(document: Document) -> Mapping[str, str]:
    """The labels of an inspected container."""
    return (document.get("Config") or {}).get("Labels") or {}


def required(document: Document | None, name: str) -> Document:
    """The inspected container of a name.

    Errors: NotFound when there is none of ours.
    """
    if document is None:
        raise NotFound(f"no container {name} was started by slipcast")
    return document


def seen(name: str, document: Document, note: str = "") -> Launched:
    """An inspected container, as the port speaks of it."""
    config = document.get("Config") or {}
    return Launched(
        name=name,
        image=str(config.get("Image") or document.get("ImageName") or ""),
        ports=host_ports(labels_in(document)) or tuple(_ports(document)),
        running=bool(document["State"].get("Running")),
        note=note,
    )


def ended(document: Document) -> ExitStatus:
    """How an inspected container ended."""
    state = document["State"]
    return ExitStatus(
        code=int(state["ExitCode"]),
        oom_killed=bool(state.get("OOMKilled")),
        error=state.get("Error") or "",
    )


def name_is_taken(name: str) -> EngineFault:
    """The fault for a name that a container has already, anybody's."""
    return EngineFault(
        f"there is a container {name} already",
        reason="NameTaken",
        hint=f"End it first (slipcast run --stop {name}), or give another name.",
    )


def not_started(spec: LaunchSpec, said: str, complaint: str) -> EngineFault:
    """The fault for a container that the engine could not start, of which it said something."""
    text = f"the image {spec.image} could not be started: {said}"
    if _PORT_TAKEN.search(complaint):
        return EngineFault(text, reason="PortTaken", hint="Choose another port with --port.")
    return EngineFault(text, tail=tuple(complaint.splitlines()))


def _ports(document: Document) -> Iterator[tuple[int, int]]:
    """Ports as published; of a container that has ended, as they were asked for."""
    published = (document.get("NetworkSettings") or {}).get("Ports") or {}
    if not any(published.values()):
        published = (document.get("HostConfig") or {}).get("PortBindings") or {}
    return _bindings(published)


def _bindings(published: Document) -> Iterator[tuple[int, int]]:
    """Host port and container port of what an inspection calls published."""
    for port, places in sorted(published.items()):
        for place in places or ():
            if str(place.get("HostPort") or "").isdigit():
                yield int(place["HostPort"]), int(port.partition("/")[0])


def network_is_missing(complaint: str) -> bool:
    """Whether this host cannot give a container a network of its own.

    Shape:  a port that is taken is the user's to change, and not that.
    """
    return bool(_NO_NETWORK.search(complaint)) and not _PORT_TAKEN.search(complaint)


def refuse_taken_ports(spec: LaunchSpec, launched: Iterable[Launched]) -> None:
    """Look whether the host ports asked for can be had on this host.

    Shape:  podman publishes by firewall rules and lets two containers have the same port, of which
            only one is then reached; so we ask those launched before, and the host.
    Errors: EngineFault.
    """
    wanted = {host for host, _ in spec.ports if host}
    if not wanted:
        return
    holders = {host: each.name for each in launched if each.running for host, _ in each.ports}
    for port in sorted(wanted):
        if port in holders:
            raise EngineFault(
                f"port {port} of this host belongs to the container {holders[port]}",
                reason="PortTaken",
                hint=f"End it (slipcast run --stop {holders[port]}), or choose another port.",
            )
        if not _can_listen(address_of(spec), port):
            raise EngineFault(
                f"port {port} of this host is taken, or may not be listened on",
                reason="PortTaken",
                hint="Choose another port with --port; 0 takes any that is free.",
            )


def _can_listen(address: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def host_note(spec: LaunchSpec) -> str:
    """What is other on the host's network."""
    ports = ", ".join(str(port) for _, port in spec.ports) or "what it listens on"
    return (
        "This host cannot give containers a network of their own, so it runs on the host's: "
        f"reachable at {ports}, from other machines as well unless a firewall is in between."
    )
