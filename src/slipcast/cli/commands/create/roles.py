"""`slipcast create role`, `clusterrole` and their bindings."""

from __future__ import annotations

from typing import Any

import click

from slipcast.cli import serverflags
from slipcast.cli.commands.create import making
from slipcast.cli.generators import data, roles
from slipcast.cli.generators.roles import Subjects
from slipcast.cli.options import split_list, together
from slipcast.values.faults import UsageFault

ruling = together(
    click.option("--verb", multiple=True, help="What may be done. Repeatable, or with commas."),
    click.option(
        "--resource",
        metavar="TYPE[.GROUP][/SUBRESOURCE]",
        multiple=True,
        help="To what. Repeatable, or with commas.",
    ),
    click.option(
        "--resource-name", metavar="NAME", multiple=True, help="Only to that. Repeatable."
    ),
)
whom = together(
    click.option("--user", multiple=True, help="A user. Repeatable."),
    click.option("--group", multiple=True, help="A group. Repeatable."),
    click.option(
        "--serviceaccount",
        metavar="NAMESPACE:NAME",
        multiple=True,
        help="A service account. Repeatable.",
    ),
)


@click.command(cls=serverflags.Command)
@making.name
@ruling
@making.options
def role(ctx: click.Context, /, name: str, **given: Any) -> None:
    """Create a role of a namespace."""
    rules = roles.rules(
        split_list(given["verb"]),
        split_list(given["resource"]),
        split_list(given["resource_name"]),
    )
    making.from_flags(ctx, given, roles.role(name, rules))


@click.command(cls=serverflags.Command)
@making.name
@ruling
@click.option(
    "--non-resource-url", metavar="PATH", multiple=True, help="A path of the server. Repeatable."
)
@click.option(
    "--aggregation-rule",
    metavar="LABEL=VALUE",
    multiple=True,
    help="All that the roles with this label allow. Repeatable.",
)
@making.options
def clusterrole(ctx: click.Context, /, name: str, **given: Any) -> None:
    """Create a role of the cluster."""
    labels = [data.literal(text) for text in split_list(given["aggregation_rule"])]
    if labels and (given["verb"] or given["resource"] or given["non_resource_url"]):
        raise UsageFault("aggregation rule must be specified without rules of its own")
    aggregated = [(label, value.decode()) for label, value in labels]
    rules = (
        []
        if labels
        else roles.rules(
            split_list(given["verb"]),
            split_list(given["resource"]),
            split_list(given["resource_name"]),
            split_list(given["non_resource_url"]),
        )
    )
    making.from_flags(ctx, given, roles.cluster_role(name, rules, aggregated))


@click.command(cls=serverflags.Command)
@making.name
@click.option("--clusterrole", default="", metavar="NAME", help="The role of the cluster.")
@click.option("--role", default="", metavar="NAME", help="The role of the namespace.")
@whom
@making.options
def rolebinding(ctx: click.Context, /, name: str, **given: Any) -> None:
    """Give a role in a namespace."""
    content = roles.binding(
        name, _subjects(given), cluster_role=given["clusterrole"], role=given["role"]
    )
    making.from_flags(ctx, given, content)


@click.command(cls=serverflags.Command)
@making.name
@click.option("--clusterrole", required=True, metavar="NAME", help="The role.")
@whom
@making.options
def clusterrolebinding(ctx: click.Context, /, name: str, **given: Any) -> None:
    """Give a role everywhere."""
    content = roles.cluster_binding(name, _subjects(given), given["clusterrole"])
    making.from_flags(ctx, given, content)


def _subjects(given: dict[str, Any]) -> list[dict[str, Any]]:
    subjects = Subjects(
        users=split_list(given["user"]),
        groups=split_list(given["group"]),
        accounts=split_list(given["serviceaccount"]),
    )
    return subjects.content
