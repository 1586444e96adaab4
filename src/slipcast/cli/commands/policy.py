"""`slipcast policy`: roles in a namespace, given and taken; who may do what."""

from __future__ import annotations

import click

from slipcast.cli import accessquestions, goflags, policies


@click.group(cls=goflags.Group)
def policy() -> None:
    """Give roles in a namespace, and take them; ask who may do what."""


for sort in policies.LOCAL:
    policy.add_command(policies.command(sort))
policy.add_command(accessquestions.can_i())
policy.add_command(accessquestions.who_can())
