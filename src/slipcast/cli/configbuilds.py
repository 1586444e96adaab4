"""The builds of a BuildConfig, as commands ask for them."""

from __future__ import annotations

from typing import Final

from slipcast.api import kinds
from slipcast.api.build import Build
from slipcast.api.lens import read
from slipcast.builds import naming
from slipcast.cli.selection import resource_of
from slipcast.cli.toolbox import Connection
from slipcast.ports.api import ListOptions
from slipcast.values.names import shortened

BUILD: Final = kinds.require(kinds.BUILD, "Build")


async def builds_of(connection: Connection, config: str) -> tuple[Build, ...]:
    """The builds that came from a BuildConfig of the namespace in force, by key.

    Errors: ApiFault.
    """
    labels = ListOptions(labels=f"{naming.BUILD_CONFIG}={shortened(config)}")
    listing = await connection.api.list(resource_of(BUILD, connection.namespace), labels)
    builds = (read(each.content, Build) for each in listing.documents)
    return tuple(each for each in builds if naming.is_of_config(each, config))
