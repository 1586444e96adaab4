"""Where a tag's image comes from, whether that changes by itself, and when it was last looked.

Source: cli.md section 10; image-streams.md IS-20 to IS-27; user-pain.md UP-23.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from slipcast.api.document import JSON
from slipcast.images.scheduling import Look
from slipcast.values import instant
from slipcast.values.apifaults import BadRequest
from slipcast.views import age as ages
from slipcast.views.column import at


class Tag(msgspec.Struct, frozen=True, kw_only=True):
    """A tag with everything that says how it goes.

    Shape:  place is namespace and name of its stream; wish is what it shall be, empty when only
            pushes made it; history has its items and conditions.
    """

    place: tuple[str, str]
    wish: JSON
    history: JSON
    look: Look | None = None

    @property
    def items(self) -> list[JSON]:
        """The images it has had, the newest first."""
        return list(at(self.history, "items") or ())

    @property
    def source(self) -> str:
        """What it comes from, as people name it; empty for one that is pushed."""
        namespace = at(self.wish, "from", "namespace")
        inside = f"{namespace}/" if namespace and namespace != self.place[0] else ""
        return f"{inside}{at(self.wish, 'from', 'name') or ''}"

    @property
    def is_imported(self) -> bool:
        """Whether its image is looked up elsewhere (IS-100)."""
        return at(self.wish, "from", "kind") == "DockerImage" and not at(self.wish, "reference")


def origin(tag: Tag) -> str:
    """Where its image comes from."""
    if not tag.wish:
        return "no spec tag"
    if not tag.source:
        return "pushed image"
    if at(tag.wish, "reference"):
        return f"reference to {tag.source}"
    if at(tag.wish, "importPolicy", "scheduled"):
        return f"updates automatically from {tag.source}"
    return f"tagged from {tag.source}"


def tracking(tag: Tag, now: datetime) -> str:
    """Whether its image changes by itself, and by what (UP-23)."""
    if not tag.source:
        return "changes with every push"
    if tag.is_imported:
        return _imported(tag, now)
    match at(tag.wish, "from", "kind"):
        case "DockerImage":
            return "pinned to the name: it is never looked up, and pulled from there"
        case "ImageStreamTag" if _is_own(tag):
            return "tracking: it changes with that tag"
        case "ImageStreamTag":
            return "pinned to the image that it meant when this was tagged"
        case _:
            return "pinned to that image"


def waiting(tag: Tag) -> str:
    """What the tag waits for; empty when it is as it shall be (IS-101)."""
    wanted = at(tag.wish, "generation")
    if not tag.source or at(tag.wish, "reference") or not isinstance(wanted, int):
        return ""
    held = [*tag.items[:1], *_failures(tag)]
    if any(at(each, "generation") == wanted for each in held):
        return ""
    if tag.is_imported:
        return "importing latest image ..."
    return "" if tag.items else f"waiting for {tag.source} to have an image"


def failed(tag: Tag, now: datetime) -> Iterator[tuple[str, str]]:
    """Why the last import failed, and when."""
    for condition in _failures(tag):
        told = f"error: Import failed ({at(condition, 'reason')}): {at(condition, 'message')}"
        yield told, ages.ago(at(condition, "lastTransitionTime"), now)


def _failures(tag: Tag) -> list[JSON]:
    return [
        each
        for each in at(tag.history, "conditions") or ()
        if at(each, "type") == "ImportSuccess" and at(each, "status") == "False"
    ]


def _imported(tag: Tag, now: datetime) -> str:
    checked = _checked(tag, now)
    if "@" in tag.source:
        return f"pinned to its digest; {checked}"
    if not at(tag.wish, "importPolicy", "scheduled"):
        found = "pinned to the image it found" if tag.items else "no image found"
        return f"{found}; {checked}, import-image looks again"
    return f"tracking; {checked}{_again(tag.look, now)}"


def _checked(tag: Tag, now: datetime) -> str:
    """When it was last looked up, as far as is known."""
    stamps = [
        *(at(each, "lastTransitionTime") for each in _failures(tag)),
        *(at(each, "created") for each in tag.items[:1]),
        tag.look.last if tag.look is not None else "",
    ]
    last = max((each for each in stamps if isinstance(each, str)), default="")
    since = ages.ago(last, now).lower()
    return f"last checked {since}" if since else "never checked yet"


def _again(look: Look | None, now: datetime) -> str:
    if look is None:
        return ", and again soon"
    tried = f" ({look.failures} failed in a row)" if look.failures > 1 else ""
    try:
        left = instant.parse(look.next) - now
    except BadRequest:
        return f"{tried}, and not again: scheduled imports are off"
    when = f"in {ages.words(left).lower()}" if left.total_seconds() >= 1 else "now"
    return f"{tried}, next check {when}"


def _is_own(tag: Tag) -> bool:
    """Whether it follows a tag of its own stream (IS-26)."""
    followed: Mapping[str, Any] = at(tag.wish, "from") or {}
    namespace, stream = tag.place
    name, colon, _ = str(followed.get("name") or "").partition(":")
    is_near = followed.get("namespace") in {None, "", namespace}
    return is_near and (not colon or name == stream)
