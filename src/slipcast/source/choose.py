"""The choice of a builder image for a source, with its reasons in words.

The order of the detectors decides (DT-2), but for one rule of ours: a package.json that does not
say how to start anything usually belongs to the assets of an application in another language, so
that language goes first when it has a file to start from. A platform nobody offers a builder for
is passed over (DF-1). Nothing outside the catalogue is ever proposed (UP-7).
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from slipcast.source.catalogue import BuilderImage, Catalogue
from slipcast.source.detectors import DETECTORS, Detected
from slipcast.source.inspect import SourceFacts
from slipcast.source.remarks import Remarks
from slipcast.source.scores import Suited, suited
from slipcast.source.versions import newest_first
from slipcast.source.wanted import Wanted
from slipcast.values.faults import Fault

_FILES_SHOWN = 12
_NOTHING = Remarks()


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A builder image, and why.

    Shape:  reasons are sentences without full stop, in reading order; warnings what may surprise.
            alternatives are builder images that would do as well, the likeliest first. suited are
            all that suit the source, the chosen one first. packages is in words how the build gets
            them, empty where that is not known.
    """

    builder: BuilderImage
    platform: str
    reasons: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    alternatives: tuple[BuilderImage, ...] = ()
    suited: tuple[Suited, ...] = ()
    packages: str = ""

    @property
    def explanation(self) -> str:
        """All reasons in one line."""
        return "; ".join(self.reasons)


def choose(facts: SourceFacts, catalogue: Catalogue) -> Choice:
    """The builder image for a source.

    Errors: Fault with reason NothingDetected or NoBuilder.
    """
    if not facts.platforms:
        raise _nothing_detected(facts, catalogue)
    offered = [hit for hit in facts.platforms if catalogue.supporting(hit.platform)]
    if not offered:
        raise _no_builder(facts, catalogue)
    hits, why = ordered(offered, facts)
    scored = suited([hit.platform for hit in hits], facts.wanted, catalogue)
    best = scored[0]
    said = facts.remarks.get(best.platform, _NOTHING)
    version_reason, warnings = _row(best, scored, facts.wanted.get(best.platform))
    return Choice(
        builder=best.builder,
        platform=best.platform,
        reasons=(
            f"found {_listed(facts.files)}",
            *_passed_over(facts, offered),
            f"chose {best.platform} because {why}",
            version_reason,
        ),
        warnings=(*warnings, *said.warnings, *_unused(facts)),
        packages=said.packages,
        alternatives=tuple(_alternatives(scored)),
        suited=scored,
    )


def _alternatives(scored: tuple[Suited, ...]) -> Iterator[BuilderImage]:
    """Every other version of the chosen platform, and the best of each other platform."""
    chosen, *others = scored
    told = set[str]()
    for each in others:
        if each.platform == chosen.platform or each.platform not in told:
            told.add(each.platform)
            yield each.builder


def _listed(files: tuple[str, ...]) -> str:
    more = len(files) - _FILES_SHOWN
    shown = ", ".join(files[:_FILES_SHOWN])
    return f"{shown} and {more} more" if more > 0 else shown


def _passed_over(facts: SourceFacts, offered: list[Detected]) -> Iterator[str]:
    without = [hit.platform for hit in facts.platforms if hit not in offered]
    if without:
        yield f"there is no builder image for {', '.join(without)}"


def ordered(hits: list[Detected], facts: SourceFacts) -> tuple[list[Detected], str]:
    """The platforms, the one to take first, and what to say about it.

    Shape:  hits are some of the facts' platforms, in their order, and at least one.
    """
    first = hits[0]
    sign = first.files[0]
    if len(hits) == 1:
        return hits, f"{sign} is there"
    if first.platform == "nodejs" and "nodejs" not in facts.entries:
        for hit in hits:
            if entries := facts.entries.get(hit.platform):
                why = (
                    f"{entries[0]} starts an application, while {sign} "
                    "names no start script and seems to serve its assets"
                )
                return [hit, *(other for other in hits if other != hit)], why
    others = ", ".join(hit.platform for hit in hits[1:] if hit.files != first.files)
    if not others:
        return hits, f"{sign} is there"
    starts = " names a start script and" if facts.entries.get("nodejs", ("",))[0] == sign else ""
    return hits, f"{sign}{starts} goes before the signs of {others}"


def _row(
    best: Suited, scored: tuple[Suited, ...], wanted: Wanted | None
) -> tuple[str, tuple[str, ...]]:
    """Why it is that version, and what may surprise about it."""
    name = best.builder.name
    if wanted is None:
        return f"took {name}, the newest, as no file asks for a version", ()
    asks = f"{wanted.file} asks for {best.builder.language} {wanted.wish.text}"
    if best.is_wanted:
        return f"took {name} because {asks}", ()
    versions = (each.builder.version for each in scored if each.platform == best.platform)
    offer = ", ".join(sorted(versions, key=newest_first))
    warning = f"{asks}, which no builder image offers (there is {offer}); {name} is used"
    return f"took {name}, the nearest to what {wanted.file} asks for", (warning,)


def _unused(facts: SourceFacts) -> Iterator[str]:
    for name in (facts.dockerfile, facts.jenkinsfile):
        if name:
            yield f"the source also holds a {name}, which this build does not use"


def _nothing_detected(facts: SourceFacts, catalogue: Catalogue) -> Fault:
    where = f"directory {facts.context_dir!r} of the source" if facts.context_dir else "source"
    looked_for = dict.fromkeys(name for row in DETECTORS for name in row.names)
    also = (
        f" It holds a {facts.dockerfile}, which needs no builder image." if facts.dockerfile else ""
    )
    if facts.scripts:
        also += f" Its .s2i/bin has {', '.join(facts.scripts)} for any builder image."
    near = "".join(f"{each}\n" for each in facts.nearby)
    return Fault(
        f"No known language was detected in the {where}.{also}",
        reason="NothingDetected",
        hint=(
            f"{near}Looked for {', '.join(looked_for)}. "
            f"Name a builder image: {', '.join(catalogue.names)}, "
            "or the reference of any S2I builder image."
        ),
    )


def _no_builder(facts: SourceFacts, catalogue: Catalogue) -> Fault:
    platforms = ", ".join(hit.platform for hit in facts.platforms)
    return Fault(
        f"Found {_listed(facts.files)}, but there is no builder image for {platforms}.",
        reason="NoBuilder",
        hint=(
            f"On offer are {', '.join(catalogue.names)}. "
            "Name one of them, or the reference of any S2I builder image."
        ),
    )
