"""`slipcast policy`: roles in a namespace, given and taken."""

from __future__ import annotations

import click

from slipcast.cli import goflags, policies


@click.group(cls=goflags.Group)
def policy() -> None:
    """Give roles in a namespace, and take them."""


for sort in policies.LOCAL:
    policy.add_command(policies.command(sort))
