"""Where the recipes of our builder images lie: in the checkout, else in the installed package."""

from __future__ import annotations

from pathlib import Path

import slipcast
from slipcast.values.faults import HostFault

CATALOGUE = "catalogue.toml"


def directory() -> Path:
    """The directory of recipes, with the catalogue in it.

    Errors: HostFault when it was not installed.
    """
    package = Path(slipcast.__file__).resolve().parent
    for place in (package.parents[1] / "containers", package / "containers"):
        if (place / CATALOGUE).is_file():
            return place
    raise HostFault(
        "the recipes of the builder images are not installed",
        hint="Install slipcast whole, with its containers directory.",
    )
