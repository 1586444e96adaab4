"""`slipcast create service`."""

from __future__ import annotations

from typing import Any

import click

from slipcast.cli import goflags, serverflags
from slipcast.cli.commands.create import making
from slipcast.cli.generators import workloads
from slipcast.cli.options import split_list
from slipcast.values.faults import UsageFault

tcp = click.option(
    "--tcp", metavar="PORT[:TARGET]", multiple=True, help="A port, and that behind it. Repeatable."
)


@click.group(cls=goflags.Group)
def service() -> None:
    """Create a service."""


@service.command(cls=serverflags.Command)
@making.name
@tcp
@click.option("--clusterip", default="", metavar="IP", help="Its address; None for none.")
@making.options
def clusterip(ctx: click.Context, /, name: str, **given: Any) -> None:
    """Create a service that is reached from inside."""
    headless = given["clusterip"] == "None"
    fields = {"clusterIP": given["clusterip"]} if given["clusterip"] else {}
    ports = _ports(given, needed=not headless)
    making.from_flags(ctx, given, workloads.service(name, "ClusterIP", ports, **fields))


@service.command(cls=serverflags.Command)
@making.name
@tcp
@click.option("--node-port", type=int, default=0, help="The port of the nodes.")
@making.options
def nodeport(ctx: click.Context, /, name: str, node_port: int, **given: Any) -> None:
    """Create a service that has a port on every node."""
    ports = _ports(given, node_port=node_port)
    making.from_flags(ctx, given, workloads.service(name, "NodePort", ports))


@service.command(cls=serverflags.Command)
@making.name
@tcp
@making.options
def loadbalancer(ctx: click.Context, /, name: str, **given: Any) -> None:
    """Create a service that is behind a load balancer."""
    making.from_flags(ctx, given, workloads.service(name, "LoadBalancer", _ports(given)))


@service.command(cls=serverflags.Command)
@making.name
@click.option("--external-name", required=True, metavar="HOST", help="Where it really is.")
@tcp
@making.options
def externalname(ctx: click.Context, /, name: str, external_name: str, **given: Any) -> None:
    """Create a service that stands for a host elsewhere."""
    ports = _ports(given, needed=False)
    content = workloads.service(name, "ExternalName", ports, externalName=external_name)
    making.from_flags(ctx, given, content)


def _ports(
    given: dict[str, Any], *, node_port: int = 0, needed: bool = True
) -> list[dict[str, Any]]:
    words = split_list(given["tcp"])
    if needed and not words:
        raise UsageFault("at least one tcp port specifier must be provided")
    return [workloads.service_port(word, node_port) for word in words]
