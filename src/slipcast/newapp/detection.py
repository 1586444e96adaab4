"""What a source without an image is built with: its Jenkinsfile, its Dockerfile, its language.

Of several languages the same rule chooses as for `slipcast detect`, among those that somebody
offers a builder image for, and it is said why, and what else is possible (DF-1, UP-7); the version
that the source asks for chooses the tag.

Source: detection.md sections 4 to 6, DT-5 to DT-24.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from slipcast.api.image import ImageStream
from slipcast.dockerfile.parse import Dockerfile, parse_dockerfile
from slipcast.dockerfile.stages import base_image, exposed_ports
from slipcast.newapp.component import StrategyKind
from slipcast.newapp.facts import Source
from slipcast.newapp.matches import Match, Undecided
from slipcast.newapp.ports import Port, Ports
from slipcast.newapp.request import NewAppRequest
from slipcast.newapp.searching import Search
from slipcast.newapp.streams import is_hidden, newest
from slipcast.source.choose import ordered
from slipcast.source.detectors import Detected
from slipcast.source.inspect import SourceFacts
from slipcast.source.remarks import Remarks
from slipcast.source.versions import newest_first
from slipcast.source.wanted import Wanted
from slipcast.values.faults import Fault, InvalidFault


class Base(msgspec.Struct, frozen=True, kw_only=True):
    """What a Dockerfile starts from and exposes."""

    image: str
    ports: Ports


class Language(msgspec.Struct, frozen=True, kw_only=True):
    """The builder image that was found for a source, why it was that one, what may surprise."""

    platform: str
    match: Match
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def strategy_for(request: NewAppRequest, source: Source) -> StrategyKind:
    """How a source is built that no image was given for (DT-20).

    Errors: Fault when the source has not what the wanted strategy needs.
    """
    facts = source.facts or SourceFacts()
    match request.strategy:
        case "docker" if facts.dockerfile or source.dockerfile is not None:
            return "Docker"
        case "docker":
            raise Fault(
                f"No Dockerfile was found in the repository {_shown(source)} and the requested"
                " build strategy is 'docker'"
            )
        case "pipeline" if facts.jenkinsfile:
            return "JenkinsPipeline"
        case "pipeline":
            raise Fault(
                f"No Jenkinsfile was found in the repository {_shown(source)} and the requested"
                " build strategy is 'pipeline'"
            )
        case "source":
            return "Source"
        case _:
            if source.dockerfile is not None and not facts.jenkinsfile:
                return "Docker"
            return facts.strategy or "Source"


def base_of(text: str | None, where: str) -> Base:
    """What the Dockerfile of a source starts from (DT-11 to DT-15); None for one without text.

    Errors: Fault when it cannot be read, or starts from nothing.
    """
    if text is None:
        raise Fault(
            f"the Dockerfile {where} cannot be read: it is no regular file of the source",
            hint="A directory, or a link that leads nowhere or out of the source, is none.",
        )
    try:
        parsed: Dockerfile = parse_dockerfile(text)
        image = base_image(parsed)
    except InvalidFault as wrong:
        raise Fault(f"the Dockerfile {where} cannot be read: {wrong.message}") from wrong
    exposed = exposed_ports(parsed)
    ports = tuple(Port(each.number, each.protocol.upper()) for each in exposed.ports)
    return Base(image=image, ports=Ports(ports=ports, wrong=exposed.unreadable))


def language_of(source: Source, search: Search) -> Language:
    """The builder image for what a source is written in.

    Errors: Need; Fault when no language was detected, or nobody offers a builder image for it.
    """
    facts = source.facts or SourceFacts()
    if not facts.platforms:
        raise _no_language(source)
    left = list(facts.platforms)
    without: list[str] = []
    while left:
        (hit, *others), why = ordered(left, facts)
        result = search.find(hit.platform, "language").result
        if not isinstance(result, Undecided):
            match, version = _of_version(result, search, facts.wanted.get(hit.platform))
            reasons = [f"found {', '.join(facts.files)}", *_passed_over(without)]
            reasons += _of_several(hit, others, why, search)
            said = facts.remarks.get(hit.platform, Remarks())
            packages = (f"packages: {said.packages}",) if said.packages else ()
            return Language(
                platform=hit.platform,
                match=match,
                reasons=(*reasons, *version, *packages),
                warnings=said.warnings,
            )
        if result.why == "several":
            raise _several(source, result)
        without.append(hit.platform)
        left.remove(hit)
    raise _no_builder(source)


def _passed_over(without: list[str]) -> Iterator[str]:
    if without:
        yield f"there is no builder image for {', '.join(without)}"


def _of_several(hit: Detected, others: list[Detected], why: str, search: Search) -> Iterator[str]:
    """Why it was this language of several, and what would do for the others."""
    apart = [each for each in others if each.files != hit.files]
    if not apart:
        return
    yield f"chose {hit.platform} because {why}"
    found = [search.find(each.platform, "language").result for each in apart]
    images = [each.shown for each in found if not isinstance(each, Undecided)]
    if images:
        yield f"also possible: {', '.join(images)}; write IMAGE~SOURCE for one of them"


def _of_version(
    match: Match, search: Search, wanted: Wanted | None
) -> tuple[Match, tuple[str, ...]]:
    """The tag of a stream whose version a source asks for, and what is said about it."""
    stream = search.stream(match.namespace, match.name) if wanted is not None else None
    if stream is None or wanted is None:
        return match, ()
    asks = f"{wanted.file} asks for {wanted.wish.text}"
    tag = tag_for(stream, wanted)
    if not tag:
        return match, (f"{asks}, which no tag of {match.namespace}/{match.name} offers",)
    found = search.find(f"{match.namespace}/{match.name}:{tag}", "stream").result
    if isinstance(found, Undecided):
        return match, ()
    return msgspec.structs.replace(found, term=match.term), (f"took {found.shown} because {asks}",)


def tag_for(stream: ImageStream, wanted: Wanted) -> str:
    """The tag whose version a source asks for; empty when none does.

    Shape:  of several that would do the newest; the version of a tag is its annotation, else its
            name.
    """
    offered = [
        (tag.annotations.get("version") or tag.name, tag.name)
        for tag in stream.spec.tags
        if not is_hidden(tag) and newest(stream, tag.name) is not None and tag.name != "latest"
    ]
    fitting = [
        (newest_first(version), name)
        for version, name in offered
        if version[:1].isdigit() and wanted.wish.allows(version)
    ]
    return min(fitting)[1] if fitting else ""


def _shown(source: Source) -> str:
    return source.uri or source.directory or "that was given"


def _no_language(source: Source) -> Fault:
    where = f" {_shown(source)}" if source.uri or source.directory else ""
    facts = source.facts or SourceFacts()
    scripts = ", ".join(facts.scripts)
    has = f" Its .s2i/bin has {scripts}: any builder image will do." if scripts else ""
    return Fault(
        f"No language matched the source repository{where}",
        hint="\n".join(
            (
                *facts.nearby,
                f"Name an image for it: '[builder-image]~[repository]', or add a Dockerfile.{has}",
            )
        ),
    )


def _no_builder(source: Source) -> Fault:
    facts = source.facts or SourceFacts()
    terms = ", ".join(hit.platform for hit in facts.platforms)
    return Fault(
        f"unable to locate any images in image streams with a language that suits {_shown(source)}"
        f" ({terms})",
        hint="Name an image for it: '[builder-image]~[repository]'; `new-app -L` lists those there"
        " are.",
    )


def _several(source: Source, result: Undecided) -> Fault:
    lines = "\n".join(f"* {each.shown}\n  Use {each.flag}" for each in result.candidates[:5])
    count = len(result.candidates)
    return Fault(
        f'multiple images or templates matched "{result.term}": {count}\n\n{lines}',
        hint=f"Write [one of them]~{_shown(source)}.",
    )
