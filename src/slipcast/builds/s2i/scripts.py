"""Where each script comes from, and where it lies in the container.

Scripts are looked up one by one; each may come from another place. Downloading is not done here:
the builder asks the places of a script in order and keeps the first that answers.

Source: source-to-image, scripts (S2I-124 to 128, S2I-149 to 166).
"""

from __future__ import annotations

from enum import Enum
from pathlib import PurePosixPath

import msgspec

from slipcast.values.image import ImageConfig

ASSEMBLE = "assemble"
RUN = "run"
SAVE_ARTIFACTS = "save-artifacts"
ASSEMBLE_RUNTIME = "assemble-runtime"
USAGE = "usage"

REQUIRED = (ASSEMBLE, RUN)

URL_LABEL = "io.openshift.s2i.scripts-url"
DESTINATION_LABEL = "io.openshift.s2i.destination"
DEFAULT_DESTINATION = "/tmp"  # noqa: S108 - fixed by the contract, in the container

_OLD_URLS = (("label", "io.s2i.scripts-url"), ("variable", "STI_SCRIPTS_URL"))
_OLD_DESTINATIONS = (("label", "io.s2i.destination"), ("variable", "STI_LOCATION"))


class Scheme(Enum):
    """How the scripts behind a URL are reached."""

    HTTP = "http"
    FILE = "file"
    IMAGE = "image"
    UNKNOWN = "unknown"


class ScriptsURL(msgspec.Struct, frozen=True, kw_only=True):
    """A directory of scripts.

    Shape:  path is empty for HTTP, a path of this machine for FILE, of the container for IMAGE.
    """

    text: str
    scheme: Scheme
    path: str = ""


def parse_url(text: str) -> ScriptsURL | None:
    """The scripts URL in text, None when it is no URL at all."""
    scheme, separator, rest = text.partition("://")
    if not separator or not scheme.isalnum():
        return None
    match scheme.lower():
        case "http" | "https":
            return ScriptsURL(text=text.rstrip("/"), scheme=Scheme.HTTP)
        case "file":
            return ScriptsURL(text=text, scheme=Scheme.FILE, path=rest or ".")
        case "image":
            return ScriptsURL(text=text, scheme=Scheme.IMAGE, path=str(PurePosixPath("/", rest)))
        case _:
            return ScriptsURL(text=text, scheme=Scheme.UNKNOWN)


class FromImage(msgspec.Struct, frozen=True, kw_only=True):
    """What an image says of its scripts or its upload directory; old is a deprecated place."""

    value: str = ""
    old: str = ""


def scripts_url(config: ImageConfig) -> FromImage:
    """The scripts URL of an image: its label, the older label, the variable."""
    return _said(config, URL_LABEL, _OLD_URLS)


def destination(asked: str, config: ImageConfig) -> FromImage:
    """Where the upload goes, always absolute: asked for, else what the image says, else /tmp."""
    said = FromImage(value=asked) if asked else _said(config, DESTINATION_LABEL, _OLD_DESTINATIONS)
    path = PurePosixPath("/", config.workdir, said.value or DEFAULT_DESTINATION)
    return FromImage(value=str(path), old=said.old)


def _said(config: ImageConfig, label: str, older: tuple[tuple[str, str], ...]) -> FromImage:
    if value := config.labels.get(label):
        return FromImage(value=value)
    for kind, name in older:
        value = config.labels.get(name) if kind == "label" else config.variable(name)
        if value:
            return FromImage(value=value, old=f"{kind} {name}")
    return FromImage()


class Origin(Enum):
    """Which place supplied a script, in the order in which they are asked."""

    ASKED = "--scripts-url"
    SOURCE = "the source"
    IMAGE = "the image"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A place to look for scripts; url is None for the source tree."""

    origin: Origin
    url: ScriptsURL | None = None


def places(asked: str, image: str) -> tuple[Place, ...]:
    """The places to ask, in order, for scripts URLs as a user and an image gave them."""
    found = []
    if (url := parse_url(asked)) is not None:
        found.append(Place(origin=Origin.ASKED, url=url))
    found.append(Place(origin=Origin.SOURCE))
    if (url := parse_url(image)) is not None:
        found.append(Place(origin=Origin.IMAGE, url=url))
    return tuple(found)


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """A script that was found.

    Shape:  path is absolute in the container; content is None when the image holds it already.
    """

    name: str
    path: str
    origin: Origin
    content: bytes | None = None


def uploaded(name: str, destination: str, origin: Origin, content: bytes) -> Script:
    """A script from outside the image: it goes below the upload directory (S2I-161)."""
    path = str(PurePosixPath(destination, "scripts", name))
    return Script(name=name, path=path, origin=origin, content=content)


def in_image(name: str, url: ScriptsURL, origin: Origin) -> Script:
    """A script that is taken to be in the image, below the path of an image:// URL."""
    return Script(name=name, path=str(PurePosixPath(url.path, name)), origin=origin)
