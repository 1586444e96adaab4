"""What there is to make applications of: all of it, or what is near to some words.

Source: detection.md section 13, NA-70 to NA-75.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from slipcast.newapp.facts import Facts
from slipcast.newapp.matches import Match
from slipcast.newapp.request import NewAppRequest
from slipcast.newapp.searching import Place, Search, Where
from slipcast.values.faults import Fault, FieldError, InvalidFault

EVERYTHING = "*"


def searched(request: NewAppRequest, facts: Facts) -> tuple[Match, ...]:
    """What is near to the words of a request, the nearest first of each sort.

    Errors: Need; InvalidFault for flags that do not go with a search; Fault when nothing is near.
    """
    _check(request)
    place = Place(namespace=request.namespace, insecure=request.insecure)
    search = Search(facts, place)
    found: dict[tuple[str, str, str], Match] = {}
    for word, where in _wanted(request):
        for match in search.everything(word, where):
            found.setdefault((match.origin, match.namespace, match.name), match)
    if not found:
        raise Fault("no matches found")
    return tuple(sorted(found.values(), key=lambda match: (match.score, match.name)))


def blocks(matches: Sequence[Match]) -> Iterator[str]:
    """The matches as people read them: templates, streams, images (NA-72, NA-73)."""
    yield from _block(
        "Templates (slipcast new-app --template=<template>)",
        (line for each in matches if each.origin == "template" for line in _template(each)),
    )
    yield from _block(
        "Image streams (slipcast new-app --image-stream=<image-stream> [--code=<source>])",
        (line for each in matches if each.origin == "stream" for line in _stream(each)),
    )
    yield from _block(
        "Container images (slipcast new-app --image=<image> [--code=<source>])",
        (line for each in matches if each.origin == "image" for line in _image(each)),
    )


def _wanted(request: NewAppRequest) -> Iterator[tuple[str, Where]]:
    if request.is_listed:
        yield EVERYTHING, "stream"
        yield EVERYTHING, "template"
        return
    for word in request.words:
        yield word, "anything"
    for word in request.streams:
        yield word, "stream"
    for word in request.templates:
        yield word, "template"
    for word in request.images:
        yield word, "image"


def _check(request: NewAppRequest) -> None:
    errors: list[FieldError] = []
    named = (*request.words, *request.streams, *request.templates, *request.images)
    if request.is_listed and (named or request.is_searched):
        what = "takes no words, and not --search"
        errors.append(FieldError(path="--list", what=what))
    if request.is_searched and not named:
        what = "needs something to look for"
        errors.append(FieldError(path="--search", what=what))
    others = {
        "--code": request.sources,
        "--env": request.env,
        "--build-env": request.build_env,
        "--param": request.values,
        "--allow-missing-images": request.allow_missing_images,
    }
    errors += [
        FieldError(path=flag, what="does not go with a search")
        for flag, given in others.items()
        if given
    ]
    if errors:
        raise InvalidFault(tuple(errors))


def _block(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield title
        yield "-----"
        yield from found
        yield ""


def _template(match: Match) -> Iterator[str]:
    yield match.name
    yield f"  Project: {match.namespace}"
    annotations = match.template.metadata.annotations if match.template is not None else {}
    description = annotations.get("description", "").partition("\n")[0]
    if description:
        yield f"  {description}"


def _stream(match: Match) -> Iterator[str]:
    yield match.name
    yield f"  Project: {match.namespace}"
    yield f"  Tags:    {', '.join(match.offered) or '<none>'}"


def _image(match: Match) -> Iterator[str]:
    yield match.shown
    yield f"  Digest:  {match.image.id or '<unknown>'}"
