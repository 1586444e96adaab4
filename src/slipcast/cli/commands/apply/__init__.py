"""`slipcast apply`: objects brought to what files say."""

from __future__ import annotations

from slipcast.cli.commands.apply import lastapplied
from slipcast.cli.commands.apply.command import apply

apply.add_command(lastapplied.view)
apply.add_command(lastapplied.keep)

__all__ = ["apply"]
