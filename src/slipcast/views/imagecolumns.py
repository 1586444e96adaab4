"""Columns of images, streams and templates.

Source: cli.md section 9, GT-5; templates.md TP-85.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from slipcast.api.document import JSON
from slipcast.values import patterns
from slipcast.views import age as ages
from slipcast.views.column import AGE, NAME, Cell, Column, at, text

SHOWN_TAGS: Final = 3
_NUMBERS = patterns.lazy(r"v?([0-9]+(?:\.[0-9]+)*)")


def tags(content: JSON, _: datetime) -> Cell:
    """The first tags of a stream, by how much people care (GT-5)."""
    known = {str(at(tag, "tag")) for tag in at(content, "status", "tags") or ()}
    known |= {str(at(tag, "name")) for tag in at(content, "spec", "tags") or ()}
    ordered = sorted(known, key=importance)
    shown = ",".join(ordered[:SHOWN_TAGS])
    more = len(ordered) - SHOWN_TAGS
    return f"{shown} + {more} more..." if more > 0 else shown


def importance(tag: str) -> tuple[int, tuple[int, ...], str]:
    """A sort key: `latest` first, then versions from the newest, then names."""
    if tag == "latest":
        return (0, (), tag)
    found = _NUMBERS.match(tag)
    if found is None:
        return (2, (), tag)
    return (1, tuple(-int(part) for part in found[1].split(".")), tag)


def updated(content: JSON, now: datetime) -> Cell:
    """When a stream's newest tag event was."""
    events = [
        str(at(item, "created") or "")
        for tag in at(content, "status", "tags") or ()
        for item in at(tag, "items") or ()
    ]
    return ages.ago(max(events, default=""), now)


def repository(content: JSON, _: datetime) -> Cell:
    """Where a stream's images are."""
    found: Any = (
        at(content, "status", "publicDockerImageRepository")
        or at(content, "spec", "dockerImageRepository")
        or at(content, "status", "dockerImageRepository")
    )
    return str(found or "")


def wanted(content: JSON, _: datetime) -> Cell:
    """What an ImageTag follows, in a word."""
    source = at(content, "spec", "from")
    if source is None:
        return "<pushed>"
    kind, name = str(at(source, "kind") or ""), str(at(source, "name") or "")
    return name if kind == "DockerImage" else f"{kind.removeprefix('ImageStream').lower()} {name}"


def held(content: JSON, _: datetime) -> Cell:
    """The image that an ImageTag means; where it is only named, its name."""
    items = at(content, "status", "items") or ()
    newest = items[0] if items else {}
    return str(at(newest, "image") or at(newest, "dockerImageReference") or "")


def parameters(content: JSON, _: datetime) -> Cell:
    """How many parameters a template has, and how many are still open (TP-85)."""
    known = at(content, "parameters") or []
    generated = sum(1 for each in known if at(each, "generate"))
    blank = sum(1 for each in known if not at(each, "generate") and not at(each, "value"))
    if blank:
        return f"{len(known)} ({blank} blank)"
    return f"{len(known)} ({generated} generated)" if generated else f"{len(known)} (all set)"


def described(content: JSON, _: datetime) -> Cell:
    """The first line of a template's description, cut (TP-85)."""
    whole = str(at(content, "metadata", "annotations", "description") or "")
    first, *rest = whole.split("\n", 1)
    longest = 80
    if len(first) > longest:
        return first[: longest - 3] + "..."
    return first + "..." if rest else first


def objects(content: JSON, _: datetime) -> Cell:
    """How many objects a template makes."""
    return len(at(content, "objects") or ())


IMAGE: Final = (
    NAME,
    Column("Image Reference", text("dockerImageReference"), "Where the image can be pulled."),
)

IMAGE_STREAM: Final = (
    NAME,
    Column("Image Repository", repository, "Where the stream's images are."),
    Column("Tags", tags, "The tags that matter most."),
    Column("Updated", updated, "When a tag last got another image."),
)

IMAGE_STREAM_TAG: Final = (
    NAME,
    Column("Image Reference", text("image", "dockerImageReference"), "Where it can be pulled."),
    Column(
        "Updated",
        lambda content, now: ages.ago(at(content, "metadata", "creationTimestamp"), now),
        "When the tag got this image.",
    ),
    Column("Image Name", text("image", "metadata", "name"), "The image.", priority=1),
)

IMAGE_TAG: Final = (
    NAME,
    Column("Spec", wanted, "What the tag shall be."),
    Column("Status", held, "The image that it means."),
    AGE,
)

TEMPLATE: Final = (
    NAME,
    Column("Description", described, "The first line of the description."),
    Column("Parameters", parameters, "How many parameters, and what is open in them."),
    Column("Objects", objects, "How many objects it makes.", type="integer", format="int32"),
)
