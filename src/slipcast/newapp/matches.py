"""Matches: what a word may mean, how well, and when that is sure enough.

Nothing that is only near is ever taken by itself (RS-5).

Source: detection.md section 7, RS-1 to RS-5; section 8.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from slipcast.api.template import Template
from slipcast.newapp.image import UNKNOWN, ImageFacts

NEAR: Final = 0.3
"""From which score on names have nothing to do with each other (RS-15)."""
NONE: Final = 1.0
OTHER_TAG: Final = 0.5
"""What another tag than the one that was meant is off by (RS-24)."""

Origin = Literal["stream", "image", "template", "file", "host", "missing", "scratch"]


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a word may mean.

    Shape:  score 0 is exactly it, larger is worse. A stream's match has namespace, name and tag
            (empty where the stream has none); an image's has its pull spec as name; annotations
            are those of the stream's spec tag. is_tagless says that a stream has no tag to use;
            offered are those that it shows.
    """

    term: str
    origin: Origin
    name: str
    score: float = 0.0
    namespace: str = ""
    tag: str = ""
    image: ImageFacts = UNKNOWN
    annotations: Mapping[str, str] = {}
    pull_spec: str = ""
    template: Template | None = None
    insecure: bool = False
    import_mode: str = ""
    is_tagless: bool = False
    offered: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The match in words that would find just it."""
        place = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{place}:{self.tag}" if self.tag else place

    @property
    def flag(self) -> str:
        """The flag that chooses it."""
        flags: dict[Origin, str] = {
            "stream": "--image-stream",
            "template": "--template",
            "file": "--file",
        }
        return f'{flags.get(self.origin, "--image")}="{self.shown}"'

    @property
    def is_builder(self) -> bool:
        """Whether it builds source (RS-36)."""
        return self.image.has_scripts or "builder" in tags_of(self.annotations)


class Undecided(msgspec.Struct, frozen=True, kw_only=True):
    """That a word means nothing for sure: why, and what it may mean, the best first."""

    term: str
    why: Literal["none", "partial", "several", "tagless"]
    candidates: tuple[Match, ...] = ()


Group = tuple[int, Sequence[Match]]
"""A weight, and what those found who are asked together."""


def decided(term: str, groups: Iterable[Group]) -> Match | Undecided:
    """What a word means; later groups are asked only when none before was sure (RS-1 to RS-3)."""
    candidates: list[Match] = []
    for weight, found in groups:
        exact = [each for each in found if each.score == 0]
        if len(exact) == 1:
            return exact[0]
        factor = weight or 1
        candidates += [replace(each, score=each.score * factor) for each in found]
    candidates.sort(key=lambda each: each.score)
    if not candidates:
        return Undecided(term=term, why="none")
    best, *others = candidates
    if others and others[0].score == best.score:
        return Undecided(term=term, why="several", candidates=tuple(candidates))
    if best.score == 0:
        return best
    why: Literal["partial", "tagless"] = "tagless" if best.is_tagless else "partial"
    return Undecided(term=term, why=why, candidates=tuple(candidates))


def name_score(name: str, term: str) -> float:
    """How far a name is from a term (section 8.2)."""
    if term in {"*", name}:
        return 0.0
    lower, wanted = name.lower(), term.lower()
    rows = (
        (0.02, lower == wanted),
        (0.1, name.startswith(term)),
        (0.12, lower.startswith(wanted)),
        (0.2, term in name),
        (0.22, wanted in lower),
    )
    return next((score for score, fits in rows if fits), NONE)


def tags_of(annotations: Mapping[str, str]) -> frozenset[str]:
    """The members of an annotation `tags`."""
    listed = annotations.get("tags", "").split(",")
    return frozenset(each.strip() for each in listed if each.strip())
