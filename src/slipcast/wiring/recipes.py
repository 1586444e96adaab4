"""Where the recipes of our builder images and our examples lie, in the checkout or the installed
package; and the package itself, for the image that has it inside.
"""

from __future__ import annotations

import shutil
import tomllib
from importlib import metadata
from pathlib import Path

import slipcast
from slipcast.api.document import JSON
from slipcast.newapp.offered import streams
from slipcast.source.catalogue import Catalogue, parse_catalogue
from slipcast.values.faults import HostFault

CATALOGUE = "catalogue.toml"
EXAMPLE = "flask-hello"
"""The example that is installed with the package."""


def directory() -> Path:
    """The directory of recipes, with the catalogue in it.

    Errors: HostFault when it was not installed.
    """
    return _with("containers", CATALOGUE, "the recipes of the builder images are not installed")


def examples() -> Path:
    """The directory of examples.

    Errors: HostFault when it was not installed.
    """
    return _with("examples", EXAMPLE, "the examples are not installed")


def _with(name: str, content: str, otherwise: str) -> Path:
    package = Path(slipcast.__file__).resolve().parent
    for place in (package.parents[1] / name, package / name):
        if (place / content).exists():
            return place
    raise HostFault(otherwise, hint=f"Install slipcast whole, with its {name} directory.")


def catalogue() -> Catalogue:
    """The builder images on offer.

    Errors: HostFault when it was not installed.
    """
    text = (directory() / CATALOGUE).read_text(encoding="utf-8")
    return parse_catalogue(tomllib.loads(text))


def offered() -> tuple[JSON, ...]:
    """The builder images as the streams that a server begins with.

    Errors: HostFault when the catalogue was not installed.
    """
    return streams(catalogue())


def put_package(into: Path) -> None:
    """Put this package into a directory, with what it requires, in the versions that are here.

    Shape:  `slipcast/`, `requirements.txt` and `constraints.txt`, as pip reads them.
    Errors: HostFault when it was not installed.
    """
    try:
        required = metadata.requires("slipcast") or []
    except metadata.PackageNotFoundError as fault:
        raise HostFault("slipcast is not installed, so what it requires is not known") from fault
    package = Path(slipcast.__file__).resolve().parent
    ignored = shutil.ignore_patterns("__pycache__", "containers", "examples")
    shutil.copytree(package, into / "slipcast", ignore=ignored)
    own = sorted(each for each in required if "extra ==" not in each)
    here = sorted(f"{each.name}=={each.version}" for each in metadata.distributions() if each.name)
    (into / "requirements.txt").write_text("\n".join([*own, ""]))
    (into / "constraints.txt").write_text("\n".join([*here, ""]))
