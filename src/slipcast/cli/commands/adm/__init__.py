"""`slipcast adm`: what administrators do."""

from __future__ import annotations

import click

from slipcast.cli import accessquestions, goflags, policies
from slipcast.cli.commands.adm.groups import groups
from slipcast.cli.commands.adm.prune import prune
from slipcast.cli.commands.adm.pruneimages import images


@click.group(cls=goflags.Group)
def adm() -> None:
    """What administrators do."""


@adm.group(cls=goflags.Group)
def policy() -> None:
    """Give roles in a namespace or everywhere, and take them; ask who may do what."""


for sort in (*policies.LOCAL, *policies.CLUSTER):
    policy.add_command(policies.command(sort))
policy.add_command(accessquestions.can_i())
policy.add_command(accessquestions.who_can())
prune.add_command(images)
adm.add_command(groups)
adm.add_command(prune)
