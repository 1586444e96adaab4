"""`slipcast set`: parts of objects changed by name."""

from __future__ import annotations

import click

from slipcast.cli import goflags
from slipcast.cli.commands.set import (
    amounts,
    buildhook,
    buildsecret,
    env,
    image,
    imagelookup,
    probe,
    triggers,
    volume,
)


@click.group("set", cls=goflags.Group)
def set_() -> None:
    """Change parts of objects: variables, images, triggers, hooks, secrets."""


set_.add_command(env.env)
set_.add_command(image.image)
set_.add_command(amounts.amounts)
set_.add_command(probe.probe)
set_.add_command(volume.volume)
set_.add_command(triggers.triggers)
set_.add_command(buildhook.buildhook)
set_.add_command(buildsecret.buildsecret)
set_.add_command(imagelookup.imagelookup)
