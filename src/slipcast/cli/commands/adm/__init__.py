"""`slipcast adm`: what administrators do."""

from __future__ import annotations

import click

from slipcast.cli import goflags, policies
from slipcast.cli.commands.adm.prune import prune


@click.group(cls=goflags.Group)
def adm() -> None:
    """What administrators do."""


@adm.group(cls=goflags.Group)
def policy() -> None:
    """Give roles in a namespace or everywhere, and take them."""


for sort in (*policies.LOCAL, *policies.CLUSTER):
    policy.add_command(policies.command(sort))
adm.add_command(prune)
