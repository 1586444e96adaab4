"""Image streams, described: each tag, what it follows, and which images it has had.

Source: cli.md section 10; `oc describe is`; user-pain.md UP-23.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from slipcast.api.document import JSON
from slipcast.images import repositories
from slipcast.images.scheduling import looks
from slipcast.views import age as ages
from slipcast.views.column import NONE, at
from slipcast.views.describe import tracking
from slipcast.views.describe.page import Around, Line, Lines
from slipcast.views.describe.tracking import Tag
from slipcast.views.imagecolumns import importance

NOTES = {
    "description": "",
    "tags": "Tags: ",
    "supports": "Supports: ",
    "sampleRepo": "Example Repo: ",
}
"""THE TABLE of annotations of tags that are told, and what stands before each."""


def stream(content: JSON, around: Around) -> Lines:
    """The tags of a stream, and which images they have had."""
    tags = _tags(content)
    images = {
        at(item, "image") or at(item, "dockerImageReference")
        for tag in tags.values()
        for item in tag.items
    }
    yield Line("Docker Pull Spec:", _repository(content))
    local = bool(at(content, "spec", "lookupPolicy", "local"))
    yield Line("Image Lookup:", f"local={'true' if local else 'false'}")
    yield from _repository_import(content, around.now)
    if not tags:
        yield Line("Tags:", NONE)
        return
    yield Line("Unique Images:", str(len(images - {None, ""})))
    yield Line("Tags:", str(len(tags)))
    for name in sorted(tags, key=importance):
        followers = [each for each, tag in tags.items() if each != name and _follows(tag, name)]
        yield Line("")
        yield Line(f"{name} ({', '.join(sorted(followers))})" if followers else name)
        yield from _wish(tags[name], around.now)
        yield from _history(tags[name], around.now)


def _repository(content: JSON) -> str:
    """Where its images are pulled: from outside where that is possible."""
    found = (
        at(content, "status", "publicDockerImageRepository")
        or at(content, "status", "dockerImageRepository")
        or at(content, "spec", "dockerImageRepository")
    )
    return str(found or NONE)


def _repository_import(content: JSON, now: datetime) -> Lines:
    """Why its repository could not be read, when that was tried last (UP-23)."""
    annotations: Any = at(content, "metadata", "annotations")
    failed = repositories.failure_of(annotations if isinstance(annotations, dict) else {})
    if failed is None:
        return
    yield Line("Repository Import:", f"failed from {failed.source}")
    yield _bare(2, f"! error: Import failed ({failed.reason}): {failed.message}")
    yield _bare(6, ages.ago(failed.last, now))


def _tags(content: JSON) -> Mapping[str, Tag]:
    """All tags, those that only pushes made and those that have no image yet."""
    place = (
        str(at(content, "metadata", "namespace") or ""),
        str(at(content, "metadata", "name") or ""),
    )
    annotations: Any = at(content, "metadata", "annotations")
    known = looks(annotations if isinstance(annotations, dict) else {})
    histories = {str(at(tag, "tag")): tag for tag in at(content, "status", "tags") or ()}
    wanted = {str(at(tag, "name")): tag for tag in at(content, "spec", "tags") or ()}
    return {
        name: Tag(
            place=place,
            wish=wanted.get(name, {}),
            history=histories.get(name, {}),
            look=known.get(name),
        )
        for name in {**histories, **wanted}
    }


def _follows(tag: Tag, name: str) -> bool:
    return (
        at(tag.wish, "from", "kind") == "ImageStreamTag"
        and tag.source in {name, f"{tag.place[1]}:{name}"}
        and not at(tag.wish, "reference")
    )


def _wish(tag: Tag, now: datetime) -> Lines:
    """What a tag shall be, and whether that changes by itself."""
    yield _bare(2, tracking.origin(tag))
    yield _bare(4, tracking.tracking(tag, now))
    if at(tag.wish, "importPolicy", "insecure"):
        yield _bare(4, "will use insecure HTTPS or HTTP connections")
    if at(tag.wish, "referencePolicy", "type") == "Local":
        yield _bare(4, "prefer registry pullthrough when referencing this tag")
    notes = list(_notes(at(tag.wish, "annotations")))
    if notes:
        yield Line("")
    for note in notes:
        yield _bare(2, note)


def _notes(annotations: object) -> Iterator[str]:
    for name, before in NOTES.items():
        text = at(annotations, name)
        if text:
            yield f"{before}{', '.join(str(text).split(',')) if name == 'tags' else text}"


def _history(tag: Tag, now: datetime) -> Lines:
    """The images that a tag has had, the newest first, marked by a star."""
    told = list(_told(tag, now))
    if told:
        yield Line("")
    yield from told


def _told(tag: Tag, now: datetime) -> Lines:
    waiting = tracking.waiting(tag)
    if waiting:
        yield _bare(2, f"~ {waiting}")
    for why, when in tracking.failed(tag, now):
        yield _bare(2, f"! {why}")
        yield _bare(6, when)
    for place, item in enumerate(tag.items):
        image, reference = at(item, "image"), str(at(item, "dockerImageReference"))
        yield _bare(2, f"{' ' if place else '*'} {reference}")
        beside = f"  {image}" if image and not reference.endswith(f"@{image}") else ""
        yield _bare(6, f"{ages.ago(at(item, 'created'), now)}{beside}")


def _bare(indent: int, text: str) -> Line:
    return Line("", " " * indent + text, bare=True)
