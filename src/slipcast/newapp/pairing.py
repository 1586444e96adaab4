"""Pairing: which image builds which source, and which is just deployed.

Source: detection.md section 10, NA-30 to NA-34; section 6, DT-20 to DT-27; section 8.6, RS-38.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from slipcast.newapp.matches import Match
from slipcast.newapp.references import Reference
from slipcast.newapp.request import NewAppRequest
from slipcast.values.faults import Fault


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """An image and what is done with it.

    Shape:  source is the word of what is built with it, empty for what is sent along; None when it
            is deployed as it is.
    """

    reference: Reference
    match: Match
    source: str | None = None


class Paired(msgspec.Struct, frozen=True, kw_only=True):
    """Images with their sources, and the sources that have none."""

    uses: tuple[Use, ...]
    alone: tuple[str, ...]


def paired(
    request: NewAppRequest,
    found: Sequence[tuple[Reference, Match]],
    sources: Sequence[str],
) -> Paired:
    """Who builds what; sources are the words of those that were named by themselves.

    Errors: Fault where it is not plain who builds what, and for an image that builds nothing.
    """
    if request.binary and (sources or any(each.source for each, _ in found)):
        raise Fault(
            "specifying binary builds and source repositories at the same time is not allowed",
            hint="Leave out --binary to build the repository, or the repository to send sources.",
        )
    uses = [_use(request, reference, match) for reference, match in found]
    taken = {use.source for use in uses if use.source}
    free = [each for each in dict.fromkeys(sources) if each not in taken]
    waiting = [use for use in uses if use.source == ""]
    if waiting:
        uses, free = _with_source(request, uses, waiting, free)
    for use in uses:
        _check_builder(request, use)
    return Paired(uses=tuple(uses), alone=tuple(free))


def _use(request: NewAppRequest, reference: Reference, match: Match) -> Use:
    """An image with its source; empty for one that wants any (NA-31)."""
    if match.template is not None:
        if reference.has_source:
            raise Fault(
                f"template with source code explicitly attached is not supported: {match.shown}"
            )
        return Use(reference=reference, match=match)
    if reference.source:
        return Use(reference=reference, match=match, source=reference.source)
    builds = match.is_builder and request.strategy != "docker"
    wants = reference.has_source or request.builds or builds
    return Use(reference=reference, match=match, source="" if wants else None)


def _with_source(
    request: NewAppRequest, uses: list[Use], waiting: list[Use], free: list[str]
) -> tuple[list[Use], list[str]]:
    """Images that want a source get the one there is (NA-32)."""
    if len(free) > 1:
        raise _not_plain(waiting, free)
    if free:
        (source,) = free
        return [replace(use, source=source) if use.source == "" else use for use in uses], []
    if request.binary or request.source_image:
        return uses, free
    if request.builds:
        shown = ", ".join(use.reference.word for use in waiting)
        raise Fault(
            f"you must specify at least one source repository URL, provide a Dockerfile, or"
            f" indicate you wish to use binary builds: nothing is to be built with {shown}",
            hint=f"Write {waiting[0].reference.word}~URL, or --binary to send the source later.",
        )
    return [replace(use, source=None) if use.source == "" else use for use in uses], free


def _not_plain(waiting: list[Use], free: list[str]) -> Fault:
    if len(waiting) == 1:
        lines = "\n".join(f"  {waiting[0].reference.word}~{each}" for each in free)
        return Fault(
            f"there are multiple code locations provided - use one of the following suggestions to"
            f" declare which code goes with the image:\n{lines}"
        )
    images = ", ".join(use.reference.word for use in waiting)
    return Fault(
        f"there are several images and several sources: {images}; {', '.join(free)}",
        hint="Use '[image]~[repo]' to declare which code goes with which image.",
    )


def _check_builder(request: NewAppRequest, use: Use) -> None:
    """Refuse to build source with what does not say that it can (RS-38)."""
    if use.source is None or request.strategy or use.match.is_builder:
        return
    if use.match.template is not None or use.match.origin in {"missing", "scratch"}:
        return
    if not use.match.image.is_known:
        return
    raise Fault(
        f'the image match "{use.match.shown}" for source repository "{use.source}" does not appear'
        " to be a source-to-image builder.",
        hint="- to attempt to use this image as a source builder, pass --strategy=source\n"
        "- to use it as a base image for a Docker build, pass --strategy=docker",
    )
