"""`slipcast set`: parts of objects changed by name."""

from __future__ import annotations

import click

from slipcast.cli import goflags
from slipcast.cli.commands.set import buildhook, buildsecret, env, imagelookup, triggers


@click.group("set", cls=goflags.Group)
def set_() -> None:
    """Change parts of objects: variables, triggers, hooks, secrets."""


set_.add_command(env.env)
set_.add_command(triggers.triggers)
set_.add_command(buildhook.buildhook)
set_.add_command(buildsecret.buildsecret)
set_.add_command(imagelookup.imagelookup)
